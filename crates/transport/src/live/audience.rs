//! Viewers who watch the same thing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use mission_control::kernel::StoreError;
use mission_control::missions::Totals;
use mission_control::{Feed, Gone};
use mission_control_identity::PrincipalId;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::logs::Logs;
use super::press::Press;
use super::print::Print;
use super::protocol::{Output, Protocol, Watch};
use super::reel::{End, Reel};
use super::seats::{Seat, Seats};
use super::viewer::Ended;
use crate::http::Problem;

/// Different things that are watched at the same time: each costs a task and up to 4 MiB, and most
/// screens watch one of a handful.
const MOST_AUDIENCES: usize = 1_024;
/// Those of them that one person may have begun, with all their tokens: a quarter, so that nobody takes all. Watching
/// what others watch costs nothing and has no bound.
const AUDIENCES_EACH: usize = MOST_AUDIENCES / 4;

/// How long a snapshot serves whoever comes next: a thousand screens that come back together, not
/// somebody who comes later.
const SNAPSHOT_SERVES: Duration = Duration::from_millis(250);

/// When to ask again for an audience of one's own.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// The wait before what a store in trouble did not give is asked for again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// All that is watched here.
pub(super) struct Hub {
    pub(super) logs: Logs,
    press: Arc<Press>,
    draining: CancellationToken,
    audiences: Mutex<HashMap<Watch, Weak<Audience>>>,
    begun: Arc<Seats>,
}

/// Everyone with the same watch: what they see is read, decided and written once, and stands on
/// their reel. Its work ends when the last of them is gone.
pub(super) struct Audience {
    pub(super) watch: Watch,
    pub(super) reel: Arc<Reel>,
    press: Arc<Press>,
    snapshot: Arc<tokio::sync::Mutex<Option<Kept>>>,
    _begun: Seat,
    _work: DropGuard,
}

/// A snapshot for whoever comes next.
struct Kept {
    print: Arc<Print>,
    /// Where the reel goes on behind it.
    index: u64,
    /// When its making began: whoever has asked before gets nothing that is too old.
    begun: Instant,
}

/// What fills a reel.
struct Work {
    reel: Arc<Reel>,
    press: Arc<Press>,
    snapshot: Arc<tokio::sync::Mutex<Option<Kept>>>,
    feed: Feed,
    protocol: Protocol,
    /// The counters that were told last.
    counted: Option<Totals>,
    draining: CancellationToken,
}

impl Hub {
    pub(super) fn new(press: Arc<Press>, draining: CancellationToken) -> Self {
        let logs = Logs::new(Arc::clone(&press));
        let begun = Seats::new(AUDIENCES_EACH);
        Self { logs, press, draining, audiences: Mutex::default(), begun }
    }

    /// The audience of `watch`, which `who` joins, or begins.
    ///
    /// # Errors
    /// When the process drains, or too many different things are watched already, by all or by
    /// `who` alone.
    pub(super) fn join(&self, watch: &Watch, who: &PrincipalId) -> Result<Arc<Audience>, Ended> {
        if self.draining.is_cancelled() {
            return Err(Ended::Draining);
        }
        let mut audiences = self.audiences.lock().unwrap_or_else(PoisonError::into_inner);
        let there = audiences.get(watch).and_then(Weak::upgrade);
        if let Some(audience) = there.filter(|audience| audience.reel.ended().is_none()) {
            return Ok(audience);
        }
        audiences.retain(|_, audience| audience.strong_count() > 0);
        let room = audiences.len() < MOST_AUDIENCES;
        let Some(begun) = room.then(|| self.begun.take(who)).flatten() else {
            let detail = "too many different things are being watched: watch what others do";
            return Err(Problem::unavailable("too_many_watches", detail, ASK_AGAIN).into());
        };
        let audience = self.open(watch, begun);
        audiences.insert(watch.clone(), Arc::downgrade(&audience));
        Ok(audience)
    }

