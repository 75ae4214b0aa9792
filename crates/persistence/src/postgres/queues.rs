//! The queues of a project: what operators set, what runs, and how what waits is divided.

use deadpool_postgres::Client;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::queue::{
    LANES_LOOKED_AT, QueueChange, QueueLine, QueueSet, QueueState, WAITING_COUNTED,
};
use mission_control_missions::{Actor, Kind, Once, Receipt};
use tokio_postgres::Row;

use super::committer::Context;
use super::link::query;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::receipts;
use super::values::{At, params, store_error};
use crate::row::{LaneDepth, QueueRow, Reader, actor_to_column, lane_counted, lines, with_running};

pub(super) async fn states(
    pool: &Pool,
    project: &ProjectId,
) -> Result<Vec<QueueState>, StoreError> {
    let rows = pool.query(sql!("queues_of"), &params![project.to_string()]).await?;
    let mut set = Vec::with_capacity(rows.len());
    for row in &rows {
        set.push(state(row, project)?);
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

/// Changes a queue and says how it is set then. Whoever waits looks again: it may be open now.
pub(super) async fn change(
    context: &Context,
    queue: (&ProjectId, Option<&Kind>),
    change: QueueChange,
    by: &Actor,
    receipt: Option<Receipt<QueueSet>>,
) -> Result<Once<QueueSet>, StoreError> {
    let now = context.clock.now();
    let changing = |client| changed(client, now, queue, (change, by), receipt);
    let set = context.pool.writing(changing).await?;
    context.signals.work_arrived();
    Ok(set)
}

async fn changed(
    mut client: Client,
    now: Timestamp,
    (project, kind): (&ProjectId, Option<&Kind>),
    (change, by): (QueueChange, &Actor),
    receipt: Option<Receipt<QueueSet>>,
) -> Result<Once<QueueSet>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let Some(before) = receipts::answered_before(&transaction, receipt.as_ref(), now).await? {
        return Ok(before);
    }
    let limits = change.limits.unwrap_or_default();
    let name = params![project.to_string(), kind.map(ToString::to_string).unwrap_or_default()];
    let parameters = params![
        project.to_string(),
        kind.map(ToString::to_string).unwrap_or_default(),
        change.paused,
        change.limits.is_some(),
        limits.running.map(i64::from),
        limits.of_key.map(i64::from),
        At(now.as_micros()),
        actor_to_column(by),
    ];
    query(&transaction, sql!("change_queue"), &parameters).await?;
    // Statements of their own, so that they see what others have set meanwhile.
    query(&transaction, sql!("drop_unset_queue"), &name).await?;
    let rows = query(&transaction, sql!("queue_set"), &name).await?;
    let state = rows.first().map(|row| state(row, project)).transpose()?;
    let set = state.map(QueueSet::from).unwrap_or_default();
    receipts::settle(transaction, receipt.as_ref(), Some(&set)).await?;
    Ok(Once::Now(set))
}

fn state(row: &Row, project: &ProjectId) -> Result<QueueState, StoreError> {
    let mut c = Columns::of(row);
    let row = QueueRow {
        kind: c.take()?,
        paused: c.take()?,
        running_limit: c.take()?,
        key_limit: c.take()?,
        updated_at: c.time_some()?,
        updated_by: c.take()?,
    };
    row.into_state(project)
}

/// A kind and how many missions of it there are.
fn counted(row: &Row) -> Result<(Kind, u32), StoreError> {
    let mut columns = Columns::of(row);
    let name: &str = columns.take()?;
    let reader = Reader { table: "missions", row: name };
    Ok((reader.parse("kind", name)?, reader.count("kind", columns.take()?)?))
}
