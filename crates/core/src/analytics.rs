//! What ended missions were like, grouped by what they have in common; of those that are still there.

use mission_control_kernel::{Money, ProjectId, StoreError, Timestamp, closed_words};

use crate::mission_control::MissionControl;

/// The newest so many ended missions of a span are looked at: a fraction of the time that a
/// statement may take, in either store.
pub const MOST_ANALYSED: u32 = 200_000;

/// The most groups that are told, largest first: more than anybody compares.
pub const MOST_GROUPS: u32 = 200;

closed_words! {
    /// What missions of one group have in common.
    Grouping, "invalid_grouping", "must be model, agent, kind, template or day",
    {
        /// The model of their last attempt.
        Model = "model",
        /// The agent of their last attempt, by its id.
        Agent = "agent",
        /// What ran them.
        Kind = "kind",
        /// What they were made from; those made from none are left out.
        Template = "template",
        /// The day on which they ended, in UTC.
        Day = "day",
    }
}

/// Missions that have something in common.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// What that is; none for those that have no model or no agent.
    pub key: Option<String>,
    /// How many ended.
    pub count: u64,
    /// Of these, completed.
    pub completed: u64,
    /// Of these, failed for good.
    pub failed: u64,
    /// Of these, called off.
    pub cancelled: u64,
    /// The shortest last attempt that at least half of them did not exceed, in microseconds; none
    /// when none of them ever began.
    pub median_micros: Option<i64>,
    /// The same for 95 of a hundred.
    pub p95_micros: Option<i64>,
    /// Tokens of all their attempts.
    pub tokens: u64,
    /// What all their attempts cost.
    pub cost: Money,
}

/// Groups of ended missions.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Analysis {
    /// The largest [`MOST_GROUPS`], largest first; days in their order.
    pub groups: Vec<Group>,
    /// How many missions were looked at, also those of groups that are not told.
    pub looked_at: u64,
    /// Whether there are more than [`MOST_ANALYSED`], of which the newest were looked at.
    pub capped: bool,
}

impl MissionControl {
    /// Groups the missions of a project that ended from `from` up to but not at `to`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn analysis(
        &self,
        project: &ProjectId,
        by: Grouping,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Analysis, StoreError> {
        let history = &self.inner.stores.history;
        let groups = history.analyse(project, by, (from, to), MOST_ANALYSED, MOST_GROUPS);
        let mut analysis = groups.await?;
        if by == Grouping::Day {
            analysis.groups.sort_by(|one, other| one.key.cmp(&other.key));
        }
        Ok(analysis)
    }
}
