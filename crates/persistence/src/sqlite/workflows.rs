//! Definitions of workflows, version by version; runs are read in `runs`.

use async_trait::async_trait;
use mission_control_kernel::{MissionId, ProjectId, RunId, Scope, StoreError};
use mission_control_missions::{Once, Receipt, ShortName};
use mission_control_workflows::{
    Definition, MOST_VERSIONS, MOST_WORKFLOWS, Members, NoRoom, RunPage, RunQuery, RunView, Saved,
    SavedAs, Workflow, WorkflowName, WorkflowStore, WorkflowSummary,
};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, exactly_one};
use super::job::Turn;
use super::load::Columns;
use super::writer::Tx;
use super::{Sqlite, receipts, runs, sql};
use crate::row::{WorkflowRow, WorkflowSummaryRow, definition_to_text};

#[async_trait]
impl WorkflowStore for Sqlite {
    async fn save_workflow(
        &self,
        project: &ProjectId,
        definition: &Definition,
        by: &ShortName,
        receipt: Option<Receipt<Saved>>,
    ) -> Result<Once<Result<Saved, NoRoom>>, StoreError> {
        let text = definition_to_text(definition)?;
        let (project, definition, by) = (project.clone(), definition.clone(), by.clone());
        self.write(Turn::Plain, move |tx| {
            let saving = |tx: &mut Tx<'_>| save(tx, &project, &definition, &text, &by);
            receipts::once(tx, receipt.as_ref(), saving, |saved| saved.as_ref().ok())
        })
        .await
    }

    async fn workflow(
        &self,
        project: &ProjectId,
        name: &WorkflowName,
        version: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError> {
        let (project, name) = (project.clone(), name.clone());
        self.read(move |connection| {
            let found = up_to(connection, &project, &name, version)?;
            let found = found.map(|row| row.into_workflow(&project, &name)).transpose()?;
            Ok(found.filter(|found| version.is_none_or(|version| found.version == version)))
        })
        .await
    }

    async fn workflows(
        &self,
        project: &ProjectId,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        let (project, after) = (project.clone(), after.map(ToString::to_string));
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("workflows"))?;
            let asked = (project.as_str(), after.unwrap_or_default(), limit);
            let rows = statement.query_map(asked, summary)?.collect::<Result<Vec<_>, _>>()?;
            let found = rows.into_iter().map(WorkflowSummaryRow::into_summary);
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn run(&self, scope: &Scope, id: RunId) -> Result<Option<RunView>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| runs::one(connection, &scope, id)).await
    }

    async fn runs(&self, scope: &Scope, query: &RunQuery) -> Result<RunPage, StoreError> {
        let (scope, query) = (scope.clone(), query.clone());
        self.read(move |connection| runs::page(connection, &scope, &query)).await
    }

    async fn members(
        &self,
        run: RunId,
        which: Members,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        self.read(move |connection| runs::members(connection, run, which, after, limit)).await
    }
}

/// The newest version of a name, or the newest up to one.
fn up_to(
    connection: &Connection,
    project: &ProjectId,
    name: &WorkflowName,
    version: Option<u32>,
) -> Result<Option<WorkflowRow>, Fault> {
    let up_to = version.map_or(i64::MAX, i64::from);
    let mut statement = connection.prepare_cached(sql!("workflow"))?;
    let found = statement.query_row((project.as_str(), name.as_str(), up_to), |row| {
        let mut c = Columns::of(row);
        Ok(WorkflowRow {
            version: c.take()?,
            definition: c.take()?,
            created_at: c.take()?,
            created_by: c.take()?,
        })
    });
    Ok(found.optional()?)
}

fn save(
    tx: &Tx<'_>,
    project: &ProjectId,
    definition: &Definition,
    text: &str,
    by: &ShortName,
) -> Result<Result<Saved, NoRoom>, Fault> {
    let name = definition.name();
    let newest = up_to(tx.connection, project, name, None)?;
    if let Some(same) = newest.as_ref().filter(|newest| newest.definition == text) {
        let workflow = same.clone().into_workflow(project, name)?;
        return Ok(Ok(Saved { workflow, how: SavedAs::Same }));
    }
    if let Some(no_room) = no_room(tx, project, newest.as_ref())? {
        return Ok(Err(no_room));
    }
    let version = newest.as_ref().map_or(1, |newest| newest.version + 1);
    let rows = tx.connection.prepare_cached(sql!("insert_workflow"))?.execute((
        project.as_str(),
        name.as_str(),
        version,
        definition.description().as_str(),
        definition.steps().len() as i64,
        text,
        tx.now.as_micros(),
        by.as_str(),
    ))?;
    exactly_one(rows, "a version of a workflow")?;
    let row = WorkflowRow {
        version,
        definition: text.to_owned(),
        created_at: tx.now.as_micros(),
        created_by: by.to_string(),
    };
    let how = if newest.is_some() { SavedAs::NewVersion } else { SavedAs::New };
    Ok(Ok(Saved { workflow: row.into_workflow(project, name)?, how }))
}

/// What there is no room for, of a version behind the newest one.
fn no_room(
    tx: &Tx<'_>,
    project: &ProjectId,
    newest: Option<&WorkflowRow>,
) -> Result<Option<NoRoom>, Fault> {
    if let Some(newest) = newest {
        return Ok((newest.version >= i64::from(MOST_VERSIONS)).then_some(NoRoom::Versions));
    }
    let mut statement = tx.connection.prepare_cached(sql!("count_workflows"))?;
    let count: u32 = statement.query_row((project.as_str(), MOST_WORKFLOWS), |row| row.get(0))?;
    Ok((count >= MOST_WORKFLOWS).then_some(NoRoom::Workflows))
}

fn summary(row: &Row<'_>) -> rusqlite::Result<WorkflowSummaryRow> {
    let mut c = Columns::of(row);
    Ok(WorkflowSummaryRow {
        name: c.take()?,
        description: c.take()?,
        version: c.take()?,
        steps: c.take()?,
        created_at: c.take()?,
        created_by: c.take()?,
    })
}
