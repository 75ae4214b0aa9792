//! Workflows that nobody has, and runs that have written-down missions.

use std::sync::Mutex;

use async_trait::async_trait;
use mission_control_kernel::{MissionId, ProjectId, RunId, Scope, StoreError};
use mission_control_missions::{Once, Receipt, ShortName};
use mission_control_workflows::{
    Definition, Members, NoRoom, RunPage, RunQuery, RunView, Saved, Workflow, WorkflowName,
    WorkflowStore, WorkflowSummary,
};

#[derive(Default)]
pub(crate) struct ScriptedWorkflows {
    members: Mutex<Vec<MissionId>>,
}

impl ScriptedWorkflows {
    /// The missions of every run that are of whichever kind is asked for.
    pub(crate) fn set_members(&self, ids: Vec<MissionId>) {
        *self.members.lock().unwrap() = ids;
    }
}

#[async_trait]
impl WorkflowStore for ScriptedWorkflows {
    async fn save_workflow(
        &self,
        _: &ProjectId,
        _: &Definition,
        _: &ShortName,
        _: Option<Receipt<Saved>>,
    ) -> Result<Once<Result<Saved, NoRoom>>, StoreError> {
        Err(StoreError::Unavailable("scripted".to_owned()))
    }

    async fn workflow(
        &self,
        _: &ProjectId,
        _: &WorkflowName,
        _: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError> {
        Ok(None)
    }

    async fn workflows(
        &self,
        _: &ProjectId,
        _: Option<&WorkflowName>,
        _: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        Ok(Vec::new())
    }

    async fn run(&self, _: &Scope, _: RunId) -> Result<Option<RunView>, StoreError> {
        Ok(None)
    }

    async fn runs(&self, _: &Scope, _: &RunQuery) -> Result<RunPage, StoreError> {
        Ok(RunPage::default())
    }

    async fn members(
        &self,
        _: RunId,
        _: Members,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        let members = self.members.lock().unwrap();
        let behind = members.iter().copied().filter(|id| after.is_none_or(|after| *id > after));
        Ok(behind.take(limit as usize).collect())
    }
}
