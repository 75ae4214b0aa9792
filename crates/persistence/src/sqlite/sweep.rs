//! What time has made due, and what moves of missions ask of others.

use std::time::Duration;

use mission_control_kernel::{LeaseId, MissionId, Timestamp};
use mission_control_missions::{Command, Due, FollowUpTask, KeptFollowUp};
use rusqlite::{Connection, OptionalExtension as _};

use super::fault::Fault;
use super::load::{Columns, parse_id};
use super::reads::ids;
use super::sql;
use super::writer::Tx;
use crate::row::FollowUpRow;

/// A follow-up that was taken and not finished belongs to whoever asks after this long: a process
/// that works one off in steps of some hundred needs a fraction of it.
const TAKEN_FOR: Duration = Duration::from_secs(30);

/// Leases and timeouts that are over, and missions that have expired. Of two commands for one attempt
/// the first ends it and the second is refused.
pub(super) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<Due>, Fault> {
    let mut due = Vec::new();
    for (mission, lease) in over(connection, sql!("due_leases"), now, limit)? {
        due.push(Due { mission, command: Command::Lose { lease } });
    }
    for (mission, lease) in over(connection, sql!("due_timeouts"), now, limit)? {
        due.push(Due { mission, command: Command::TimeOut { lease } });
    }
    for mission in ids(connection, sql!("due_expiries"), (now.as_micros(), limit))? {
        due.push(Due { mission, command: Command::Expire });
    }
    due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(due)
}

/// Takes follow-ups, oldest first.
pub(super) fn take(tx: &Tx<'_>, limit: u32) -> Result<Vec<FollowUpTask>, Fault> {
    let until = tx.now.plus(TAKEN_FOR);
    let mut statement = tx.connection.prepare_cached(sql!("take_follow_ups"))?;
    let mut rows = statement.query((tx.now.as_micros(), until.as_micros(), limit))?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        let mut c = Columns::of(row);
        let id = c.take()?;
        let row = FollowUpRow {
            mission_id: c.take()?,
            run_id: c.take()?,
            what: c.take()?,
            asked_by: c.take()?,
            reason: c.take()?,
            ..FollowUpRow::default()
        };
        tasks.push(row.into_task(id, until)?);
    }
    // RETURNING promises no order.
    tasks.sort_unstable_by_key(|task| task.id);
    Ok(tasks)
}

/// Holds on to a follow-up that is taken until then.
pub(super) fn keep(
    tx: &Tx<'_>,
    id: i64,
    taken_until: Timestamp,
) -> Result<Option<KeptFollowUp>, Fault> {
    let until = tx.now.plus(TAKEN_FOR);
    let mut statement = tx.connection.prepare_cached(sql!("keep_follow_up"))?;
    let asked = (id, taken_until.as_micros(), until.as_micros(), tx.now.as_micros());
    let begun_at: Option<i64> = statement.query_row(asked, |row| row.get(0)).optional()?;
    let begun_at = begun_at.map(Timestamp::from_micros);
    Ok(begun_at.map(|begun_at| KeptFollowUp { taken_until: until, begun_at }))
}

/// Removes a follow-up that is taken until then. That it is gone already is no failure: two may have
/// done it.
pub(super) fn finish(tx: &Tx<'_>, id: i64, taken_until: Timestamp) -> Result<bool, Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("delete_follow_up"))?;
    Ok(statement.execute((id, taken_until.as_micros()))? == 1)
}

/// The ids that a statement finds behind `after`, by id.
pub(super) fn page(
    connection: &Connection,
    sql: &str,
    id: MissionId,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Vec<MissionId>, Fault> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    ids(connection, sql, (id.to_string(), after, limit))
}

fn over(
    connection: &Connection,
    sql: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(MissionId, LeaseId)>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((now.as_micros(), limit))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mission = parse_id(&row.get::<_, String>(0)?)?;
        found.push((mission, LeaseId::new(row.get(1)?)));
    }
    Ok(found)
}
