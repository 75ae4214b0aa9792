//! Definitions of workflows, version by version; runs are read in `runs`.

use async_trait::async_trait;
use deadpool_postgres::{Client, Transaction};
use mission_control_kernel::{MissionId, ProjectId, RunId, Scope, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt, ShortName};
use mission_control_workflows::{
    Definition, MOST_VERSIONS, MOST_WORKFLOWS, Members, NoRoom, RunPage, RunQuery, RunView, Saved,
    SavedAs, Workflow, WorkflowName, WorkflowStore, WorkflowSummary,
};
use tokio_postgres::Row;

use super::link::query;
use super::load::{Columns, sql};
use super::values::{At, params, store_error};
use super::{Postgres, receipts, runs};
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
        receipt: Option<Receipt<Saved>>,
    ) -> Result<Once<Result<Saved, NoRoom>>, StoreError> {
        let (now, version) = (self.context.clock.now(), (project, definition, by));
        self.context.pool.writing(|client| save(client, now, version, receipt)).await
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

/// Of what, by whom.
type Version<'a> = (&'a ProjectId, &'a Definition, &'a ShortName);

async fn save(
    mut client: Client,
    now: Timestamp,
    version: Version<'_>,
    receipt: Option<Receipt<Saved>>,
) -> Result<Once<Result<Saved, NoRoom>>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let Some(before) = receipts::answered_before(&transaction, receipt.as_ref(), now).await? {
        return Ok(before);
    }
    let saved = next_version(&transaction, now, version).await?;
    receipts::settle(transaction, receipt.as_ref(), saved.as_ref().ok()).await?;
    Ok(Once::Now(saved))
}

async fn next_version(
    transaction: &Transaction<'_>,
    now: Timestamp,
    (project, definition, by): Version<'_>,
) -> Result<Result<Saved, NoRoom>, StoreError> {
    let parameters = params![
        project.to_string(),
        definition.name().to_string(),
        definition.description().to_string(),
        i64::try_from(definition.steps().len()).unwrap_or(i64::MAX),
        definition_to_text(definition)?,
        At(now.as_micros()),
        by.to_string(),
        i64::from(MOST_VERSIONS),
        i64::from(MOST_WORKFLOWS),
    ];
    for _ in 0..SAVE_TRIES {
        let rows = query(transaction, sql!("save_workflow"), &parameters).await?;
        if let Some(row) = rows.first() {
            return saved(row, project, definition);
        }
    }
    Err(StoreError::Busy("others save the same workflow all the time".to_owned()))
}

fn saved(
    row: &Row,
    project: &ProjectId,
    definition: &Definition,
) -> Result<Result<Saved, NoRoom>, StoreError> {
    let mut c = Columns::of(row);
    let what: &str = c.take()?;
    let is_new = match what {
        "made" => true,
        "same" => false,
        "workflows" => return Ok(Err(NoRoom::Workflows)),
        "versions" => return Ok(Err(NoRoom::Versions)),
        other => return Err(StoreError::Defect(format!("a definition that is {other}"))),
    };
    let version: i64 = c.take()?;
    let how = match (is_new, version) {
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
    Ok(Ok(Saved { workflow, how }))
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
