//! One viewer's way through the journal.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::select_all;
use mission_control::{Feed, Gone};
use mission_control_identity::{Principal, PrincipalId};
use mission_control_wire::live::ResyncReason;
use tokio::sync::watch;
use tokio::time::Instant;

use super::audience::{Audience, Hub};
use super::logs::Follower;
use super::press::Press;
use super::print::Print;
use super::protocol::{Protocol, Watch};
use super::reel::{End, Lost};
use super::topics::Topic;
use crate::auth::Known;
use crate::http::Problem;

/// How much is handed out at a time: what a socket takes at once, and little enough that thousands
/// of slow ones hold no more than their frames.
const AT_ONCE: usize = 256 * 1024;

/// What a stream begins with, behind its greeting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    /// Everything there is.
    Snapshot,
    /// What was missed behind a place.
    Resume(i64),
    /// Why nothing can be resumed, then everything there is.
    Resync(ResyncReason),
}

/// Why a stream ends from our side.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// It can resume.
    #[error("the viewer reads too slowly")]
    TooSlow,
    /// It can resume at another process.
    #[error("the process drains")]
    Draining,
    /// It can try again.
    #[error("{0}")]
    Failed(#[from] Problem),
}

/// When to come back, to another process or to this one.
const COME_BACK: Duration = Duration::from_secs(5);

impl From<Ended> for Problem {
    /// What to answer where the stream has not begun.
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Failed(problem) => problem,
            Ended::Draining | Ended::TooSlow => {
                Self::unavailable("draining", ended.to_string(), COME_BACK)
            }
        }
    }
}

/// Somebody who watches. [`Self::next`] gives the frames in their order.
///
/// Who is in step reads the reel of the audience. Who is behind reads the journal alone, up to where
/// a frame of the reel ends, and joins there: every entry once, whichever way it took.
pub(super) struct Viewer {
    hub: Arc<Hub>,
    press: Arc<Press>,
    who: Arc<Principal>,
    /// The person behind them, with whom all that they begin is counted.
    owner: PrincipalId,
    /// All that was asked for; the audience is that of those who see the same of the journal.
    watch: Watch,
    audience: Arc<Audience>,
    moves: watch::Receiver<()>,
    followed: Vec<Follower>,
    /// Everything up to there was handed out.
    place: i64,
    step: Step,
}

enum Step {
    /// Nothing was said yet.
    Opening(Opening),
    Behind,
    CatchingUp(Box<Missed>),
    Following(u64),
}

/// The part of the journal that a viewer has missed, up to a place.
struct Missed {
    feed: Feed,
    protocol: Protocol,
    until: i64,
}

impl Viewer {
    /// Whoever is `known`, who watches `watch`.
    ///
    /// # Errors
    /// When the process drains, or too many different things are watched already.
    pub(super) fn new(
        (hub, press): (Arc<Hub>, Arc<Press>),
        known: &Known,
        watch: Watch,
        opening: Opening,
    ) -> Result<Self, Ended> {
        let (who, owner) = (Arc::clone(&known.principal), known.owner.clone());
        let audience = hub.join(&watch.of_the_journal(), &owner)?;
        let (moves, place) = (audience.reel.moves(), audience.reel.upto());
        let (step, followed) = (Step::Opening(opening), Vec::new());
        let mut viewer =
            Self { hub, press, who, owner, watch, audience, moves, followed, place, step };
        viewer.follow_logs();
        Ok(viewer)
    }

    /// What is being watched.
    pub(super) const fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Watches something else from now on. `out` gets what there is of `added`, the new part.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn turn_to(
        &mut self,
        watch: Watch,
        added: Option<&Watch>,
        out: &mut Vec<Arc<Print>>,
    ) -> Result<(), Ended> {
        self.watch = watch;
        let audience = self.hub.join(&self.watch.of_the_journal(), &self.owner)?;
        if !Arc::ptr_eq(&audience, &self.audience) {
            self.step_into(audience);
        }
        self.follow_logs();
        if let Some(added) = added {
            out.push(self.press.snapshot(added, self.place).await?);
        }
        Ok(())
    }

    /// Waits until [`Self::next`] may have something again.
    pub(super) async fn moved(&mut self) {
        // The reel lives as long as the audience does, which is held.
        let reel = self.moves.changed();
        if self.followed.is_empty() {
            let _ = reel.await;
            return;
        }
        let logs = self.followed.iter_mut().map(|followed| followed.moved().boxed());
        tokio::select! {
            _ = reel => {}
            _ = select_all(logs) => {}
        }
    }

    /// Puts what is to be sent next into `out`. Where that is nothing, [`Self::moved`] has to be
    /// waited for.
    ///
    /// # Errors
    /// Why nothing more will come.
    pub(super) async fn next(&mut self, out: &mut Vec<Arc<Print>>) -> Result<(), Ended> {
        loop {
            // First, so that nothing that happens behind this look is slept through.
            self.moves.borrow_and_update();
            let Step::Following(index) = &mut self.step else {
                // Boxed: it is seldom and large, and there are thousands of viewers.
                match Box::pin(self.come_nearer(out)).await? {
                    ControlFlow::Continue(()) => continue,
                    ControlFlow::Break(()) => return Ok(()),
                }
            };
            match self.audience.reel.read(index, AT_ONCE, out) {
                Ok(upto) => {
                    self.place = upto.unwrap_or(self.place);
                    if !self.followed.is_empty() {
                        Box::pin(self.read_logs(out)).await;
                    }
                    return Ok(());
                }
                Err(Lost::TooSlow) => return Err(Ended::TooSlow),
                Err(Lost::Ended(_)) => self.step = Step::Behind,
            }
        }
    }

