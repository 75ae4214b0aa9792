//! Definitions of workflows, version by version; runs are read in `runs`.

use async_trait::async_trait;
use mission_control_kernel::{MissionId, ProjectId, RunId, Scope, StoreError, Timestamp};
use mission_control_missions::ShortName;
use mission_control_workflows::{
    Definition, Members, RunPage, RunQuery, RunView, Saved, SavedAs, Workflow, WorkflowName,
    WorkflowStore, WorkflowSummary,
};
use tokio_postgres::Row;

use super::load::{Columns, sql};
use super::values::{At, params};
use super::{Postgres, runs};
use crate::row::{WorkflowRow, WorkflowSummaryRow, definition_to_text};

/// How often a version is tried for when others were always quicker: each time somebody else has
/// saved one.
const SAVE_TRIES: u32 = 20;

#[async_trait]
impl WorkflowStore for Postgres {
    async fn save_workflow(
        &self,
        project: &ProjectId,
        definition: &Definition,
        by: &ShortName,
    ) -> Result<Saved, StoreError> {
        let text = definition_to_text(definition)?;
        let steps = i64::try_from(definition.steps().len()).unwrap_or(i64::MAX);
        for _ in 0..SAVE_TRIES {
            let parameters = params![
                project.to_string(),
                definition.name().to_string(),
                definition.description().to_string(),
                steps,
                text.clone(),
                At(self.context.clock.now().as_micros()),
                by.to_string(),
            ];
            let rows = self.context.pool.write(sql!("save_workflow"), &parameters).await?;
            if let Some(row) = rows.first() {
                return saved(row, project, definition);
            }
        }
        Err(StoreError::Busy("others save the same workflow all the time".to_owned()))
    }

    async fn workflow(
        &self,
        project: &ProjectId,
        name: &WorkflowName,
        version: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError> {
        let up_to = version.map_or(i64::MAX, i64::from);
        let parameters = params![project.to_string(), name.to_string(), up_to];
        let rows = self.context.pool.query(sql!("workflow"), &parameters).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut c = Columns::of(row);
        let row = WorkflowRow {
            version: c.take()?,
            definition: c.take()?,
            created_at: c.time()?,
            created_by: c.take()?,
        };
        let found = row.into_workflow(project, name)?;
        Ok(Some(found).filter(|found| version.is_none_or(|version| found.version == version)))
    }

    async fn workflows(
        &self,
        project: &ProjectId,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        let parameters = params![project.to_string(), after, i64::from(limit)];
        let rows = self.context.pool.query(sql!("workflows"), &parameters).await?;
        rows.iter().map(summary).collect()
    }

    async fn run(&self, scope: &Scope, id: RunId) -> Result<Option<RunView>, StoreError> {
        runs::one(&self.context.pool, scope, id).await
    }

    async fn runs(&self, scope: &Scope, query: &RunQuery) -> Result<RunPage, StoreError> {
        runs::page(&self.context.pool, scope, query).await
    }

    async fn members(
        &self,
        run: RunId,
        which: Members,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        runs::members(&self.context.pool, run, which, after, limit).await
    }
}

fn saved(row: &Row, project: &ProjectId, definition: &Definition) -> Result<Saved, StoreError> {
    let mut c = Columns::of(row);
    let made: bool = c.take()?;
    let version: i64 = c.take()?;
    let how = match (made, version) {
        (false, _) => SavedAs::Same,
        (true, 1) => SavedAs::New,
        (true, _) => SavedAs::NewVersion,
    };
    let created_at = Timestamp::from_micros(c.time()?);
    let reader = crate::row::Reader { table: "workflows", row: definition.name().as_str() };
    let workflow = Workflow {
        project: project.clone(),
        definition: definition.clone(),
        version: reader.count("version", version)?,
        created_at,
        created_by: reader.text("created_by", c.take()?)?,
    };
    Ok(Saved { workflow, how })
}

fn summary(row: &Row) -> Result<WorkflowSummary, StoreError> {
    let mut c = Columns::of(row);
    let row = WorkflowSummaryRow {
        name: c.take()?,
        description: c.take()?,
        version: c.take()?,
        steps: c.take()?,
        created_at: c.time()?,
        created_by: c.take()?,
    };
    row.into_summary()
}
