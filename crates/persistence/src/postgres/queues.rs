//! The queues of a project: what operators set, what runs, and how what waits is divided.

use deadpool_postgres::{Client, Transaction};
use mission_control_kernel::{ProjectId, StoreError};
use mission_control_missions::queue::{
    LANES_LOOKED_AT, QueueChange, QueueLine, QueueState, WAITING_COUNTED,
};
use mission_control_missions::{Actor, Kind};

use super::committer::Context;
use super::link::refs;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, Params, commit_error, params, store_error};
use crate::row::{LaneDepth, QueueRow, Reader, actor_to_column, lane_counted, lines, with_running};

pub(super) async fn states(
    pool: &Pool,
    project: &ProjectId,
) -> Result<Vec<QueueState>, StoreError> {
    let rows = pool.query(sql!("queues_of"), &params![project.to_string()]).await?;
    let mut set = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut c = Columns::of(row);
        let row = QueueRow {
            kind: c.take()?,
            paused: c.take()?,
            running_limit: c.take()?,
            key_limit: c.take()?,
            updated_at: c.time_some()?,
            updated_by: c.take()?,
        };
        set.push(row.into_state(project)?);
    }
    let rows = pool.query(sql!("kinds_in_use"), &params![project.to_string()]).await?;
    let running = rows.iter().map(counted).collect::<Result<Vec<_>, _>>()?;
    Ok(with_running(set, running))
}

pub(super) async fn waiting(
    context: &Context,
    project: &ProjectId,
    kinds: &[Kind],
) -> Result<Vec<QueueLine>, StoreError> {
    let pool = &context.pool;
    let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    let parameters = params![project.to_string(), names, i64::from(WAITING_COUNTED)];
    let rows = pool.query(sql!("count_blocked"), &parameters).await?;
    let blocked = rows.iter().map(counted).collect::<Result<Vec<_>, _>>()?;

    let most = i64::try_from(LANES_LOOKED_AT).unwrap_or(i64::MAX);
    let rows = pool.query(sql!("lane_directory"), &params![0_i64, most]).await?;
    let ids = rows.iter().map(|row| Columns::of(row).take()).collect::<Result<Vec<i64>, _>>()?;
    let mut lanes = context.lanes.meet(pool, &ids).await?;
    lanes.retain(|_, key| key.project == *project && kinds.contains(&key.kind));
    let each = lane_counted(lanes.len());
    let asked: Vec<i64> = lanes.keys().copied().collect();
    let now = context.clock.now().as_micros();
    let rows = pool.query(sql!("lane_depths"), &params![asked, now, i64::from(each)]).await?;
    let mut depths = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut c = Columns::of(row);
        let id: i64 = c.take()?;
        let Some(lane) = lanes.get(&id) else { continue };
        depths.push(LaneDepth {
            kind: lane.kind.clone(),
            first_rank: c.take()?,
            ready: u32::try_from(c.take::<i64>()?).unwrap_or(u32::MAX),
            scheduled: u32::try_from(c.take::<i64>()?).unwrap_or(u32::MAX),
        });
    }
    Ok(lines(blocked, &depths, ids.len(), each, now))
}

pub(super) async fn change(
    context: &Context,
    project: &ProjectId,
    kind: Option<&Kind>,
    change: QueueChange,
    by: &Actor,
) -> Result<(), StoreError> {
    let limits = change.limits.unwrap_or_default();
    let name = params![project.to_string(), kind.map(ToString::to_string).unwrap_or_default()];
    let parameters = params![
        project.to_string(),
        kind.map(ToString::to_string).unwrap_or_default(),
        change.paused,
        change.limits.is_some(),
        limits.running.map(i64::from),
        limits.of_key.map(i64::from),
        At(context.clock.now().as_micros()),
        actor_to_column(by),
    ];
    let writing = async |mut client: Client| {
        let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
        write(&transaction, sql!("change_queue"), &parameters).await?;
        // A statement of its own, so that it sees what others have set meanwhile.
        write(&transaction, sql!("drop_unset_queue"), &name).await?;
        transaction.commit().await.map_err(|error| commit_error(&error))
    };
    context.pool.writing(writing).await?;
    context.signals.work_arrived();
    Ok(())
}

async fn write(
    transaction: &Transaction<'_>,
    sql: &'static str,
    params: &Params,
) -> Result<u64, StoreError> {
    let statement = transaction.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
    transaction.execute(&statement, &refs(params)).await.map_err(|error| store_error(&error))
}

/// A kind and how many missions of it there are.
fn counted(row: &tokio_postgres::Row) -> Result<(Kind, u32), StoreError> {
    let mut columns = Columns::of(row);
    let name: &str = columns.take()?;
    let reader = Reader { table: "missions", row: name };
    Ok((reader.parse("kind", name)?, reader.count("kind", columns.take()?)?))
}
