//! A follow-up in the hands of this process.

use std::time::Duration;

use mission_control_kernel::{StoreError, Timestamp};
use mission_control_missions::{FollowUpTask, MissionStore};

/// With less than this left of the half minute for which it is taken, a follow-up is held on to for
/// another: one page of commands takes a fraction of it.
const ENOUGH: Duration = Duration::from_secs(15);

/// A follow-up that nobody else takes as long as it is held on to.
pub(super) struct Held<'a> {
    missions: &'a dyn MissionStore,
    id: i64,
    until: Timestamp,
}

impl<'a> Held<'a> {
    pub(super) fn of(missions: &'a dyn MissionStore, task: &FollowUpTask) -> Self {
        Self { missions, id: task.id, until: task.taken_until }
    }

    /// When work on it began, also when somebody else began it; none when it is theirs now.
    pub(super) async fn began(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let kept = self.missions.keep_follow_up(self.id, self.until).await?;
        let Some(kept) = kept else { return Ok(None) };
        self.until = kept.taken_until;
        Ok(Some(kept.begun_at))
    }

    /// Whether there is time for another page, or more of it has been got; asked before each.
    pub(super) async fn goes_on(&mut self) -> Result<bool, StoreError> {
        let enough = self.missions.now().plus(ENOUGH) < self.until;
        Ok(enough || self.began().await?.is_some())
    }

    /// Forgets it, unless it is no longer ours; says whether it was.
    pub(super) async fn finish(&self) -> Result<bool, StoreError> {
        self.missions.finish_follow_up(self.id, self.until).await
    }
}
