//! What failed in a dead letter, put together from what is read of it.

use std::collections::BTreeSet;

use mission_control_kernel::{MissionId, StoreError, Timestamp};
use mission_control_missions::queue::Many;
use mission_control_missions::{
    FAILURES_COUNTED, FAILURES_COUNTED_IN_ALL, FAILURES_NAMED, FailureGroup, Fingerprint,
    WORDS_NAMED,
};

use super::read::Reader;

/// How far the missions of each of so many failures are counted.
pub(crate) fn failures_counted(groups: usize) -> u32 {
    let groups = u32::try_from(groups.max(1)).unwrap_or(u32::MAX);
    (FAILURES_COUNTED_IN_ALL / groups).clamp(1, FAILURES_COUNTED)
}

/// One failure as a store has read it.
pub(crate) struct FailureRow {
    pub(crate) fingerprint: String,
    pub(crate) first_failed_at: Timestamp,
    pub(crate) last_failed_at: Timestamp,
    pub(crate) count: u32,
    /// Of the newest.
    pub(crate) failure_class: Option<String>,
    /// Of the newest.
    pub(crate) error_message: Option<String>,
    /// The newest first.
    pub(crate) ids: Vec<String>,
    pub(crate) kinds: BTreeSet<String>,
    pub(crate) agent_types: BTreeSet<String>,
}

impl FailureRow {
    /// The group, of which missions were counted up to `counted`.
    ///
    /// # Errors
    /// `Corrupt` when a column holds what no mission has.
    pub(crate) fn into_group(self, counted: u32) -> Result<FailureGroup, StoreError> {
        let reader = Reader { table: "missions", row: &self.fingerprint };
        let class = reader.need("failure_class", self.failure_class.as_deref())?;
        let fingerprint: Fingerprint = reader.parse("fingerprint", &self.fingerprint)?;
        let kinds = self.kinds.iter().take(WORDS_NAMED);
        let types = self.agent_types.iter().take(WORDS_NAMED);
        let ids = self.ids.iter().take(FAILURES_NAMED);
        Ok(FailureGroup {
            class: reader.parse("failure_class", class)?,
            sample: reader.text("error_message", self.error_message.as_deref().unwrap_or(""))?,
            count: Many { count: self.count, whole: self.count < counted },
            kinds: kinds.map(|kind| reader.parse("kind", kind)).collect::<Result<_, _>>()?,
            agent_types: types.map(|it| reader.text("agent_type", it)).collect::<Result<_, _>>()?,
            first_failed_at: self.first_failed_at,
            last_failed_at: self.last_failed_at,
            missions: ids
                .map(|id| reader.parse("id", id))
                .collect::<Result<Vec<MissionId>, _>>()?,
            fingerprint,
        })
    }
}
