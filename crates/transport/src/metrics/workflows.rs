//! The store of workflows, measured around its port with the same histogram as that of missions.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control::kernel::{MissionId, ProjectId, RunId, Scope, StoreError};
use mission_control::missions::{Once, Receipt, ShortName};
use mission_control::workflows::{
    Definition, Members, NoRoom, RunPage, RunQuery, RunView, Saved, Workflow, WorkflowName,
    WorkflowStore, WorkflowSummary,
};

use super::Metrics;

/// A store of workflows that is measured.
pub(super) struct MeasuredWorkflows {
    pub(super) inner: Arc<dyn WorkflowStore>,
    pub(super) metrics: Metrics,
}

#[async_trait]
impl WorkflowStore for MeasuredWorkflows {
    async fn save_workflow(
        &self,
        project: &ProjectId,
        definition: &Definition,
        by: &ShortName,
        receipt: Option<Receipt<Saved>>,
    ) -> Result<Once<Result<Saved, NoRoom>>, StoreError> {
        let call = self.inner.save_workflow(project, definition, by, receipt);
        self.metrics.0.store.timed("save_workflow", call).await
    }

    async fn workflow(
        &self,
        project: &ProjectId,
        name: &WorkflowName,
        version: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError> {
        let call = self.inner.workflow(project, name, version);
        self.metrics.0.store.timed("workflow", call).await
    }

    async fn workflows(
        &self,
        project: &ProjectId,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        let call = self.inner.workflows(project, after, limit);
        self.metrics.0.store.timed("workflows", call).await
    }

    async fn run(&self, scope: &Scope, id: RunId) -> Result<Option<RunView>, StoreError> {
        self.metrics.0.store.timed("run_view", self.inner.run(scope, id)).await
    }

    async fn runs(&self, scope: &Scope, query: &RunQuery) -> Result<RunPage, StoreError> {
        self.metrics.0.store.timed("runs", self.inner.runs(scope, query)).await
    }

    async fn members(
        &self,
        run: RunId,
        which: Members,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        let call = self.inner.members(run, which, after, limit);
        self.metrics.0.store.timed("members", call).await
    }
}
