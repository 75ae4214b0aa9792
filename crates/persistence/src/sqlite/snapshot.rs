//! The counters as the tables have them, at one instant.

use std::collections::BTreeMap;
use std::time::Duration;

use mission_control::{Completion, Minute, Slice, Snapshot};
use mission_control_agents::Standing;
use mission_control_kernel::{AgentId, MissionId, Money, ProjectId, Timestamp};
use mission_control_missions::{Delta, Kind, KindCounts, Status, Totals};
use rusqlite::{Connection, OptionalExtension as _, Params};

use super::fault::Fault;
use super::load::{Columns, parse_id};
use super::{journal, sql};
use crate::row::{BEHIND_ALL_IDS, Reader, at};

/// The sliding hour of the throughput.
const MINUTES: Duration = Duration::from_hours(1);
const MINUTE_MICROS: i64 = 60_000_000;
/// How many completions of each project are remembered, as in seed 004.
const COMPLETIONS: u32 = 100;

/// Counts everything; the connection must be in one transaction.
pub(super) fn aggregate(connection: &Connection, now: Timestamp) -> Result<Snapshot, Fault> {
    let head = journal::head(connection)?;
    let totals = totals(connection, sql!("snapshot_totals"), ())?;
    let mut standings = standings(connection, sql!("snapshot_standings"), ())?;
    add_removed_standings(connection, &mut standings)?;
    let mut completed = BTreeMap::new();
    for project in totals.keys() {
        let ring = completions(connection, project)?;
        if !ring.is_empty() {
            completed.insert(project.clone(), ring);
        }
    }
    Ok(Snapshot {
        seq: head,
        standings,
        kinds: kinds(connection, sql!("snapshot_kinds"), ())?,
        removed: self::totals(connection, sql!("removed_totals"), ())?,
        running: running(connection, sql!("snapshot_running"), ())?,
        minutes: minutes(connection, head, now)?,
        completions: completed,
        totals,
    })
}

/// Counts some missions; the connection must be in one transaction.
pub(super) fn slice(
    connection: &Connection,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Slice, Fault> {
    let is_first = after.is_none();
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let last: Option<String> = connection
        .prepare_cached(sql!("slice_end"))?
        .query_row((&after, limit.saturating_sub(1)), |row| row.get(0))
        .optional()?;
    let span = [&after, last.as_deref().unwrap_or(BEHIND_ALL_IDS)];
    let mut counted = Snapshot {
        seq: journal::head(connection)?,
        totals: totals(connection, sql!("slice_totals"), span)?,
        kinds: kinds(connection, sql!("slice_kinds"), span)?,
        standings: standings(connection, sql!("slice_standings"), span)?,
        running: running(connection, sql!("slice_running"), span)?,
        ..Snapshot::default()
    };
    if is_first {
        counted.removed = self::totals(connection, sql!("removed_totals"), ())?;
        add_removed_standings(connection, &mut counted.standings)?;
    }
    Ok(Slice { counted, last: last.map(|id| parse_id(&id)).transpose()? })
}

fn totals(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<BTreeMap<ProjectId, Totals>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut all: BTreeMap<ProjectId, Totals> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        let (project, status, priority): (String, String, String) =
            (c.take()?, c.take()?, c.take()?);
        let reader = Reader { table: "missions", row: &project };
        let totals = all.entry(reader.parse("project_id", &project)?).or_default();
        let cell = (reader.parse("status", &status)?, reader.parse("priority", &priority)?);
        totals.cells.insert(cell, c.take()?);
        totals.sums = totals.sums.plus(Delta {
            tokens: c.take()?,
            cost_nanos: c.take()?,
            duration_micros: c.take()?,
            timed: c.take()?,
            dead_letter: c.take()?,
            held: c.take()?,
        });
    }
    Ok(all)
}

