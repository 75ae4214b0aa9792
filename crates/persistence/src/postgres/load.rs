//! Rows of PostgreSQL as plain rows.

use mission_control_kernel::StoreError;
use mission_control_missions::Mission;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::values::At;
use crate::row::{LeaseRow, MissionRow};

/// Reads the columns of a row from left to right.
pub(super) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    ///
    /// # Errors
    /// A defect: the statement and this program do not fit together.
    pub(super) fn take<T: FromSql<'a>>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        self.row
            .try_get(index)
            .map_err(|error| StoreError::Defect(format!("column {index}: {error}")))
    }

    /// Passes by as many columns.
    pub(super) const fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    pub(super) fn time(&mut self) -> Result<i64, StoreError> {
        self.take::<At>().map(|At(micros)| micros)
    }

    pub(super) fn time_some(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.take::<Option<At>>()?.map(|At(micros)| micros))
    }
}

/// The mission of a row that begins with `mission_columns.sql` and the two columns of its lease.
pub(super) fn mission(row: &Row) -> Result<Mission, StoreError> {
    let (mission, lease) = mission_row(row)?;
    mission.into_mission(lease)
}

pub(super) fn mission_row(row: &Row) -> Result<(MissionRow, Option<LeaseRow>), StoreError> {
    let mut columns = Columns::of(row);
    let asked = asked(&mut columns)?;
    let row = moved(&mut columns, asked)?;
    let (length_ms, expires_at) = (columns.take::<Option<i64>>()?, columns.time_some()?);
    let lease =
        length_ms.zip(expires_at).map(|(length_ms, expires_at)| LeaseRow { length_ms, expires_at });
    Ok((row, lease))
}

/// The columns up to what was asked for.
fn asked(c: &mut Columns<'_>) -> Result<MissionRow, StoreError> {
    Ok(MissionRow {
        id: c.take()?,
        project_id: c.take()?,
        title: c.take()?,
        description: c.take()?,
        status: c.take()?,
        priority: c.take()?,
        created_at: c.time()?,
        started_at: c.time_some()?,
        completed_at: c.time_some()?,
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
        ..MissionRow::default()
    })
}

/// The columns that follow, which the life of a mission moves.
fn moved(c: &mut Columns<'_>, asked: MissionRow) -> Result<MissionRow, StoreError> {
    Ok(MissionRow {
        depends_on: c.take()?,
        has_dependants: c.take()?,
        has_children: c.take()?,
        revision: c.take()?,
        version: c.take()?,
        updated_at: c.time()?,
        held: c.take()?,
        scheduled_at: c.time_some()?,
        expires_at: c.time_some()?,
        pending_since: c.time_some()?,
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
        ..asked
    })
}

/// The statement that begins with the columns of a mission and goes on with a file.
macro_rules! mission_sql {
    ($file:literal) => {
        concat!(
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/postgres/mission_columns.sql")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/postgres/", $file, ".sql"))
        )
    };
}
pub(super) use mission_sql;

/// A statement of our own, whole.
macro_rules! sql {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/postgres/", $file, ".sql"))
    };
}
pub(super) use sql;
