//! Reading missions, their attempts, entries and trees.

use mission_control::JournalEntry;
use mission_control_kernel::{JsonText, MissionId, Scope, StoreError};
use mission_control_missions::{AttemptRecord, Finding, Found, Mission, MissionEvent};

use super::batch::parse_id;
use super::journal::entry_row;
use super::load::{Columns, mission, mission_sql, sql};
use super::pool::Pool;
use super::values::params;
use crate::row::{AttemptRow, entry_from_row, found, under_way};

/// The projects of a scope as a parameter; none for all.
pub(super) fn projects(scope: &Scope) -> Option<Vec<String>> {
    match scope {
        Scope::All => None,
        Scope::Projects(projects) => Some(projects.iter().map(ToString::to_string).collect()),
    }
}

pub(super) async fn missions(
    pool: &Pool,
    scope: &Scope,
    ids: &[MissionId],
) -> Result<Vec<Mission>, StoreError> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows = pool.query(mission_sql!("missions_by_id"), &params![names, projects(scope)]).await?;
    rows.iter().map(mission).collect()
}

pub(super) async fn results(
    pool: &Pool,
    scope: &Scope,
    ids: &[MissionId],
    room: usize,
) -> Result<Vec<Found>, StoreError> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let rows = pool.query(sql!("results_of"), &params![names, projects(scope), room]).await?;
    rows.iter()
        .map(|row| {
            let mut c = Columns::of(row);
            let (id, run, key): (&str, Option<&str>, Option<&str>) =
                (c.take()?, c.take()?, c.take()?);
            let finding = match (c.take::<bool>()?, c.take::<Option<&str>>()?) {
                (_, Some(result)) => Finding::Result(JsonText::from_stored(result)),
                (true, None) => Finding::LeftOut,
                (false, None) => Finding::Nothing,
            };
            found(id, run, key, finding)
        })
        .collect()
}

pub(super) async fn descendants(
    pool: &Pool,
    scope: &Scope,
    id: MissionId,
    limit: u32,
) -> Result<Vec<Mission>, StoreError> {
    let parameters = params![id.to_string(), projects(scope), i64::from(limit)];
    let rows = pool.query(mission_sql!("descendants"), &parameters).await?;
    rows.iter().map(mission).collect()
}

pub(super) async fn tree_progress(
    pool: &Pool,
    ids: &[MissionId],
) -> Result<Vec<(MissionId, u32, u32)>, StoreError> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows = pool.query(sql!("tree_progress"), &params![names]).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id = parse_id(columns.take()?)?;
            let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
            Ok((id, count(columns.take()?), count(columns.take()?)))
        })
        .collect()
}

pub(super) async fn events(
    pool: &Pool,
    scope: &Scope,
    id: MissionId,
    after: i64,
    limit: u32,
) -> Result<Vec<MissionEvent>, StoreError> {
    let parameters = params![id.to_string(), projects(scope), after, i64::from(limit)];
    let rows = pool.query(sql!("mission_events"), &parameters).await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut columns = Columns::of(row);
        let seq = columns.take()?;
        if let JournalEntry::Mission(entry) = entry_from_row(&entry_row(&mut columns)?)? {
            events.push(MissionEvent { seq, entry });
        }
    }
    Ok(events)
}

pub(super) async fn attempts(
    pool: &Pool,
    scope: &Scope,
    id: MissionId,
) -> Result<Vec<AttemptRecord>, StoreError> {
    let found = missions(pool, scope, &[id]).await?;
    let Some(found) = found.first() else { return Ok(Vec::new()) };
    let rows = pool.query(sql!("attempts_of"), &params![id.to_string()]).await?;
    let mut records = Vec::with_capacity(rows.len() + 1);
    for row in &rows {
        let mut c = Columns::of(row);
        let row = AttemptRow {
            mission_id: c.take()?,
            lease_id: c.take()?,
            project_id: c.take()?,
            attempt: c.take()?,
            agent_id: c.take()?,
            agent_type: c.take()?,
            model_used: c.take()?,
            began_at: c.time()?,
            ended_at: c.time()?,
            outcome: c.take()?,
            failure_class: c.take()?,
            error_message: c.take()?,
            tokens_used: c.take()?,
            tokens_in: c.take()?,
            tokens_out: c.take()?,
            cost_nanos: c.take()?,
        };
        records.push(row.into_record()?);
    }
    let current = under_way(found);
    records.extend(current.filter(|now| records.iter().all(|past| past.lease != now.lease)));
    Ok(records)
}

pub(super) async fn dependants(
    pool: &Pool,
    id: MissionId,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, StoreError> {
    page_of_ids(pool, sql!("dependants_of"), id, after, limit).await
}

pub(super) async fn open_children(
    pool: &Pool,
    id: MissionId,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, StoreError> {
    page_of_ids(pool, sql!("open_children_of"), id, after, limit).await
}

async fn page_of_ids(
    pool: &Pool,
    sql: &'static str,
    id: MissionId,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = pool.query(sql, &params![id.to_string(), after, i64::from(limit)]).await?;
    rows.iter().map(|row| parse_id(Columns::of(row).take()?)).collect()
}