    fn open(&self, watch: &Watch, begun: Seat) -> Arc<Audience> {
        let feed = self.press.control().subscribe();
        let reel = Arc::new(Reel::new(feed.position()));
        let protocol = Protocol::new(watch.clone(), feed.position(), Instant::now());
        let (press, draining) = (Arc::clone(&self.press), self.draining.clone());
        let unwanted = CancellationToken::new();
        let snapshot = Arc::new(tokio::sync::Mutex::default());
        let (reel_of_work, kept) = (Arc::clone(&reel), Arc::clone(&snapshot));
        let counted = None;
        let work =
            Work { reel: reel_of_work, press, snapshot: kept, feed, protocol, counted, draining };
        let until = unwanted.clone();
        tokio::spawn(async move { until.run_until_cancelled(work.run()).await });
        Arc::new(Audience {
            watch: watch.clone(),
            reel,
            press: Arc::clone(&self.press),
            snapshot,
            _begun: begun,
            _work: unwanted.drop_guard(),
        })
    }
}

impl Audience {
    /// What a screen begins with, and from where on it follows the reel. Whoever comes while one is
    /// being made, or right after, gets the same.
    ///
    /// # Errors
    /// Storage trouble.
    pub(super) async fn snapshot(&self) -> Result<(Arc<Print>, u64), Problem> {
        let asked = Instant::now();
        let mut kept = self.snapshot.lock().await;
        if let Some(Kept { print, index, begun }) = &*kept
            && (*begun >= asked || begun.elapsed() < SNAPSHOT_SERVES)
            && self.reel.has(*index)
        {
            return Ok((Arc::clone(print), *index));
        }
        *kept = None;
        loop {
            // Before it is taken: counters that are told meanwhile may be newer than those in it.
            let (begun, (upto, index)) = (Instant::now(), self.reel.end_of_it());
            let print = self.press.snapshot(&self.watch, upto).await?;
            // Not there only if the whole reel has run through in the meantime.
            if self.reel.has(index) {
                *kept = Some(Kept { print: Arc::clone(&print), index, begun });
                return Ok((print, index));
            }
        }
    }
}

impl Work {
    async fn run(mut self) {
        let end = self.fill().await;
        tracing::debug!(?end, "an audience is let go");
        self.reel.end(end);
    }

    async fn fill(&mut self) -> End {
        let draining = self.draining.clone();
        loop {
            while let Some(output) = self.protocol.poll(Instant::now()) {
                let output = self.as_news(output);
                if draining.run_until_cancelled(self.tell(&output)).await.is_none() {
                    return End::Draining;
                }
            }
            tokio::select! {
                () = draining.cancelled() => return End::Draining,
                batch = self.feed.next() => match batch {
                    Ok(batch) => self.protocol.handle(&batch),
                    Err(error) => if let Some(end) = self.trouble(&error).await {
                        return end;
                    }
                },
                () = sleep_until(self.protocol.alarm()) => {}
            }
            self.let_go_of_snapshot();
        }
    }

    /// Nobody holds on to a large snapshot that serves no more; who still waits for it has the lock.
    fn let_go_of_snapshot(&self) {
        if let Ok(mut kept) = self.snapshot.try_lock()
            && kept.as_ref().is_some_and(|kept| kept.begun.elapsed() >= SNAPSHOT_SERVES)
        {
            *kept = None;
        }
    }

    /// The same, or a beat in the place of counters that have not changed since they were told.
    fn as_news(&mut self, output: Output) -> Output {
        let Output::Metrics { upto, scope } = &output else { return output };
        let counters = Some(self.press.control().counters(scope));
        if std::mem::replace(&mut self.counted, counters.clone()) == counters {
            return Output::Beat { upto: *upto };
        }
        output
    }

    /// Puts what the protocol says on the reel. Trouble with the store is waited out: viewers stay,
    /// and hear nothing meanwhile.
    async fn tell(&self, output: &Output) {
        loop {
            match self.press.output(output).await {
                Ok(prints) => return prints.into_iter().for_each(|print| self.reel.push(print)),
                Err(problem) => {
                    tracing::debug!(%problem, "what has happened cannot be told yet");
                    sleep(TRY_AGAIN).await;
                }
            }
        }
    }

    async fn trouble(&self, error: &StoreError) -> Option<End> {
        let gone = self.press.control().resume(self.feed.position()).err();
        if matches!(gone, Some(Gone::TooOld)) {
            return Some(End::Hole);
        }
        tracing::debug!(%error, "the journal cannot be read");
        let drained = self.draining.cancelled();
        tokio::time::timeout(TRY_AGAIN, drained).await.is_ok().then_some(End::Draining)
    }
}
