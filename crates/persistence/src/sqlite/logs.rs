//! Log lines: numbered as they are written, by whoever holds their mission.

use mission_control_kernel::{LeaseId, MissionId, Scope};
use mission_control_missions::{LogLevel, LogLine, Mission, Refusal, holds};
use rusqlite::Connection;

use super::fault::{Fault, exactly_one};
use super::load::{Columns, seen};
use super::sql;
use super::writer::Tx;
use crate::row::{Reader, at, log_level_from_number, log_level_to_number};

/// Stores lines behind those that are there; returns the last one's number.
pub(super) fn append(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: MissionId,
    lease: Option<LeaseId>,
    lines: &[LogLine],
) -> Result<Result<i64, Refusal>, Fault> {
    let Some(mission) = seen(tx.connection, scope, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    if let Err(refusal) = check_fence(&mission, lease) {
        return Ok(Err(refusal));
    }
    let id = id.to_string();
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let last: i64 = tx
        .connection
        .prepare_cached(sql!("take_log_numbers"))?
        .query_row([count], |row| row.get(0))?;
    let mut statement = tx.connection.prepare_cached(sql!("insert_log"))?;
    for (n, line) in (last - count + 1..).zip(lines) {
        let level = log_level_to_number(line.level);
        let by = lease.map(LeaseId::number);
        statement.execute((&id, n, line.at.as_micros(), level, &*line.text, by))?;
    }
    if let (Some(lease), Some(agent)) = (lease, mission.agent()) {
        // Any accepted fenced write extends the lease by its length.
        let renewed = (&id, lease.number(), agent.to_string(), tx.now.as_micros());
        let ends = tx
            .connection
            .prepare_cached(sql!("renew_lease"))?
            .query_map(renewed, |row| row.get::<_, i64>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        exactly_one(ends.len(), "a lease")?;
    }
    Ok(Ok(last))
}

/// Lines after number `after` of at least `level`, oldest first.
pub(super) fn read(
    connection: &Connection,
    scope: &Scope,
    id: MissionId,
    after: i64,
    level: LogLevel,
    limit: u32,
) -> Result<Vec<LogLine>, Fault> {
    if seen(connection, scope, id)?.is_none() {
        return Ok(Vec::new());
    }
    let id = id.to_string();
    let reader = Reader { table: "mission_logs", row: &id };
    let mut statement = connection.prepare_cached(sql!("logs"))?;
    let mut rows = statement.query((&id, after, log_level_to_number(level), limit))?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        lines.push(LogLine {
            n: c.take()?,
            at: at(c.take()?),
            level: reader.need("level", log_level_from_number(c.take()?))?,
            text: c.take::<String>()?.into(),
            lease: c.take::<Option<i64>>()?.map(LeaseId::new),
        });
    }
    Ok(lines)
}

fn check_fence(mission: &Mission, lease: Option<LeaseId>) -> Result<(), Refusal> {
    match lease {
        Some(lease) if holds(mission, lease) => Ok(()),
        Some(_) => Err(Refusal::LeaseLost),
        None if holds(mission, mission.lease_id) => Err(Refusal::LeaseRequired),
        None => Ok(()),
    }
}
