//! Limits under which missions of a lane run, counted exactly.

use std::collections::HashMap;

use mission_control_kernel::StoreError;
use mission_control_missions::queue::{LaneKey, QueueFacts};
use tokio_postgres::Row;

use super::super::batch::{Stop, fly};
use super::super::link::Link;
use super::super::load::{Columns, sql};
use super::super::values::params;

/// A limit that missions of a lane share.
pub(super) struct Limit {
    most: u32,
    count: &'static str,
    name: String,
    lock: String,
}

/// The limits of a lane.
pub(super) fn limits_of(lane: &LaneKey, facts: &QueueFacts) -> Vec<Limit> {
    let limits = facts.lane(lane);
    let kind =
        limits.kind_limit.map(|most| (most, "kind", sql!("count_kind"), lane.kind.to_string()));
    let key = lane
        .concurrency_key
        .as_ref()
        .map(|key| (limits.key_limit, "key", sql!("count_key"), key.to_string()));
    let limit = |(most, what, count, name)| {
        let lock = format!("{what}/{}/{name}", lane.project);
        Limit { most, count, name, lock }
    };
    kind.into_iter().chain(key).map(limit).collect()
}

/// What is left under the limits that one transaction has met.
#[derive(Default)]
pub(super) struct Left {
    by_lock: HashMap<String, u32>,
}

impl Left {
    /// How many more may run under the limits of a lane. A limited lane is counted under a lock of
    /// its own, taken in a statement before, so that two processes never both see the last place
    /// free; busy means that another one is just claiming there. What this transaction has taken
    /// under a limit is not among the leases yet: this knows.
    pub(super) async fn under(
        &mut self,
        link: &mut Link,
        lane: &LaneKey,
        limits: &[Limit],
    ) -> Result<u32, Stop> {
        let mut least = u32::MAX;
        for Limit { most, count, name, lock } in limits {
            let left = match self.by_lock.get(lock) {
                Some(left) => *left,
                None => {
                    let asked = [(sql!("lock_limit"), params![lock.clone()])];
                    let got = fly(link, &asked).await?;
                    let left = if first::<bool>(&got[0]).map_err(Stop::Refused)? {
                        let parameters = params![lane.project.to_string(), name.clone()];
                        let counted = fly(link, &[(*count, parameters)]).await?;
                        let running: i64 = first(&counted[0]).map_err(Stop::Refused)?;
                        most.saturating_sub(u32::try_from(running).unwrap_or(u32::MAX))
                    } else {
                        0
                    };
                    self.by_lock.insert(lock.clone(), left);
                    left
                }
            };
            least = least.min(left);
        }
        Ok(least)
    }

    /// So many were taken under these limits.
    pub(super) fn take(&mut self, limits: &[Limit], count: u32) {
        for limit in limits {
            if let Some(left) = self.by_lock.get_mut(&limit.lock) {
                *left = left.saturating_sub(count);
            }
        }
    }
}

fn first<'a, T: tokio_postgres::types::FromSql<'a>>(rows: &'a [Row]) -> Result<T, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Defect("no row".to_owned()))?;
    Columns::of(row).take()
}
