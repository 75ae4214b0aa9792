//! The port through which what is old leaves the store, and how old that is.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;

const DAY: Duration = Duration::from_hours(24);

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
            journal: Some(DEFAULT_JOURNAL_KEPT),
            logs: Some(DEFAULT_LOGS_KEPT),
            receipts: Some(DEFAULT_RECEIPTS_KEPT),
            metrics: Some(DEFAULT_METRICS_KEPT),
        }
    }
}

/// Where what is old is removed.
///
/// Every implementation MUST:
/// - judge ages by its own clock;
/// - remove the oldest first, and so little at a time that nobody waits for it;
/// - do no harm when several processes remove the same at the same time;
/// - remove of the journal only its beginning, only what every durable reader of it and the saved
///   projection have behind them, and never the newest entry.
#[async_trait]
pub trait Retention: Send + Sync + 'static {
    /// Removes what is older than `age`, about `limit` rows at most, and says how many; 0 when
    /// nothing of that age is left, or another process is at it.
    async fn remove(&self, what: Perishable, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
