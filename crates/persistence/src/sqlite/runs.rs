//! Runs of workflows, and how their missions stand.

use std::collections::HashMap;

use mission_control_kernel::{MissionId, RunId, Scope};
use mission_control_missions::Run;
use mission_control_workflows::{Members, RunPage, RunQuery, RunView, Tally};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::Fault;
use super::load::Columns;
use super::reads::ids;
use super::sql;
use crate::row::{BEHIND_ALL_IDS, RunRow, TallyRow, members_ended_by, members_to_word};

/// One run, whoever asks.
pub(super) fn run(connection: &Connection, id: RunId) -> Result<Option<Run>, Fault> {
    let mut statement = connection.prepare_cached(sql!("run"))?;
    let found = statement.query_row([id.to_string()], row).optional()?;
    Ok(found.map(RunRow::into_run).transpose()?)
}

/// What was asked of a run last, where nobody has taken it yet.
pub(super) fn newest_ask(connection: &Connection, id: RunId) -> Result<Option<String>, Fault> {
    let mut statement = connection.prepare_cached(sql!("newest_ask"))?;
    Ok(statement.query_row([id.to_string()], |row| row.get(0)).optional()?)
}

pub(super) fn one(
    connection: &Connection,
    scope: &Scope,
    id: RunId,
) -> Result<Option<RunView>, Fault> {
    let found = run(connection, id)?.filter(|run| scope.sees(&run.project));
    Ok(counted(connection, found.into_iter().collect())?.pop())
}

/// A page of the projects that `scope` has, each by its index.
pub(super) fn page(
    connection: &Connection,
    scope: &Scope,
    query: &RunQuery,
) -> Result<RunPage, Fault> {
    let projects: Vec<String> = match scope {
        Scope::Projects(projects) => projects.iter().map(ToString::to_string).collect(),
        Scope::All => {
            let mut statement = connection.prepare_cached(sql!("projects"))?;
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        }
    };
    let mut runs = Vec::new();
    for project in projects {
        runs.extend(of_project(connection, &project, query)?);
    }
    runs.sort_unstable_by_key(|run| std::cmp::Reverse(run.id));
    let more = runs.len() > query.limit as usize;
    runs.truncate(query.limit as usize);
    let next = runs.last().filter(|_| more).map(|last| last.id);
    Ok(RunPage { runs: counted(connection, runs)?, next })
}

/// One more than is asked for, to see whether there is more.
fn of_project(connection: &Connection, project: &str, query: &RunQuery) -> Result<Vec<Run>, Fault> {
    let before = query.after.map_or_else(|| BEHIND_ALL_IDS.to_owned(), |id| id.to_string());
    let limit = i64::from(query.limit) + 1;
    let rows: Vec<RunRow> = match &query.workflow {
        None => connection
            .prepare_cached(sql!("runs"))?
            .query_map((project, before, limit), row)?
            .collect::<Result<_, _>>()?,
        Some(name) => connection
            .prepare_cached(sql!("runs_of_workflow"))?
            .query_map((project, before, limit, name.as_str()), row)?
            .collect::<Result<_, _>>()?,
    };
    Ok(rows.into_iter().map(RunRow::into_run).collect::<Result<_, _>>()?)
}

/// The runs with their tallies, in their order.
fn counted(connection: &Connection, runs: Vec<Run>) -> Result<Vec<RunView>, Fault> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
    let ids = serde_json::to_string(&ids).expect("a list of strings is always JSON");
    let mut statement = connection.prepare_cached(sql!("run_tallies"))?;
    let rows = statement.query_map([ids], tally)?.collect::<Result<Vec<_>, _>>()?;
    let tallies: HashMap<RunId, Tally> =
        rows.into_iter().map(TallyRow::into_tally).collect::<Result<_, _>>()?;
    let views = runs.into_iter().filter_map(|run| {
        let tally = tallies.get(&run.id).copied()?;
        Some(RunView { run, tally })
    });
    Ok(views.collect())
}

pub(super) fn members(
    connection: &Connection,
    run: RunId,
    which: Members,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, Fault> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let (which, ended_by) = (members_to_word(which), members_ended_by(which));
    let asked = (run.to_string(), after, limit, which, ended_by);
    ids(connection, sql!("run_members"), asked)
}

fn row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let mut c = Columns::of(row);
    Ok(RunRow {
        id: c.take()?,
        project_id: c.take()?,
        workflow: c.take()?,
        version: c.take()?,
        title: c.take()?,
        input: c.take()?,
        steps: c.take()?,
        created_by: c.take()?,
        created_at: c.take()?,
        paused: c.take()?,
    })
}

fn tally(row: &Row<'_>) -> rusqlite::Result<TallyRow> {
    let mut c = Columns::of(row);
    Ok(TallyRow {
        run: c.take()?,
        counts: [c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?],
        furthest: c.take()?,
        started_at: c.take()?,
        ended_at: c.take()?,
    })
}
