//! The projection compared with the tables, at one and the same place of the journal.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use super::CHECK_EVERY;
use crate::feed::Feed;
use crate::health::Health;
use crate::journal::{Journal, Slice, Snapshot};
use crate::pace::jittered;
use crate::projection::{Audit, Projection, differences};
use crate::tail::Batch;

/// How many missions are counted at a time. A small store is compared as a whole every minute. A
/// million missions are gone through once in three hours and a half: each minute costs the database
/// one walk along 5,000 rows of the primary key, some 20 ms, and nothing grows with the store. The
/// journal is not read for it: the entries come from the tail, and folding one again takes a
/// fraction of a microsecond.
const MISSIONS: u32 = 5_000;

/// How long nothing is tried after the feed of entries has failed, which is when all stops or the
/// journal has a hole.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// How many differences are written to the log.
const SHOWN: usize = 5;

/// Counts the tables, slice by slice, and compares. The tables are right: where the two differ, what
/// the tables say as a whole replaces the projection.
pub(crate) struct DriftCheck {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) projection: Arc<Projection>,
    pub(crate) health: Arc<Health>,
    pub(crate) batches: broadcast::Sender<Batch>,
    /// Whoever folds takes the truth over.
    pub(crate) truths: mpsc::Sender<Snapshot>,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct DriftReport {
    /// Where the two were compared.
    pub(crate) compared_at: i64,
    /// In what they differ, in words.
    pub(crate) differences: Vec<String>,
}

/// A check under way.
pub(crate) struct Round {
    feed: Feed,
    audit: Audit,
    /// Counted ahead of what is folded here.
    slice: Option<Slice>,
    /// The projection as it was at a place ahead of what is folded here.
    projected: Option<Snapshot>,
}

impl DriftCheck {
    /// Checks until `stop`, one slice a minute.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let checking = async {
            loop {
                if let Err(error) = self.rounds(&stop).await {
                    debug!(%error, "counting for the check begins anew");
                }
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        };
        stop.run_until_cancelled(checking).await;
    }

    async fn rounds(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let mut round = self.begin(stop.clone());
        let mut next = Instant::now() + jittered(CHECK_EVERY);
        loop {
            tokio::select! {
                batch = round.feed.next() => {
                    if let Some(report) = round.fold(&batch?) {
                        self.judge(&report).await?;
                    }
                }
                () = sleep_until(next) => {
                    next = Instant::now() + jittered(CHECK_EVERY);
                    if let Some(report) = self.step(&mut round).await? {
                        self.judge(&report).await?;
                    }
                }
            }
        }
    }

    /// A check that has counted nothing.
    pub(crate) fn begin(&self, stop: CancellationToken) -> Round {
        let batches = self.batches.subscribe();
        let position = self.projection.position();
        let feed = Feed::new(Arc::clone(&self.journal), batches, position, false, stop);
        Round { feed, audit: Audit::begin(position), slice: None, projected: None }
    }

    /// Counts the next slice, or takes the projection to compare it with the slices together.
    pub(crate) async fn step(&self, round: &mut Round) -> Result<Option<DriftReport>, StoreError> {
        match round.audit.next() {
            Some(after) => {
                let slice = self.journal.slice(after, MISSIONS).await?;
                let whole = slice.last.is_none();
                round.slice = Some(slice);
                round.take_slice();
                if whole && round.audit.next().is_none() {
                    round.projected = Some(self.projection.snapshot());
                }
            }
            None => round.projected = Some(self.projection.snapshot()),
        }
        Ok(round.compare())
    }

    async fn judge(&self, report: &DriftReport) -> Result<(), StoreError> {
        let DriftReport { compared_at, differences } = report;
        self.health.set_drift(!differences.is_empty());
        if differences.is_empty() {
            debug!(compared_at, "the projection is what the tables say");
            return Ok(());
        }
        let shown = &differences[..differences.len().min(SHOWN)];
        let found = differences.len();
        error!(compared_at, found, ?shown, "the projection differs from the tables");
        // A full channel holds a truth already.
        let _ = self.truths.try_send(self.journal.aggregate().await?);
        Ok(())
    }
}

impl Round {
    /// Takes in the next entries, and with them whatever waits for their places. Tells what was
    /// found when a comparison was due on the way.
    pub(crate) fn fold(&mut self, batch: &Batch) -> Option<DriftReport> {
        let mut report = None;
        for sequenced in batch.iter() {
            if !self.audit.fold(sequenced) {
                // What was counted belongs to the count that ended here.
                (self.slice, self.projected) = (None, None);
            }
            self.take_slice();
            report = self.compare().or(report);
        }
        report
    }

    /// Adds a slice whose place has come. One from before it cannot be used, and is counted again.
    fn take_slice(&mut self) {
        let position = self.audit.position();
        if let Some(slice) = self.slice.take_if(|slice| slice.counted.seq <= position)
            && slice.counted.seq == position
        {
            self.audit.add(slice);
        }
    }

    /// Compares when the place of the projection that was taken has come, and begins anew.
    fn compare(&mut self) -> Option<DriftReport> {
        let position = self.audit.position();
        let projected = self.projected.take_if(|projected| projected.seq <= position)?;
        if projected.seq < position {
            return None;
        }
        let differences = differences(&projected, self.audit.counted());
        self.audit = Audit::begin(position);
        Some(DriftReport { compared_at: position, differences })
    }
}