    /// That the viewer knows the journal up to its place, as of now.
    ///
    /// # Errors
    /// None but for a mistake in the encoding.
    pub(super) fn beat(&self) -> Result<Arc<Print>, Problem> {
        self.press.beat(self.place)
    }

    /// One step towards the reel; breaks when something is to be sent or waited for first.
    async fn come_nearer(&mut self, out: &mut Vec<Arc<Print>>) -> Result<ControlFlow<()>, Ended> {
        match std::mem::replace(&mut self.step, Step::Behind) {
            Step::Opening(Opening::Resume(place)) => {
                self.place = place;
                out.push(self.hello()?);
                Ok(ControlFlow::Break(()))
            }
            Step::Opening(Opening::Snapshot) => self.begin(true, None, out).await,
            Step::Opening(Opening::Resync(reason)) => self.begin(true, Some(reason), out).await,
            Step::CatchingUp(missed) => self.catch_up(missed, out).await,
            Step::Behind | Step::Following(_) => self.look_for_the_reel(out).await,
        }
    }

    fn hello(&self) -> Result<Arc<Print>, Problem> {
        self.press.hello(&self.who.name.to_string(), self.place)
    }

    /// Greets, says why the past is not followed, shows what there is and goes on from there.
    async fn begin(
        &mut self,
        greets: bool,
        reason: Option<ResyncReason>,
        out: &mut Vec<Arc<Print>>,
    ) -> Result<ControlFlow<()>, Ended> {
        let (snapshot, index) = self.audience.snapshot().await?;
        self.place = snapshot.upto;
        if greets {
            out.push(self.hello()?);
        }
        if let Some(reason) = reason {
            out.push(self.press.resync(reason, self.place)?);
        }
        out.push(snapshot);
        self.step = Step::Following(index);
        Ok(ControlFlow::Break(()))
    }

    async fn look_for_the_reel(
        &mut self,
        out: &mut Vec<Arc<Print>>,
    ) -> Result<ControlFlow<()>, Ended> {
        match self.audience.reel.ended() {
            None => {}
            Some(End::Draining) => return Err(Ended::Draining),
            Some(End::Hole) => {
                self.step_into(self.hub.join(&self.audience.watch, &self.owner)?);
            }
        }
        let reel = &self.audience.reel;
        if let Some(index) = reel.seek(self.place) {
            self.step = Step::Following(index);
            // Only now: what the reel has told of them up to here is not read any more.
            if self.watch.topics.has(Topic::Metrics) {
                let counters = self.press.control().counters(&self.watch.scope);
                out.push(self.press.metrics(&counters, self.place)?);
            }
            return Ok(ControlFlow::Continue(()));
        }
        let until = reel.upto();
        if until < self.place {
            // The audience has yet to tell what this viewer knows already.
            return Ok(ControlFlow::Break(()));
        }
        let reason = match self.press.control().resume(self.place) {
            Ok(feed) => {
                let protocol =
                    Protocol::new(self.audience.watch.clone(), self.place, Instant::now());
                self.step = Step::CatchingUp(Box::new(Missed { feed, protocol, until }));
                return Ok(ControlFlow::Continue(()));
            }
            Err(Gone::TooOld) => ResyncReason::TooOld,
            Err(Gone::Future) => ResyncReason::FromTheFuture,
        };
        self.begin(false, Some(reason), out).await
    }

    /// Reads one page of what was missed.
    async fn catch_up(
        &mut self,
        mut missed: Box<Missed>,
        out: &mut Vec<Arc<Print>>,
    ) -> Result<ControlFlow<()>, Ended> {
        let batch = missed.feed.next().await.map_err(Problem::from)?;
        let wanted = batch.partition_point(|sequenced| sequenced.seq <= missed.until);
        missed.protocol.handle(&batch[..wanted]);
        while let Some(output) = missed.protocol.flush(Instant::now()) {
            out.extend(self.press.output(&output).await?);
        }
        self.place = missed.until.min(missed.feed.position());
        if self.place < missed.until {
            self.step = Step::CatchingUp(missed);
        }
        Ok(if out.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    async fn read_logs(&mut self, out: &mut Vec<Arc<Print>>) {
        for followed in &mut self.followed {
            out.extend(followed.next().await);
        }
    }

    /// Follows the logs that are watched: those from before go on where they are.
    fn follow_logs(&mut self) {
        let mut before = std::mem::take(&mut self.followed);
        for (mission, after) in self.watch.topics.logs() {
            let at = before.iter().position(|followed| followed.mission() == mission);
            self.followed.push(match at {
                Some(at) => before.swap_remove(at),
                None => self.hub.logs.follow(&self.watch.scope, mission, after),
            });
        }
    }

    fn step_into(&mut self, audience: Arc<Audience>) {
        self.moves = audience.reel.moves();
        self.audience = audience;
        self.step = Step::Behind;
    }
}
