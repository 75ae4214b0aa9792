//! Questions about single missions and what hangs on them.

use mission_control::JournalEntry;
use mission_control_kernel::{JsonText, MissionId, Scope};
use mission_control_missions::{AttemptRecord, Finding, Found, Mission, MissionEvent};
use rusqlite::{Connection, Params, Row};

use super::fault::Fault;
use super::load::{Columns, all_seen, parse_id, seen};
use super::{journal, sql};
use crate::row::{AttemptRow, Reader, found, under_way};

/// All missions below `id`, nearest first. A tree lies in one project, so who sees its mission sees
/// what is below.
pub(super) fn descendants(
    connection: &Connection,
    scope: &Scope,
    id: MissionId,
    limit: u32,
) -> Result<Vec<Mission>, Fault> {
    if seen(connection, scope, id)?.is_none() {
        return Ok(Vec::new());
    }
    let ids = ids(connection, sql!("descendants"), (id.to_string(), limit))?;
    all_seen(connection, scope, &ids)
}

/// What missions that may be seen have found, as long as it fits into `room` bytes.
pub(super) fn results(
    connection: &Connection,
    scope: &Scope,
    ids: &[MissionId],
    mut room: usize,
) -> Result<Vec<Found>, Fault> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let names = serde_json::to_string(&names).expect("a list of strings is always JSON");
    let mut statement = connection.prepare_cached(sql!("results_of"))?;
    let mut result = connection.prepare_cached(sql!("result"))?;
    let mut rows = statement.query([names])?;
    let mut results = Vec::with_capacity(ids.len());
    while let Some(row) = rows.next()? {
        let mut c = Columns::of(row);
        let (id, project): (String, String) = (c.take()?, c.take()?);
        let (run, key): (Option<String>, Option<String>) = (c.take()?, c.take()?);
        let project = Reader { table: "missions", row: &id }.parse("project_id", &project)?;
        if !scope.sees(&project) {
            continue;
        }
        let finding = match c.take::<Option<i64>>()? {
            None => Finding::Nothing,
            Some(size) => match room.checked_sub(usize::try_from(size).unwrap_or(usize::MAX)) {
                Some(left) => {
                    room = left;
                    let text: String = result.query_row([&id], |row| row.get(0))?;
                    Finding::Result(JsonText::from_stored(&text))
                }
                None => {
                    room = 0;
                    Finding::LeftOut
                }
            },
        };
        results.push(found(&id, run.as_deref(), key.as_deref(), finding)?);
    }
    Ok(results)
}

/// (completed descendants, all descendants) of those that have any.
pub(super) fn tree_progress(
    connection: &Connection,
    ids: &[MissionId],
) -> Result<Vec<(MissionId, u32, u32)>, Fault> {
    let mut statement = connection.prepare_cached(sql!("tree_progress"))?;
    let mut progress = Vec::with_capacity(ids.len());
    for id in ids {
        let (completed, all): (u32, u32) =
            statement.query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if all > 0 {
            progress.push((*id, completed, all));
        }
    }
    Ok(progress)
}

/// The journal of one mission after its `version`.
pub(super) fn events(
    connection: &Connection,
    scope: &Scope,
    id: MissionId,
    after: i64,
    limit: u32,
) -> Result<Vec<MissionEvent>, Fault> {
    let found = journal::sequenced(connection, sql!("events"), (id.to_string(), after, limit))?;
    let events = found.into_iter().filter_map(|sequenced| match sequenced.entry {
        JournalEntry::Mission(entry) if scope.sees(&entry.project) => {
            Some(MissionEvent { seq: Some(sequenced.seq), entry })
        }
        JournalEntry::Mission(_) | JournalEntry::Agent(_) | JournalEntry::Removal(_) => None,
    });
    Ok(events.collect())
}

/// All attempts at a mission, the one under way last.
pub(super) fn attempts(
    connection: &Connection,
    scope: &Scope,
    id: MissionId,
) -> Result<Vec<AttemptRecord>, Fault> {
    let Some(mission) = seen(connection, scope, id)? else { return Ok(Vec::new()) };
    let rows = connection
        .prepare_cached(sql!("attempts"))?
        .query_map([id.to_string()], attempt)?
        .collect::<Result<Vec<_>, _>>()?;
    let mut records =
        rows.into_iter().map(AttemptRow::into_record).collect::<Result<Vec<_>, _>>()?;
    records.extend(under_way(&mission));
    Ok(records)
}

/// The ids that a statement finds, in its order.
pub(super) fn ids(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<MissionId>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params, |row| row.get::<_, String>(0))?;
    found.map(|id| Ok(parse_id(&id?)?)).collect()
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    let mut columns = Columns::of(row);
    let c = &mut columns;
    Ok(AttemptRow {
        mission_id: c.take()?,
        lease_id: c.take()?,
        project_id: c.take()?,
        attempt: c.take()?,
        agent_id: c.take()?,
        agent_type: c.take()?,
        model_used: c.take()?,
        began_at: c.take()?,
        ended_at: c.take()?,
        outcome: c.take()?,
        failure_class: c.take()?,
        error_message: c.take()?,
        tokens_used: c.take()?,
        tokens_in: c.take()?,
        tokens_out: c.take()?,
        cost_nanos: c.take()?,
    })
}
