//! Lanes that have long been empty are removed. The writer is the lock: nobody puts a mission into one
//! meanwhile, and the writer alone remembers their numbers.

use std::time::Duration;

use mission_control::Walk;
use mission_control_missions::queue::LaneId;

use super::fault::{Fault, exactly_one};
use super::sql;
use super::writer::Tx;

/// Of the time that an empty lane stays, the part after which it is noted again that one is in use:
/// lanes that are always in use cost a write now and then.
const NOTED_AGAIN: u32 = 4;

/// One step.
pub(super) fn step(
    tx: &mut Tx<'_>,
    age: Duration,
    after: Option<LaneId>,
    limit: u32,
) -> Result<Walk<LaneId>, Fault> {
    let behind = after.map_or(0, |LaneId(id)| id);
    let limit = limit.max(1);
    let before = tx.now.minus(age).as_micros();
    let noted_before = tx.now.minus(age / NOTED_AGAIN).as_micros();
    let looked: Vec<(i64, i64, bool)> = tx
        .connection
        .prepare_cached(sql!("look_at_lanes"))?
        .query_map((behind, limit), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut removed = 0;
    for (id, seen_at, used) in &looked {
        let rows = match used {
            true if *seen_at < noted_before => {
                let seen = (id, tx.now.as_micros());
                tx.connection.prepare_cached(sql!("see_lane"))?.execute(seen)?
            }
            false if *seen_at < before => {
                removed += 1;
                tx.connection.prepare_cached(sql!("remove_lane"))?.execute([id])?
            }
            true | false => continue,
        };
        exactly_one(rows, "a lane")?;
    }
    if removed > 0 {
        tx.lanes.forget();
    }
    let done = looked.len() < limit as usize;
    let reached = looked.last().map(|(id, ..)| LaneId(*id)).or(after);
    Ok(Walk { removed, reached: reached.filter(|_| !done), done })
}
