//! The queues of a project: what operators set, what runs, and how what waits is divided.

use mission_control_kernel::{ProjectId, Timestamp};
use mission_control_missions::queue::{
    LANES_LOOKED_AT, QueueChange, QueueLine, QueueSet, QueueState, WAITING_COUNTED,
};
use mission_control_missions::{Actor, Kind};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::Fault;
use super::load::Columns;
use super::queue::{WHOLE_PROJECT, kinds};
use super::writer::Tx;
use super::{lanes, sql};
use crate::row::{LaneDepth, QueueRow, actor_to_column, lane_counted, lines, with_running};

/// The queues of a project that were set or in which something runs, by kind.
pub(super) fn states(
    connection: &Connection,
    project: &ProjectId,
) -> Result<Vec<QueueState>, Fault> {
    let mut statement = connection.prepare_cached(sql!("queues_of"))?;
    let mut rows = statement.query([project.as_str()])?;
    let mut set = Vec::new();
    while let Some(row) = rows.next()? {
        set.push(queue(row)?.into_state(project)?);
    }
    Ok(with_running(set, kinds(connection, sql!("kinds_in_use"), project)?))
}

/// How what waits of these kinds is divided; the connection must be in one transaction.
pub(super) fn waiting(
    connection: &Connection,
    project: &ProjectId,
    kinds: &[Kind],
    now: Timestamp,
) -> Result<Vec<QueueLine>, Fault> {
    let mut blocked = Vec::with_capacity(kinds.len());
    let mut statement = connection.prepare_cached(sql!("count_blocked"))?;
    for kind in kinds {
        let values = (project.as_str(), kind.as_str(), WAITING_COUNTED);
        blocked.push((kind.clone(), statement.query_row(values, |row| row.get(0))?));
    }
    let ids = lanes::in_use(connection, LANES_LOOKED_AT)?;
    let mut asked = Vec::new();
    for id in &ids {
        let key = lanes::read(connection, *id)?;
        if key.project == *project && kinds.contains(&key.kind) {
            asked.push((*id, key.kind));
        }
    }
    let each = lane_counted(asked.len());
    let mut statement = connection.prepare_cached(sql!("lane_depth"))?;
    let mut depths = Vec::with_capacity(asked.len());
    for (id, kind) in asked {
        let depth = statement.query_row((id, now.as_micros(), each), |row| {
            let (first_rank, ready, scheduled) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(LaneDepth { kind, first_rank, ready, scheduled })
        })?;
        depths.push(depth);
    }
    Ok(lines(blocked, &depths, ids.len(), each, now.as_micros()))
}

/// Changes a queue and says how it is set then. Whoever waits looks again: it may be open now.
pub(super) fn change(
    tx: &mut Tx<'_>,
    project: &ProjectId,
    kind: Option<&Kind>,
    change: QueueChange,
    by: &Actor,
) -> Result<QueueSet, Fault> {
    let limits = change.limits.unwrap_or_default();
    tx.connection.prepare_cached(sql!("change_queue"))?.execute((
        project.as_str(),
        kind.map_or(WHOLE_PROJECT, Kind::as_str),
        change.paused,
        change.limits.is_some(),
        limits.running,
        limits.of_key,
        tx.now.as_micros(),
        actor_to_column(by),
    ))?;
    let name = (project.as_str(), kind.map_or(WHOLE_PROJECT, Kind::as_str));
    tx.connection.prepare_cached(sql!("drop_unset_queue"))?.execute(name)?;
    tx.effects.arrived = true;
    let mut statement = tx.connection.prepare_cached(sql!("queue_set"))?;
    let row = statement.query_row(name, queue).optional()?;
    let state = row.map(|row| row.into_state(project)).transpose()?;
    Ok(state.map(QueueSet::from).unwrap_or_default())
}

fn queue(row: &Row<'_>) -> rusqlite::Result<QueueRow> {
    let mut c = Columns::of(row);
    Ok(QueueRow {
        kind: c.take()?,
        paused: c.take()?,
        running_limit: c.take()?,
        key_limit: c.take()?,
        updated_at: c.take()?,
        updated_by: c.take()?,
    })
}
