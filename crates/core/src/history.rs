//! The port to the history of the counters: one row for each project and minute.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{Money, ProjectId, StoreError, Timestamp};
use mission_control_missions::Totals;
use mission_control_workflows::template::{MetricKey, TemplateName};

use crate::analytics::{Analysis, Grouping, Measured};

/// The counters of a project as they were in one minute: the columns of seed 002.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricsPoint {
    /// The begin of the minute.
    pub at: Timestamp,
    /// All missions.
    pub total: i64,
    /// Completed ones.
    pub completed: i64,
    /// Failed ones.
    pub failed: i64,
    /// Running ones.
    pub running: i64,
    /// Mean seconds over missions with a duration.
    pub average_duration: f64,
    /// Percent: completed ÷ total × 100.
    pub success_rate: f64,
    /// Tokens of all time.
    pub tokens: i64,
    /// Money of all time.
    pub cost: Money,
}

/// Where the history of the counters is kept.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// Notes the counters of projects under the minute that begins at `minute`; says how many were
    /// noted. A project that has its row for that minute keeps it, whichever process wrote it.
    async fn note_minute(
        &self,
        minute: Timestamp,
        totals: &[(ProjectId, Totals)],
    ) -> Result<u64, StoreError>;

    /// The first row of a project in each span of `step`, from `from` up to but not at `to`, oldest
    /// first, at most `limit`.
    async fn history(
        &self,
        project: &ProjectId,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
        limit: u32,
    ) -> Result<Vec<MetricsPoint>, StoreError>;

    /// Groups the newest `most` missions of a project that ended in a span, its end outside: the
    /// largest `groups` of them, largest first. Walks no more than the index on the end.
    async fn analyse(
        &self,
        project: &ProjectId,
        by: Grouping,
        span: (Timestamp, Timestamp),
        most: u32,
        groups: u32,
    ) -> Result<Analysis, StoreError>;

    /// What the results of completed missions say that ended in a span, its end outside: for each
    /// `wanted` pair the member of the results of that template's missions, as far as it is a number,
    /// among the newest `most` that ended, whatever they were made from. Pairs without any figure are left out.
    async fn measure(
        &self,
        project: &ProjectId,
        wanted: &[(TemplateName, MetricKey)],
        span: (Timestamp, Timestamp),
        most: u32,
    ) -> Result<Vec<Measured>, StoreError>;

    /// How many bytes the whole store takes, missions and all. It must not look at rows.
    async fn size(&self) -> Result<u64, StoreError>;
}
