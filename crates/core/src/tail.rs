//! The one reader of the journal: folds every entry in order and hands it to the feeds.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::fleet::Lookout;
use crate::journal::{Journal, Sequenced, Snapshot};
use crate::pace::{Backoff, jittered};
use crate::projection::{Projection, fold_until};

/// Entries in their order, shared by all who read them.
pub(crate) type Batch = Arc<[Sequenced]>;

/// How many entries are read and folded at a time: a lock is held for some 100 µs.
const READ: u32 = 500;

/// How many batches wait for a slow feed before it has to read the journal itself: with [`READ`]
/// some 16 MiB at the very most, shared by all feeds.
const BATCHES_WAITING: usize = 128;

/// How often the journal is read when nothing says that it has grown. The journal itself looks for
/// what nobody has told it, and wakes whoever waits.
const POLL: Duration = Duration::from_secs(5);

/// The first and the longest wait while storage is away.
const AWAY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// A channel from the tail to the feeds.
pub(crate) fn batches() -> broadcast::Sender<Batch> {
    broadcast::channel(BATCHES_WAITING).0
}

/// Reads the journal in order.
pub(crate) struct Tail {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) projection: Arc<Projection>,
    pub(crate) batches: broadcast::Sender<Batch>,
    pub(crate) lookout: Arc<Lookout>,
    /// Somebody waits for entries that are known to be there.
    pub(crate) nudge: Arc<Notify>,
    /// What the tables say, where the projection was found to say something else.
    pub(crate) truths: mpsc::Receiver<Snapshot>,
    /// One of these that lies ahead of what is folded.
    pub(crate) truth: Option<Snapshot>,
}

