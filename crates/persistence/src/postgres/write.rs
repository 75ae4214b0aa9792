//! Writing what a batch has decided: one array statement per table.

use std::collections::BTreeSet;
use std::mem::take;

use mission_control_kernel::StoreError;

use super::lanes::Numbers;
use super::load::sql;
use super::values::{At, Params, params};
use crate::batch::{LeaseInsert, LeaseWrite, MissionWrite, ReadyKey, RunWrite, Writes};
use crate::row::{AttemptRow, EntryRow, MissionRow, RunRow};

pub(super) const STATEMENTS: &[&str] = &[
    sql!("insert_runs"),
    sql!("update_runs"),
    sql!("insert_missions"),
    sql!("update_missions"),
    sql!("update_progress"),
    sql!("edit_missions"),
    sql!("delete_ready"),
    sql!("insert_ready"),
    sql!("delete_leases"),
    sql!("insert_leases"),
    sql!("renew_leases"),
    sql!("insert_attempts"),
    sql!("insert_dependencies"),
    sql!("insert_follow_ups"),
    sql!("insert_journal"),
    sql!("hold_lanes"),
    sql!("have_lanes"),
];

type Call = (&'static str, Params);

/// One array per column, moved out of the rows.
macro_rules! columns {
    ($rows:ident: $($field:ident),+ $(,)?) => {
        params![$($rows.iter_mut().map(|row| take(&mut row.$field)).collect::<Vec<_>>()),+]
    };
}

/// The statements of a batch, in the order in which rows are locked. `at` is the instant of the
/// batch, which all its journal entries share.
///
/// # Errors
/// A defect: the batch needs a lane that `lanes` does not have.
pub(super) fn calls(writes: Writes, lanes: &Numbers, at: i64) -> Result<Vec<Call>, StoreError> {
    let mut calls = Vec::new();
    lanes_in_use(&writes, lanes, &mut calls)?;
    runs(writes.runs, &mut calls);
    missions(writes.missions, writes.tickets, lanes, &mut calls)?;
    ready(&writes.ready_deletes, &writes.ready_inserts, lanes, &mut calls)?;
    leases(writes.leases, &mut calls);
    if !writes.attempts.is_empty() {
        calls.push((sql!("insert_attempts"), attempts(writes.attempts)));
    }
    if !writes.edges.is_empty() {
        let (on, rest): (Vec<_>, Vec<_>) =
            writes.edges.into_iter().map(|(on, mission, project)| (on, (mission, project))).unzip();
        let (mission, project): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
        calls.push((sql!("insert_dependencies"), params![on, mission, project]));
    }
    if !writes.follow_ups.is_empty() {
        let mut rows = writes.follow_ups;
        calls.push((
            sql!("insert_follow_ups"),
            columns![rows: mission_id, run_id, project_id, what, asked_by, reason],
        ));
    }
    if !writes.entries.is_empty() {
        calls.push((sql!("insert_journal"), journal(writes.entries, at)));
    }
    Ok(calls)
}

fn times<R>(rows: &[R], time: impl Fn(&R) -> i64) -> Vec<At> {
    rows.iter().map(|row| At(time(row))).collect()
}

fn some_times<R>(rows: &[R], time: impl Fn(&R) -> Option<i64>) -> Vec<Option<At>> {
    rows.iter().map(|row| time(row).map(At)).collect()
}

fn runs(rows: Vec<(RunWrite, RunRow)>, calls: &mut Vec<Call>) {
    let (mut made, mut moved): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(write, _)| *write == RunWrite::Insert);
    let (made, moved) = (rows_of(&mut made), rows_of(&mut moved));
    if let Some(mut rows) = made {
        let created: Vec<At> = times(&rows, |row| row.created_at);
        let mut all = columns![rows: id, project_id, workflow, version, title, input, steps,
            created_by];
        all.extend(params![created]);
        all.extend(columns![rows: paused]);
        calls.push((sql!("insert_runs"), all));
    }
    if let Some(mut rows) = moved {
        calls.push((sql!("update_runs"), columns![rows: id, paused]));
    }
}

