//! What operators set for queues.

use mission_control_kernel::{ProjectId, StoreError};
use mission_control_missions::queue::QueueSetting;
use mission_control_missions::{Kind, QueueState};

use crate::mission_control::MissionControl;

impl MissionControl {
    /// What is set for the queues of a project, and how many run in each.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn queues(&self, project: &ProjectId) -> Result<Vec<QueueState>, StoreError> {
        self.inner.stores.missions.queues(project).await
    }

    /// Sets the queue of a kind, or without one that of the project.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn set_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        setting: QueueSetting,
    ) -> Result<(), StoreError> {
        self.inner.stores.missions.set_queue(project, kind, setting).await
    }
}
