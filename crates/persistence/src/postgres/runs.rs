//! Runs of workflows, and how their missions stand.

use std::collections::HashMap;

use mission_control_kernel::{MissionId, RunId, Scope, StoreError};
use mission_control_missions::Run;
use mission_control_workflows::{Members, RunPage, RunQuery, RunView, Tally};
use tokio_postgres::Row;

use super::batch::parse_id;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::reads::projects;
use super::values::{At, params};
use crate::row::{BEHIND_ALL_IDS, Reader, RunRow, TallyRow, members_ended_by, members_to_word};

/// The run of a row of `runs`, whole.
pub(super) fn run(row: &Row) -> Result<Run, StoreError> {
    let mut c = Columns::of(row);
    let row = RunRow {
        id: c.take()?,
        project_id: c.take()?,
        workflow: c.take()?,
        version: c.take()?,
        title: c.take()?,
        input: c.take()?,
        steps: c.take()?,
        created_by: c.take()?,
        created_at: c.time()?,
        paused: c.take()?,
    };
    row.into_run()
}

/// A run, and what was asked of it last.
pub(super) fn newest_ask(row: &Row) -> Result<(RunId, String), StoreError> {
    let mut c = Columns::of(row);
    let run: &str = c.take()?;
    let reader = Reader { table: "follow_ups", row: run };
    Ok((reader.parse("run_id", run)?, c.take()?))
}

pub(super) async fn one(
    pool: &Pool,
    scope: &Scope,
    id: RunId,
) -> Result<Option<RunView>, StoreError> {
    let rows = pool.query(sql!("run"), &params![id.to_string(), projects(scope)]).await?;
    let runs = rows.iter().map(run).collect::<Result<Vec<_>, _>>()?;
    Ok(counted(pool, runs).await?.pop())
}

pub(super) async fn page(
    pool: &Pool,
    scope: &Scope,
    query: &RunQuery,
) -> Result<RunPage, StoreError> {
    let before = query.after.map_or_else(|| BEHIND_ALL_IDS.to_owned(), |id| id.to_string());
    let limit = i64::from(query.limit) + 1;
    let rows = match &query.workflow {
        None => pool.query(sql!("runs"), &params![projects(scope), before, limit]).await?,
        Some(name) => {
            let parameters = params![projects(scope), before, limit, name.to_string()];
            pool.query(sql!("runs_of_workflow"), &parameters).await?
        }
    };
    let mut runs = rows.iter().map(run).collect::<Result<Vec<_>, _>>()?;
    let more = runs.len() > query.limit as usize;
    runs.truncate(query.limit as usize);
    let next = runs.last().filter(|_| more).map(|last| last.id);
    Ok(RunPage { runs: counted(pool, runs).await?, next })
}

/// The runs with their tallies, in their order. One whose missions have just left has left too.
async fn counted(pool: &Pool, runs: Vec<Run>) -> Result<Vec<RunView>, StoreError> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
    let rows = pool.query(sql!("run_tallies"), &params![ids]).await?;
    let tallies = rows.iter().map(tally).collect::<Result<HashMap<RunId, Tally>, _>>()?;
    let views = runs.into_iter().filter_map(|run| {
        let tally = tallies.get(&run.id).copied().filter(|tally| tally.steps() > 0)?;
        Some(RunView { run, tally })
    });
    Ok(views.collect())
}

fn tally(row: &Row) -> Result<(RunId, Tally), StoreError> {
    let mut c = Columns::of(row);
    let row = TallyRow {
        run: c.take()?,
        counts: [c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?],
        furthest: c.take()?,
        started_at: c.time_some()?,
        ended_at: c.time_some()?,
    };
    row.into_tally()
}

pub(super) async fn members(
    pool: &Pool,
    run: RunId,
    which: Members,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let (which, ended_by) = (members_to_word(which).to_owned(), members_ended_by(which).map(At));
    let parameters = params![run.to_string(), after, i64::from(limit), which, ended_by];
    let rows = pool.query(sql!("run_members"), &parameters).await?;
    rows.iter().map(|row| parse_id(Columns::of(row).take()?)).collect()
}