/// What is not over, by kind.
fn kinds(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut all: BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        let (project, kind, status, priority): (String, String, String, String) =
            (c.take()?, c.take()?, c.take()?, c.take()?);
        let reader = Reader { table: "missions", row: &project };
        let kinds = all.entry(reader.parse("project_id", &project)?).or_default();
        let counts = kinds.entry(reader.parse("kind", &kind)?).or_default();
        let status: Status = reader.parse("status", &status)?;
        counts.count(status, reader.parse("priority", &priority)?, c.take()?);
        counts.held += c.take::<i64>()?;
    }
    Ok(all)
}

fn standings(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<BTreeMap<AgentId, Standing>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut standings = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let agent = agent(columns.take()?)?;
        let (completed, failed) = (count(&mut columns)?, count(&mut columns)?);
        standings.insert(agent, Standing { completed, failed });
    }
    Ok(standings)
}

/// Adds the attempts that have left with their missions.
fn add_removed_standings(
    connection: &Connection,
    standings: &mut BTreeMap<AgentId, Standing>,
) -> Result<(), Fault> {
    for (agent, removed) in self::standings(connection, sql!("removed_standings"), ())? {
        let sum = standings.entry(agent).or_default();
        sum.completed += removed.completed;
        sum.failed += removed.failed;
    }
    Ok(())
}

fn running(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<BTreeMap<AgentId, u32>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut running = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        running.insert(agent(columns.take()?)?, columns.take()?);
    }
    Ok(running)
}

/// From the journal, as the projection counts them: a mission that is retried later was completed
/// all the same.
fn minutes(
    connection: &Connection,
    head: i64,
    now: Timestamp,
) -> Result<BTreeMap<(ProjectId, Timestamp), Minute>, Fault> {
    let hour_ago = now.minus(MINUTES).as_micros();
    let first = hour_ago - hour_ago % MINUTE_MICROS + MINUTE_MICROS;
    let mut statement = connection.prepare_cached(sql!("snapshot_minutes"))?;
    let mut rows = statement.query([last_before(connection, head, first)?])?;
    let mut minutes = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        let project: String = c.take()?;
        let reader = Reader { table: "journal", row: &project };
        let key = (reader.parse("project_id", &project)?, at(c.take()?));
        let minute = Minute {
            completed: count(c)?,
            failed: count(c)?,
            duration: Duration::from_micros(count(c)?),
            timed: count(c)?,
            tokens: count(c)?,
            cost: reader.need("data.cost", Money::from_nanos(c.take()?))?,
        };
        minutes.insert(key, minute);
    }
    Ok(minutes)
}

/// The last place whose entry is older than `first`, found by halving: places rise with time.
fn last_before(connection: &Connection, head: i64, first: i64) -> Result<i64, Fault> {
    let mut statement = connection.prepare_cached(sql!("journal_instant"))?;
    let (mut older, mut newer) = (0, head + 1);
    while newer - older > 1 {
        let middle = older + (newer - older) / 2;
        let instant: Option<i64> = statement.query_row([middle], |row| row.get(0)).optional()?;
        match instant {
            Some(instant) if instant < first => older = middle,
            Some(_) | None => newer = middle,
        }
    }
    Ok(older)
}

/// The last completions of a project, oldest first.
fn completions(connection: &Connection, project: &ProjectId) -> Result<Vec<Completion>, Fault> {
    let mut statement = connection.prepare_cached(sql!("snapshot_completions"))?;
    let mut rows = statement.query((project.as_str(), COMPLETIONS))?;
    let mut ring = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        ring.push(Completion {
            mission: parse_id(&c.take::<String>()?)?,
            at: at(c.take()?),
            agent: c.take::<Option<String>>()?.map(agent).transpose()?,
            status: Status::Completed,
            duration: Duration::from_micros(count(c)?),
        });
    }
    ring.reverse();
    Ok(ring)
}

/// A sum of what is never negative.
fn count(columns: &mut Columns<'_, '_>) -> Result<u64, Fault> {
    let reader = Reader { table: "journal", row: "" };
    Ok(reader.count("data", columns.take()?)?)
}

fn agent(text: String) -> Result<AgentId, Fault> {
    Ok(Reader { table: "leases", row: &text }.parse("agent_id", &text)?)
}
