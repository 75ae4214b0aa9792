//! Lanes that have long been empty are removed.
//!
//! Whoever is about to put a mission into a lane holds all lanes, shared with everybody who does, and
//! then finds out whether the lane is still there; whoever removes lanes holds them alone. So no
//! mission is ever in a lane that is not there, whoever remembers its number for however long.

use std::time::Duration;

use deadpool_postgres::Client;
use mission_control::Walk;
use mission_control_kernel::StoreError;
use mission_control_missions::queue::LaneId;

use super::committer::Context;
use super::link::refs;
use super::load::{Columns, sql};
use super::values::{At, commit_error, params, store_error};

/// Of the time that an empty lane stays, the part after which it is noted again that one is in use:
/// lanes that are always in use cost a write now and then.
const NOTED_AGAIN: u32 = 4;

/// How many lanes are removed while the lanes are held alone: a millisecond or two, for which whoever
/// creates missions waits.
const AT_ONCE: usize = 50;

/// How often one step finds the lanes held before it gives up: where missions come all the time there
/// is a gap between two of them now and then, and the next walk is soon.
const TRIES: u32 = 5;

/// One step.
pub(super) async fn step(
    context: &Context,
    age: Duration,
    after: Option<LaneId>,
    limit: u32,
) -> Result<Walk<LaneId>, StoreError> {
    let now = context.clock.now();
    let behind = after.map_or(0, |LaneId(id)| id);
    let limit = i64::from(limit.max(1));
    let before = At(now.minus(age).as_micros());
    let noted_before = At(now.minus(age / NOTED_AGAIN).as_micros());
    let parameters = params![behind, limit, At(now.as_micros()), before, noted_before];
    let rows = context.pool.write(sql!("look_at_lanes"), &parameters).await?;
    let (mut last, mut empty) = (None, Vec::new());
    for row in &rows {
        let mut columns = Columns::of(row);
        let id: i64 = columns.take()?;
        last = Some(LaneId(id));
        if columns.take()? {
            empty.push(id);
        }
    }
    let done = i64::try_from(rows.len()).unwrap_or(i64::MAX) < limit;
    let mut removed = 0;
    if !empty.is_empty() {
        removed = context.pool.writing(|client| remove(client, empty, before)).await?;
        if removed > 0 {
            context.lanes.forget();
        }
    }
    Ok(Walk { removed, reached: last.or(after).filter(|_| !done), done })
}

/// Removes those that are empty, a few at a time. Those that are left are looked at again with the
/// next walk.
async fn remove(mut client: Client, lanes: Vec<i64>, before: At) -> Result<u64, StoreError> {
    let (mut removed, mut tries) = (0, TRIES);
    let mut portions = lanes.chunks(AT_ONCE);
    let mut next = portions.next();
    while let Some(portion) = next
        && tries > 0
    {
        match remove_some(&mut client, portion, before).await? {
            Some(gone) => {
                removed += gone;
                next = portions.next();
            }
            None => tries -= 1,
        }
    }
    if next.is_some() {
        tracing::debug!("the lanes are in use; they are looked at again later");
    }
    Ok(removed)
}

/// `None` where somebody holds the lanes.
async fn remove_some(
    client: &mut Client,
    lanes: &[i64],
    before: At,
) -> Result<Option<u64>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let free = transaction.query(sql!("close_lanes"), &[]).await;
    let free = free.map_err(|error| store_error(&error))?;
    if !free.first().map_or(Ok(false), |row| Columns::of(row).take())? {
        transaction.rollback().await.map_err(|error| store_error(&error))?;
        return Ok(None);
    }
    let parameters = params![lanes.to_vec(), before];
    let gone = transaction.query(sql!("remove_lanes"), &refs(&parameters)).await;
    let gone = gone.map_err(|error| store_error(&error))?;
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    Ok(Some(gone.len() as u64))
}
