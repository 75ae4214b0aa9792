//! What hangs on a mission or a run, done as every process does it in the background.

use std::sync::Arc;

use mission_control::{FollowUps, Followed};
use mission_control_kernel::MissionId;
use mission_control_missions::{Action, FollowUpTask, Outcome};

use crate::stage::Stage;

/// Follow-ups are taken in pages of this size.
const PAGE: u32 = 100;

impl Stage {
    /// Does the follow-ups until there are none.
    pub(crate) async fn follow_through(&self) -> anyhow::Result<()> {
        loop {
            let tasks = self.store.stores.missions.take_follow_ups(PAGE).await?;
            if tasks.is_empty() {
                return Ok(());
            }
            for task in tasks {
                self.follow(&task).await?;
            }
        }
    }

    /// Does one of them, whole.
    pub(crate) async fn follow(&self, task: &FollowUpTask) -> anyhow::Result<Followed> {
        let followed = self.follow_ups().work_off(task).await?;
        anyhow::ensure!(!followed.left, "{task:?} is not done: {followed:?}");
        Ok(followed)
    }

    pub(crate) fn follow_ups(&self) -> FollowUps {
        let stores = &self.store.stores;
        FollowUps::of(Arc::clone(&stores.missions), Arc::clone(&stores.workflows))
    }

    pub(crate) async fn settle(
        &self,
        dependant: MissionId,
        dependency: MissionId,
    ) -> anyhow::Result<Outcome> {
        Ok(self.apply(Action::Settle { dependant, dependency }).await??)
    }
}
