//! What is old leaves the store, a little at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{MissionId, StoreError};
use mission_control_missions::queue::LaneId;
use tokio::time::Instant;

use super::{CHECK_EVERY, Sweep};
use crate::previews::PREVIEW_KEPT;
use crate::retention::{Keep, Perishable, Retention, Walk};

/// How many rows leave in one step: some milliseconds of a store, for which others wait.
const ROWS: u32 = 500;

/// How many missions are looked at, and leave at most, in one step: each stands in some twenty
/// indexes, and takes its attempts and its text along.
const MISSIONS: u32 = 200;

/// How long a lane stays in which no mission is seen: longer than most pauses between two missions
/// that are alike, and short enough that keys which are used once do not pile up.
const LANES_KEPT: Duration = Duration::from_hours(24);

/// How many steps one sweep makes of each kind. With the pauses between them a store gives away
/// half a million rows a minute, more than it takes in, and a sweep has an end.
pub(super) const STEPS: u32 = 1_000;

/// The pause after a step, as a multiple of what the step took: retention never has more than a
/// third of a store.
const PAUSE: u32 = 2;

/// Removes what is older than it is kept. Every process does so: a step that two of them do at once
/// is done by one, and what one of them leaves the next sweep finds.
pub(crate) struct RetentionSweep {
    store: Arc<dyn Retention>,
    keep: Keep,
    /// Where walks go on that had not seen everything when a sweep was over.
    missions_from: Mutex<Option<MissionId>>,
    lanes_from: Mutex<Option<LaneId>>,
}

/// What was removed, in rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RetentionReport {
    /// Entries of the journal.
    pub(crate) journal: u64,
    /// Lines that attempts wrote.
    pub(crate) logs: u64,
    /// Answers to requests with an idempotency key.
    pub(crate) receipts: u64,
    /// Rows of the minutes.
    pub(crate) metrics: u64,
    /// Selections that are over.
    pub(crate) previews: u64,
    /// Missions, and lines of theirs.
    pub(crate) missions: u64,
    /// Lanes.
    pub(crate) lanes: u64,
}

#[async_trait]
impl Sweep for RetentionSweep {
    type Report = RetentionReport;

    const NAME: &'static str = "retention";
    const PERIOD: Duration = CHECK_EVERY;

    fn done(report: &RetentionReport) -> u64 {
        let RetentionReport { journal, logs, receipts, metrics, previews, missions, lanes } =
            report;
        journal + logs + receipts + metrics + previews + missions + lanes
    }

    async fn sweep(&self) -> Result<RetentionReport, StoreError> {
        // Lanes do not stay because missions cannot leave.
        let done = RetentionReport {
            journal: self.remove(Perishable::Journal, self.keep.journal).await?,
            logs: self.remove(Perishable::Logs, self.keep.logs).await?,
            receipts: self.remove(Perishable::Receipts, self.keep.receipts).await?,
            metrics: self.remove(Perishable::Metrics, self.keep.metrics).await?,
            previews: self.remove(Perishable::Previews, Some(PREVIEW_KEPT)).await?,
            ..RetentionReport::default()
        };
        let (missions, lanes) = (self.remove_missions().await, self.remove_lanes().await);
        Ok(RetentionReport { missions: missions?, lanes: lanes?, ..done })
    }
}

impl RetentionSweep {
    pub(crate) fn new(store: Arc<dyn Retention>, keep: Keep) -> Self {
        Self { store, keep, missions_from: Mutex::default(), lanes_from: Mutex::default() }
    }

    async fn remove_missions(&self) -> Result<u64, StoreError> {
        let Some(age) = self.keep.missions else { return Ok(0) };
        walk(&self.missions_from, |after| self.store.remove_missions(age, after, MISSIONS)).await
    }

    async fn remove_lanes(&self) -> Result<u64, StoreError> {
        walk(&self.lanes_from, |after| self.store.remove_lanes(LANES_KEPT, after, ROWS)).await
    }

    async fn remove(&self, what: Perishable, age: Option<Duration>) -> Result<u64, StoreError> {
        let Some(age) = age else { return Ok(0) };
        let mut removed = 0;
        for _ in 0..STEPS {
            let begin = Instant::now();
            let rows = self.store.remove(what, age, ROWS).await?;
            removed += rows;
            if rows == 0 {
                break;
            }
            tokio::time::sleep(begin.elapsed() * PAUSE).await;
        }
        Ok(removed)
    }
}

/// Walks on from where the last walk stopped until everything has been looked at, or a sweep is long
/// enough.
async fn walk<Place, Step>(
    from: &Mutex<Option<Place>>,
    step: impl Fn(Option<Place>) -> Step,
) -> Result<u64, StoreError>
where
    Place: Copy,
    Step: Future<Output = Result<Walk<Place>, StoreError>>,
{
    let place = || from.lock().unwrap_or_else(PoisonError::into_inner);
    let mut removed = 0;
    for _ in 0..STEPS {
        let begin = Instant::now();
        let after = *place();
        let walked = step(after).await?;
        removed += walked.removed;
        *place() = walked.reached;
        if walked.done {
            break;
        }
        tokio::time::sleep(begin.elapsed() * PAUSE).await;
    }
    Ok(removed)
}