fn rows_of(rows: &mut Vec<(RunWrite, RunRow)>) -> Option<Vec<RunRow>> {
    let rows: Vec<RunRow> = rows.drain(..).map(|(_, row)| row).collect();
    (!rows.is_empty()).then_some(rows)
}

fn missions(
    rows: Vec<(MissionWrite, MissionRow)>,
    tickets: Vec<Option<ReadyKey>>,
    lanes: &Numbers,
    calls: &mut Vec<Call>,
) -> Result<(), StoreError> {
    let (mut inserts, mut updates, mut progress, mut edits) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for ((write, row), ticket) in rows.into_iter().zip(tickets) {
        let place = match ticket {
            Some(ticket) => Some((lanes.of(&ticket.lane)?, ticket.rank)),
            None => None,
        };
        match write {
            MissionWrite::Insert => inserts.push((row, place)),
            MissionWrite::Progress => progress.push(row),
            MissionWrite::Update => updates.push((row, place)),
            MissionWrite::Edit => {
                edits.push(row.clone());
                updates.push((row, place));
            }
        }
    }
    if !inserts.is_empty() {
        calls.push((sql!("insert_missions"), insert(inserts)));
    }
    if !updates.is_empty() {
        calls.push((sql!("update_missions"), update(updates)));
    }
    if !progress.is_empty() {
        calls.push((sql!("update_progress"), report(progress)));
    }
    if !edits.is_empty() {
        let rows = &mut edits;
        calls.push((
            sql!("edit_missions"),
            columns![rows: id, title, description, priority, metadata, labels, revision],
        ));
    }
    Ok(())
}

type Placed = (MissionRow, Option<(i64, i64)>);

fn insert(rows: Vec<Placed>) -> Params {
    let (mut rows, places): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let rows = &mut rows;
    let mut all = columns![rows: id, project_id, title, description, status, priority];
    all.extend(params![times(rows, |row| row.created_at)]);
    all.extend(columns![rows: metadata, agent_type, model_used, kind, input, labels, complexity,
        capabilities, fairness_key, concurrency_key, max_attempts, backoff_ms, timeout_ms,
        parent_id, root_id, depth, run_id, step_key, continues_on_failure, template, created_by,
        depends_on, has_dependants, has_children, version]);
    all.extend(params![times(rows, |row| row.updated_at)]);
    all.extend(columns![rows: held]);
    all.extend(params![
        some_times(rows, |row| row.scheduled_at),
        some_times(rows, |row| row.expires_at),
        some_times(rows, |row| row.pending_since),
    ]);
    all.extend(columns![rows: step_position]);
    all.extend(place_columns(&places));
    all
}

fn update(rows: Vec<Placed>) -> Params {
    let (mut rows, places): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let rows = &mut rows;
    let mut all = columns![rows: id, status];
    all.extend(params![
        some_times(rows, |row| row.started_at),
        some_times(rows, |row| row.completed_at),
    ]);
    all.extend(
        columns![rows: progress, error_message, result, agent_type, model_used, tokens_used,
        depends_on, has_dependants, has_children, version],
    );
    all.extend(params![times(rows, |row| row.updated_at)]);
    all.extend(columns![rows: held]);
    all.extend(params![
        some_times(rows, |row| row.scheduled_at),
        some_times(rows, |row| row.expires_at),
        some_times(rows, |row| row.pending_since),
    ]);
    all.extend(columns![rows: attempt, lease_id, snoozes, agent_id, progress_message,
        failure_class, dead_letter, because_of, tokens_in, tokens_out, cost_nanos,
        attempt_tokens_used, attempt_tokens_in, attempt_tokens_out, attempt_cost_nanos,
        settled_duration_us, run_paused]);
    all.extend(place_columns(&places));
    all.extend(columns![rows: fingerprint]);
    all
}

fn report(mut rows: Vec<MissionRow>) -> Params {
    let rows = &mut rows;
    let mut all = columns![rows: id, progress, result, tokens_used, version];
    all.extend(params![times(rows, |row| row.updated_at)]);
    all.extend(columns![rows: progress_message, tokens_in, tokens_out, cost_nanos,
        attempt_tokens_used, attempt_tokens_in, attempt_tokens_out, attempt_cost_nanos]);
    all
}

