//! Missions out of the store.

use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::Mission;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::Fault;
use super::sql;
use crate::row::{LeaseRow, MissionRow, Reader};

/// Reads the columns of a row from left to right.
pub(super) struct Columns<'a, 'row> {
    row: &'a Row<'row>,
    next: usize,
}

impl<'a, 'row> Columns<'a, 'row> {
    pub(super) const fn of(row: &'a Row<'row>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.get(index)
    }

    /// Passes by as many columns.
    pub(super) const fn skip(&mut self, columns: usize) {
        self.next += columns;
    }
}

/// One mission, with its lease.
pub(super) fn mission(connection: &Connection, id: MissionId) -> Result<Option<Mission>, Fault> {
    let found = connection
        .prepare_cached(sql!("load_mission"))?
        .query_row([id.to_string()], mission_row)
        .optional()?;
    Ok(found.map(|(row, lease)| row.into_mission(lease)).transpose()?)
}

/// One mission, where `scope` may look.
pub(super) fn seen(
    connection: &Connection,
    scope: &Scope,
    id: MissionId,
) -> Result<Option<Mission>, Fault> {
    Ok(mission(connection, id)?.filter(|mission| scope.sees(&mission.project)))
}

/// Those of `ids` that are there and may be seen, in their order.
pub(super) fn all_seen(
    connection: &Connection,
    scope: &Scope,
    ids: &[MissionId],
) -> Result<Vec<Mission>, Fault> {
    let mut missions = Vec::with_capacity(ids.len());
    for id in ids {
        missions.extend(seen(connection, scope, *id)?);
    }
    Ok(missions)
}

/// An id as it stands in a column.
pub(super) fn parse_id(text: &str) -> Result<MissionId, StoreError> {
    Reader { table: "missions", row: text }.parse("id", text)
}

fn mission_row(row: &Row<'_>) -> rusqlite::Result<(MissionRow, Option<LeaseRow>)> {
    let c = &mut Columns::of(row);
    let row = MissionRow {
        id: c.take()?,
        project_id: c.take()?,
        title: c.take()?,
        description: c.take()?,
        status: c.take()?,
        priority: c.take()?,
        created_at: c.take()?,
        started_at: c.take()?,
        completed_at: c.take()?,
        progress: c.take()?,
        error_message: c.take()?,
        result: c.take()?,
        metadata: c.take()?,
        agent_type: c.take()?,
        model_used: c.take()?,
        tokens_used: c.take()?,
        kind: c.take()?,
        input: c.take()?,
        labels: c.take()?,
        complexity: c.take()?,
        capabilities: c.take()?,
        fairness_key: c.take()?,
        concurrency_key: c.take()?,
        max_attempts: c.take()?,
        backoff_ms: c.take()?,
        timeout_ms: c.take()?,
        parent_id: c.take()?,
        root_id: c.take()?,
        depth: c.take()?,
        run_id: c.take()?,
        step_key: c.take()?,
        continues_on_failure: c.take()?,
        template: c.take()?,
        created_by: c.take()?,
        depends_on: c.take()?,
        has_dependants: c.take()?,
        has_children: c.take()?,
        revision: c.take()?,
        version: c.take()?,
        updated_at: c.take()?,
        held: c.take()?,
        scheduled_at: c.take()?,
        expires_at: c.take()?,
        pending_since: c.take()?,
        attempt: c.take()?,
        lease_id: c.take()?,
        snoozes: c.take()?,
        agent_id: c.take()?,
        progress_message: c.take()?,
        failure_class: c.take()?,
        dead_letter: c.take()?,
        because_of: c.take()?,
        tokens_in: c.take()?,
        tokens_out: c.take()?,
        cost_nanos: c.take()?,
        attempt_tokens_used: c.take()?,
        attempt_tokens_in: c.take()?,
        attempt_tokens_out: c.take()?,
        attempt_cost_nanos: c.take()?,
        settled_duration_us: c.take()?,
        step_position: c.take()?,
        run_paused: c.take()?,
        fingerprint: None,
    };
    let lease = c.take::<Option<i64>>()?.zip(c.take()?);
    Ok((row, lease.map(|(length_ms, expires_at)| LeaseRow { length_ms, expires_at })))
}
