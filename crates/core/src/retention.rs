//! The port through which what is old leaves the store, and how old that is.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{MissionId, StoreError};
use mission_control_missions::queue::LaneId;

const DAY: Duration = Duration::from_hours(24);

/// How long missions are kept that are over: a month, to look back at.
pub const DEFAULT_MISSIONS_KEPT: Duration = DAY.saturating_mul(30);

/// How long the journal is kept: a reader that was away for a week still resumes where it was.
pub const DEFAULT_JOURNAL_KEPT: Duration = DAY.saturating_mul(7);

/// How long log lines are kept.
pub const DEFAULT_LOGS_KEPT: Duration = DAY.saturating_mul(7);

/// How long the rows of the minutes are kept: a year, to compare with the same week of the last one.
pub const DEFAULT_METRICS_KEPT: Duration = DAY.saturating_mul(365);

/// How long the answer to a request with an idempotency key is kept: whoever has not asked again
/// within a day does not ask again.
pub const DEFAULT_RECEIPTS_KEPT: Duration = DAY;

/// Something that is removed once it is old.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Perishable {
    /// Entries of the journal, with their places.
    Journal,
    /// Lines that attempts wrote.
    Logs,
    /// Answers to requests with an idempotency key.
    Receipts,
    /// Rows of the minutes.
    Metrics,
    /// Selections that were not carried out in time.
    Previews,
}

/// How long each of them is kept; `None` is for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    /// Missions, from their end.
    pub missions: Option<Duration>,
    /// Entries of the journal; an hour at least, which the throughput needs.
    pub journal: Option<Duration>,
    /// Lines that attempts wrote.
    pub logs: Option<Duration>,
    /// Answers to requests with an idempotency key.
    pub receipts: Option<Duration>,
    /// Rows of the minutes.
    pub metrics: Option<Duration>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            missions: Some(DEFAULT_MISSIONS_KEPT),
            journal: Some(DEFAULT_JOURNAL_KEPT),
            logs: Some(DEFAULT_LOGS_KEPT),
            receipts: Some(DEFAULT_RECEIPTS_KEPT),
            metrics: Some(DEFAULT_METRICS_KEPT),
        }
    }
}

/// One step along what may be old, most of which may have to stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Walk<Place> {
    /// How many rows have left.
    pub removed: u64,
    /// Behind which place the next step, or the next walk, begins; none for the beginning.
    pub reached: Option<Place>,
    /// Whether there is nothing more to do for now: everything has been looked at, or another process
    /// is at it, and `reached` is where it was.
    pub done: bool,
}

/// Where what is old is removed.
///
/// Every implementation MUST:
/// - judge ages by its own clock;
/// - remove the oldest first, and so little at a time that nobody waits for it;
/// - do no harm when several processes remove the same at the same time;
/// - remove of the journal only its beginning, only what every durable reader of it and the saved
///   projection have behind them, and never the newest entry;
/// - remove of missions only those that ended before, are in no dead letter, and that nothing refers
///   to which is not as old: no mission of the same tree, none that depends on them, none of the
///   same run; with them their attempts, edges, lines and texts; a tree as a whole, from below and in
///   several steps only where it is larger than a step;
/// - add what it removes of missions to the totals in the same transaction, and tell the journal
///   once for each project ([`crate::Removal`]);
/// - remove no lane that anybody may still put a mission into.
#[async_trait]
pub trait Retention: Send + Sync + 'static {
    /// Removes what is older than `age`, about `limit` rows at most, and says how many; 0 when
    /// nothing of that age is left, or another process is at it.
    async fn remove(&self, what: Perishable, age: Duration, limit: u32) -> Result<u64, StoreError>;

    /// Looks at `limit` missions at most, by id after `after`, and removes as many at most of those
    /// that ended longer than `age` ago. While another process is at it there is nothing to do.
    async fn remove_missions(
        &self,
        age: Duration,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Walk<MissionId>, StoreError>;

    /// Looks at `limit` lanes at most, by number after `after`, and removes those in which no mission
    /// was seen for `age`. A mission may be in a lane between two looks, so one that is in use may be
    /// removed as well; it is made again with its next mission.
    async fn remove_lanes(
        &self,
        age: Duration,
        after: Option<LaneId>,
        limit: u32,
    ) -> Result<Walk<LaneId>, StoreError>;
}