fn place_columns(places: &[Option<(i64, i64)>]) -> Params {
    let lane: Vec<Option<i64>> = places.iter().map(|place| place.map(|place| place.0)).collect();
    let rank: Vec<Option<i64>> = places.iter().map(|place| place.map(|place| place.1)).collect();
    params![lane, rank]
}

fn ready(
    deletes: &[ReadyKey],
    inserts: &[ReadyKey],
    lanes: &Numbers,
    calls: &mut Vec<Call>,
) -> Result<(), StoreError> {
    let keys = |keys: &[ReadyKey]| -> Result<Params, StoreError> {
        let numbers: Result<Vec<i64>, _> = keys.iter().map(|key| lanes.of(&key.lane)).collect();
        Ok(params![
            numbers?,
            keys.iter().map(|key| key.rank).collect::<Vec<i64>>(),
            keys.iter().map(|key| key.mission.clone()).collect::<Vec<String>>(),
        ])
    };
    if !deletes.is_empty() {
        calls.push((sql!("delete_ready"), keys(deletes)?));
    }
    if !inserts.is_empty() {
        calls.push((sql!("insert_ready"), keys(inserts)?));
    }
    Ok(())
}

/// The lanes must be there, and where missions come into them they must stay until these are in.
fn lanes_in_use(writes: &Writes, lanes: &Numbers, calls: &mut Vec<Call>) -> Result<(), StoreError> {
    let moved = writes.ready_deletes.iter().chain(&writes.ready_inserts);
    // A mission that stays where it is keeps its lane from being removed, but this process may
    // remember another number of it.
    let named = moved.chain(writes.tickets.iter().flatten());
    let used: Result<BTreeSet<i64>, _> = named.map(|key| lanes.of(&key.lane)).collect();
    let used: Vec<i64> = used?.into_iter().collect();
    if !writes.ready_inserts.is_empty() {
        calls.push((sql!("hold_lanes"), Vec::new()));
    }
    if !used.is_empty() {
        calls.push((sql!("have_lanes"), params![used]));
    }
    Ok(())
}

fn leases(writes: Vec<LeaseWrite>, calls: &mut Vec<Call>) {
    let (mut inserts, mut renewals, mut deletes) = <(Vec<LeaseInsert>, Vec<_>, Vec<_>)>::default();
    for write in writes {
        match write {
            LeaseWrite::Insert(row) => inserts.push(*row),
            LeaseWrite::Renew { mission, expires_at } => renewals.push((mission, At(expires_at))),
            LeaseWrite::Delete { mission } => deletes.push(mission),
        }
    }
    if !deletes.is_empty() {
        calls.push((sql!("delete_leases"), params![deletes]));
    }
    if !inserts.is_empty() {
        let rows = &mut inserts;
        let mut all = columns![rows: mission_id, lease_id, project_id, agent_id, kind,
            concurrency_key, fairness_key];
        all.extend(params![
            rows.iter().map(|row| row.lease.map(|lease| lease.length_ms)).collect::<Vec<_>>(),
            some_times(rows, |row| row.lease.map(|lease| lease.expires_at)),
            some_times(rows, |row| row.timeout_at),
        ]);
        calls.push((sql!("insert_leases"), all));
    }
    if !renewals.is_empty() {
        let (missions, ends): (Vec<String>, Vec<At>) = renewals.into_iter().unzip();
        calls.push((sql!("renew_leases"), params![missions, ends]));
    }
}

fn attempts(mut rows: Vec<AttemptRow>) -> Params {
    let rows = &mut rows;
    let mut all = columns![rows: mission_id, lease_id, project_id, attempt, agent_id, agent_type,
        model_used];
    all.extend(params![times(rows, |row| row.began_at), times(rows, |row| row.ended_at)]);
    all.extend(columns![rows: outcome, failure_class, error_message, tokens_used, tokens_in,
        tokens_out, cost_nanos]);
    all
}

pub(super) fn journal(mut rows: Vec<EntryRow>, at: i64) -> Params {
    let rows = &mut rows;
    let mut all = columns![rows: project_id, mission_id, agent_id, version, event, data];
    all.extend(params![At(at)]);
    all
}