impl Tail {
    /// Reads until `stop`; trouble with the store is waited out.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = Backoff::new(AWAY.0, AWAY.1);
        let mut away = false;
        while !stop.is_cancelled() {
            let step = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                step = self.step() => step,
            };
            match step {
                Ok(()) => {
                    if std::mem::take(&mut away) {
                        info!("the journal can be read again");
                    }
                    backoff.reset();
                }
                Err(error) => {
                    if !std::mem::replace(&mut away, true) {
                        warn!(%error, "the journal cannot be read; trying again");
                    }
                    let wait = tokio::time::sleep(backoff.next());
                    if stop.run_until_cancelled(wait).await.is_none() {
                        return;
                    }
                }
            }
        }
    }

    /// Takes in what is there, or waits for more. Dropping it half way loses nothing: the position
    /// moves together with what was folded.
    async fn step(&mut self) -> Result<(), StoreError> {
        let position = self.projection.position();
        if let Ok(truth) = self.truths.try_recv() {
            self.truth = Some(truth);
        }
        if let Some(truth) = self.truth.take_if(|truth| truth.seq <= position) {
            self.adopt(truth, position).await?;
        }
        let entries = self.journal.read(position, READ).await?;
        match entries.first() {
            None => self.wait_for_more(position).await,
            Some(first) if first.seq == position + 1 => {
                self.take_in(entries);
                Ok(())
            }
            Some(first) => self.count_anew(position, first.seq).await,
        }
    }

    fn take_in(&self, entries: Vec<Sequenced>) {
        let batch: Batch = entries.into();
        self.projection.fold(&batch);
        self.lookout.tell(&batch);
        // Nobody listening is no trouble.
        let _ = self.batches.send(batch);
    }

    async fn wait_for_more(&mut self, position: i64) -> Result<(), StoreError> {
        tokio::select! {
            () = self.journal.wait_past(position) => {}
            () = self.nudge.notified() => {}
            () = tokio::time::sleep(jittered(POLL)) => {}
            Some(truth) = self.truths.recv() => self.truth = Some(truth),
        }
        Ok(())
    }

    /// Only here does anything move the position, so the truth can be brought to it in peace.
    async fn adopt(&self, mut truth: Snapshot, position: i64) -> Result<(), StoreError> {
        if fold_until(&*self.journal, &mut truth, position).await? {
            self.projection.adopt(truth);
            info!(position, "the projection took over what the tables say");
        }
        Ok(())
    }

    /// Entries that retention removed before they were read cannot be folded. Feeds see the hole
    /// too, and end.
    async fn count_anew(&self, position: i64, next: i64) -> Result<(), StoreError> {
        error!(position, next, "the journal has a hole here; counting the tables anew");
        let truth = self.journal.aggregate().await?;
        self.projection.adopt(truth);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Feed;
    use crate::scripted::{ScriptedJournal, Story, project};

    struct Rig {
        journal: Arc<ScriptedJournal>,
        projection: Arc<Projection>,
        batches: broadcast::Sender<Batch>,
        truths: mpsc::Sender<Snapshot>,
        stop: CancellationToken,
    }

    impl Rig {
        fn start() -> Self {
            let journal = Arc::new(ScriptedJournal::default());
            let projection = Arc::new(Projection::new(Snapshot::default()));
            let (batches, stop) = (batches(), CancellationToken::new());
            let (truths, adopted) = mpsc::channel(1);
            let tail = Tail {
                journal: journal.clone(),
                projection: Arc::clone(&projection),
                batches: batches.clone(),
                lookout: Arc::default(),
                nudge: Arc::default(),
                truths: adopted,
                truth: None,
            };
            tokio::spawn(tail.run(stop.clone()));
            Self { journal, projection, batches, truths, stop }
        }

        /// `count` missions more, each in a batch of its own.
        async fn make(&self, count: i64) {
            for _ in 0..count {
                let next = self.projection.position() + 1;
                self.journal.append(Story::of(1, &project("red")).sequenced(next));
                self.folded(next).await;
            }
        }

        async fn folded(&self, seq: i64) {
            self.projection.positions().wait_for(|position| *position >= seq).await.unwrap();
        }

        fn feed(&self, after: i64, behind: bool) -> Feed {
            let batches = self.batches.subscribe();
            Feed::new(self.journal.clone(), batches, after, behind, self.stop.clone())
        }
    }

    /// What a feed gives up to a place.
    async fn read(feed: &mut Feed, until: i64) -> Vec<i64> {
        let mut places = Vec::new();
        while places.last().is_none_or(|last| *last < until) {
            places.extend(feed.next().await.unwrap().iter().map(|entry| entry.seq));
        }
        places
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_from_now_on_gives_every_later_entry_once_in_order() {
        let rig = Rig::start();
        rig.make(3).await;
        let mut feed = rig.feed(3, false);
        rig.make(5).await;
        assert_eq!(read(&mut feed, 8).await, (4..=8).collect::<Vec<_>>());
        assert_eq!(feed.position(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_that_was_away_or_is_slow_misses_nothing() {
        let rig = Rig::start();
        rig.make(3).await;
        let (mut slow, mut resumed) = (rig.feed(3, false), rig.feed(1, true));
        let more = i64::try_from(BATCHES_WAITING).unwrap() * 2;
        rig.make(more).await;
        assert_eq!(read(&mut slow, more + 3).await, (4..=more + 3).collect::<Vec<_>>());
        assert_eq!(read(&mut resumed, more + 3).await, (2..=more + 3).collect::<Vec<_>>());
        rig.make(1).await;
        assert_eq!(read(&mut slow, more + 4).await, [more + 4], "it is not behind any more");
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_ends_with_an_error_when_retention_overtook_it_or_all_stopped() {
        let rig = Rig::start();
        rig.make(9).await;
        rig.journal.remove_until(5);
        let mut feed = rig.feed(2, true);
        for _ in 0..2 {
            assert!(matches!(feed.next().await, Err(StoreError::Unavailable(_))));
        }
        let mut feed = rig.feed(9, false);
        rig.stop.cancel();
        assert!(matches!(feed.next().await, Err(StoreError::Unavailable(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hole_makes_the_tail_count_the_tables_anew() {
        let rig = Rig::start();
        rig.make(2).await;
        rig.journal.set_truth(Snapshot { seq: 10, ..Snapshot::default() });
        rig.journal.append(Story::of(1, &project("red")).sequenced(10));
        rig.folded(10).await;
        rig.make(1).await;
        assert_eq!(rig.projection.snapshot().totals[&project("red")].total(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_truth_from_another_place_is_brought_to_the_position_before_it_is_adopted() {
        let rig = Rig::start();
        rig.make(4).await;
        let wrong = rig.projection.totals(&mission_control_kernel::Scope::All).total();
        // The tables count nothing up to 3, so with the fourth entry there is one.
        rig.truths.send(Snapshot { seq: 3, ..Snapshot::default() }).await.unwrap();
        rig.make(1).await;
        rig.make(1).await;
        assert_eq!((wrong, rig.projection.position()), (4, 6));
        assert_eq!(rig.projection.snapshot().totals[&project("red")].total(), 3);
    }
}
