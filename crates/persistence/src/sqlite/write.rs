//! What a batch writes, row by row.

use rusqlite::ToSql;

use super::fault::{Fault, exactly_one};
use super::sql;
use super::writer::Tx;
use crate::batch::{LeaseInsert, LeaseWrite, MissionWrite, ReadyKey, RunWrite, Writes};
use crate::row::{AttemptRow, EntryRow, FollowUpRow, MissionRow, RunRow};

/// How many of the numbered values of `insert_mission.sql` each statement takes: what progress
/// touches stands first, what only creation sets stands last.
const PROGRESS: usize = 14;
const STATE: usize = 40;
const EDITED: usize = 45;

/// Writes everything, and notes what others wait for.
pub(super) fn write(tx: &mut Tx<'_>, writes: Writes) -> Result<(), Fault> {
    for key in &writes.ready_deletes {
        ready(tx, sql!("delete_ready"), key)?;
    }
    for key in &writes.ready_inserts {
        ready(tx, sql!("insert_ready"), key)?;
    }
    for (write, row) in &writes.runs {
        run(tx, *write, row)?;
    }
    for ((write, row), ticket) in writes.missions.iter().zip(&writes.tickets) {
        mission(tx, *write, row, ticket.as_ref())?;
    }
    for write in &writes.leases {
        lease(tx, write)?;
    }
    for row in &writes.attempts {
        attempt(tx, row)?;
    }
    for (on, mission, project) in &writes.edges {
        tx.connection.prepare_cached(sql!("insert_dependency"))?.execute((on, mission, project))?;
    }
    for row in &writes.follow_ups {
        follow_up(tx, row)?;
    }
    for row in &writes.entries {
        entry(tx, row)?;
    }
    let opened = |write: &LeaseWrite| matches!(write, LeaseWrite::Delete { .. });
    tx.effects.arrived |= !writes.ready_inserts.is_empty() || writes.leases.iter().any(opened);
    Ok(())
}

/// Gives one journal entry its place.
pub(super) fn entry(tx: &mut Tx<'_>, row: &EntryRow) -> Result<(), Fault> {
    tx.connection.prepare_cached(sql!("insert_journal"))?.execute((
        row.at,
        &row.project_id,
        &row.mission_id,
        &row.agent_id,
        row.version,
        &row.event,
        &row.data,
    ))?;
    tx.effects.head = Some(tx.connection.last_insert_rowid());
    Ok(())
}

fn run(tx: &Tx<'_>, write: RunWrite, row: &RunRow) -> Result<(), Fault> {
    let rows = match write {
        RunWrite::Insert => tx.connection.prepare_cached(sql!("insert_run"))?.execute((
            &row.id,
            &row.project_id,
            &row.workflow,
            row.version,
            &row.title,
            &row.input,
            row.steps,
            &row.created_by,
            row.created_at,
            row.paused,
        ))?,
        RunWrite::Update => {
            tx.connection.prepare_cached(sql!("update_run"))?.execute((&row.id, row.paused))?
        }
    };
    exactly_one(rows, "a run's row")
}

fn follow_up(tx: &Tx<'_>, row: &FollowUpRow) -> Result<(), Fault> {
    let rows = tx.connection.prepare_cached(sql!("insert_follow_up"))?.execute((
        &row.mission_id,
        &row.run_id,
        &row.project_id,
        &row.what,
        &row.asked_by,
        &row.reason,
    ))?;
    exactly_one(rows, "a follow-up")
}

fn ready(tx: &mut Tx<'_>, sql: &str, key: &ReadyKey) -> Result<(), Fault> {
    let lane = tx.lanes.intern(tx.connection, &key.lane, tx.now)?;
    let rows = tx.connection.prepare_cached(sql)?.execute((lane, key.rank, &key.mission))?;
    exactly_one(rows, "a row of the queue")
}

