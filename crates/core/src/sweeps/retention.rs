//! What is old leaves the store, a little at a time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;
use tokio::time::Instant;

use super::{CHECK_EVERY, Sweep};
use crate::previews::PREVIEW_KEPT;
use crate::retention::{Keep, Perishable, Retention};

/// How many rows leave in one step: some milliseconds of a store, for which others wait.
const ROWS: u32 = 500;

/// How many steps one sweep makes of each kind. With the pauses between them a store gives away
/// half a million rows a minute, more than it takes in, and a sweep has an end.
const STEPS: u32 = 1_000;

/// The pause after a step, as a multiple of what the step took: retention never has more than a
/// third of a store.
const PAUSE: u32 = 2;

/// Removes what is older than it is kept. Every process does so: a step that two of them do at once
/// is done by one, and what one of them leaves the next sweep finds.
pub(crate) struct RetentionSweep {
    pub(crate) store: Arc<dyn Retention>,
    pub(crate) keep: Keep,
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
}

#[async_trait]
impl Sweep for RetentionSweep {
    type Report = RetentionReport;

    const NAME: &'static str = "retention";
    const PERIOD: Duration = CHECK_EVERY;

    fn done(report: &RetentionReport) -> u64 {
        report.journal + report.logs + report.receipts + report.metrics + report.previews
    }

    async fn sweep(&self) -> Result<RetentionReport, StoreError> {
        Ok(RetentionReport {
            journal: self.remove(Perishable::Journal, self.keep.journal).await?,
            logs: self.remove(Perishable::Logs, self.keep.logs).await?,
            receipts: self.remove(Perishable::Receipts, self.keep.receipts).await?,
            metrics: self.remove(Perishable::Metrics, self.keep.metrics).await?,
            previews: self.remove(Perishable::Previews, Some(PREVIEW_KEPT)).await?,
        })
    }
}

impl RetentionSweep {
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