fn mission(
    tx: &mut Tx<'_>,
    write: MissionWrite,
    row: &MissionRow,
    ticket: Option<&ReadyKey>,
) -> Result<(), Fault> {
    let lane = ticket.map(|key| tx.lanes.intern(tx.connection, &key.lane, tx.now)).transpose()?;
    let rank = ticket.map(|key| key.rank);
    let values = [&state(row, &lane, &rank)[..], &asked(row)].concat();
    let (sql, count) = match write {
        MissionWrite::Insert => (sql!("insert_mission"), values.len()),
        MissionWrite::Edit => (sql!("edit_mission"), EDITED),
        MissionWrite::Update => (sql!("update_mission"), STATE),
        MissionWrite::Progress => (sql!("update_progress"), PROGRESS),
    };
    let rows = tx.connection.prepare_cached(sql)?.execute(&values[..count])?;
    exactly_one(rows, "a mission's row")
}

/// The first of the numbered values of `insert_mission.sql`, in their order: how a mission stands.
fn state<'a>(
    row: &'a MissionRow,
    lane: &'a Option<i64>,
    rank: &'a Option<i64>,
) -> [&'a dyn ToSql; STATE] {
    [
        &row.id,
        &row.updated_at,
        &row.version,
        &row.progress,
        &row.progress_message,
        &row.result,
        &row.tokens_used,
        &row.tokens_in,
        &row.tokens_out,
        &row.cost_nanos,
        &row.attempt_tokens_used,
        &row.attempt_tokens_in,
        &row.attempt_tokens_out,
        &row.attempt_cost_nanos,
        &row.status,
        &row.started_at,
        &row.completed_at,
        &row.error_message,
        &row.failure_class,
        &row.agent_type,
        &row.model_used,
        &row.agent_id,
        &row.depends_on,
        &row.has_dependants,
        &row.has_children,
        &row.revision,
        &row.held,
        &row.scheduled_at,
        &row.expires_at,
        &row.pending_since,
        &row.attempt,
        &row.lease_id,
        &row.snoozes,
        &row.dead_letter,
        &row.because_of,
        &row.settled_duration_us,
        lane,
        rank,
        &row.run_paused,
        &row.fingerprint,
    ]
}

/// The others: what was asked for.
fn asked(row: &MissionRow) -> [&dyn ToSql; 25] {
    [
        &row.title,
        &row.description,
        &row.metadata,
        &row.labels,
        &row.priority,
        &row.project_id,
        &row.created_at,
        &row.kind,
        &row.input,
        &row.complexity,
        &row.capabilities,
        &row.fairness_key,
        &row.concurrency_key,
        &row.max_attempts,
        &row.backoff_ms,
        &row.timeout_ms,
        &row.parent_id,
        &row.root_id,
        &row.depth,
        &row.run_id,
        &row.step_key,
        &row.continues_on_failure,
        &row.step_position,
        &row.template,
        &row.created_by,
    ]
}

fn lease(tx: &Tx<'_>, write: &LeaseWrite) -> Result<(), Fault> {
    let rows = match write {
        LeaseWrite::Insert(row) => insert_lease(tx, row)?,
        LeaseWrite::Renew { mission, expires_at } => {
            tx.connection.prepare_cached(sql!("extend_lease"))?.execute((mission, expires_at))?
        }
        LeaseWrite::Delete { mission } => {
            tx.connection.prepare_cached(sql!("delete_lease"))?.execute([mission])?
        }
    };
    exactly_one(rows, "a lease")
}

fn insert_lease(tx: &Tx<'_>, row: &LeaseInsert) -> rusqlite::Result<usize> {
    tx.connection.prepare_cached(sql!("insert_lease"))?.execute((
        &row.mission_id,
        row.lease_id,
        &row.project_id,
        &row.agent_id,
        &row.kind,
        &row.concurrency_key,
        &row.fairness_key,
        row.lease.map(|lease| lease.length_ms),
        row.lease.map(|lease| lease.expires_at),
        row.timeout_at,
    ))
}

fn attempt(tx: &Tx<'_>, row: &AttemptRow) -> Result<(), Fault> {
    tx.connection.prepare_cached(sql!("insert_attempt"))?.execute((
        &row.mission_id,
        row.lease_id,
        &row.project_id,
        row.attempt,
        &row.agent_id,
        &row.agent_type,
        &row.model_used,
        row.began_at,
        row.ended_at,
        &row.outcome,
        &row.failure_class,
        &row.error_message,
        row.tokens_used,
        row.tokens_in,
        row.tokens_out,
        row.cost_nanos,
    ))?;
    Ok(())
}
