//! Which lanes have missions, and from where in each a look must begin.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{StoreError, Timestamp};
use mission_control_missions::queue::{LANES_LOOKED_AT, LaneId, LaneKey};
use tokio::time::Instant;

use super::lanes::LaneIds;
use super::link::Link;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{params, store_error};

/// How long the list of lanes stays good without a hint that it is not.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A mission that became ready a little late may have a rank before the last one claimed.
pub(super) const FLOOR_SLACK: Duration = Duration::from_secs(5);
/// How often every lane is looked at from its very beginning, whatever the floors say: a mission that
/// another process lets into the queue with an old rank waits for this long at most.
const FORGET_FLOORS: Duration = Duration::from_secs(2);

/// A hint, kept by the process.
#[derive(Default)]
pub(super) struct Directory {
    lanes: HashMap<LaneId, Place>,
    looked: Option<(Instant, u64)>,
    floors_since: Option<Instant>,
    stopped_at: i64,
}

struct Place {
    key: Arc<LaneKey>,
    floor: i64,
}

/// A lane to look at.
pub(super) struct Lane {
    pub(super) id: LaneId,
    pub(super) key: Arc<LaneKey>,
    /// The rank from which it is to be looked at.
    pub(super) floor: i64,
}

impl Directory {
    /// Lists the lanes anew when the list is old or work has arrived since.
    pub(super) async fn refresh(
        &mut self,
        link: &mut Link,
        pool: &Pool,
        known: &LaneIds,
        arrivals: u64,
    ) -> Result<(), StoreError> {
        let fresh =
            self.looked.is_some_and(|(at, seen)| seen == arrivals && at.elapsed() < LOOK_AGAIN);
        if fresh {
            return Ok(());
        }
        let most = i64::try_from(LANES_LOOKED_AT).unwrap_or(i64::MAX);
        let rows = link
            .query(sql!("lane_directory"), &params![self.stopped_at, most])
            .await
            .map_err(|error| store_error(&error))?;
        let ids =
            rows.iter().map(|row| Columns::of(row).take()).collect::<Result<Vec<i64>, _>>()?;
        let keys = known.meet(pool, &ids).await?;
        if self.floors_since.is_none_or(|since| since.elapsed() > FORGET_FLOORS) {
            self.lanes.clear();
            self.floors_since = Some(Instant::now());
        }
        let before = std::mem::take(&mut self.lanes);
        let floor = |id: &LaneId| before.get(id).map_or(0, |place| place.floor);
        self.lanes = keys
            .into_iter()
            .map(|(id, key)| (LaneId(id), Place { key, floor: floor(&LaneId(id)) }))
            .collect();
        self.stopped_at = match ids.last() {
            Some(last) if ids.len() >= LANES_LOOKED_AT => *last,
            Some(_) | None => 0,
        };
        self.looked = Some((Instant::now(), arrivals));
        Ok(())
    }

    /// Missions have come into the queue that may stand before what was claimed already.
    pub(super) fn forget_floors(&mut self) {
        self.looked = None;
        self.floors_since = None;
    }

    /// The lanes that suit somebody.
    pub(super) fn lanes(&self, suits: impl Fn(&LaneKey) -> bool) -> Vec<Lane> {
        self.lanes
            .iter()
            .filter(|(_, place)| suits(&place.key))
            .map(|(id, place)| Lane { id: *id, key: Arc::clone(&place.key), floor: place.floor })
            .collect()
    }

    /// Drops lanes that were looked at and in which nothing was seen.
    pub(super) fn keep(&mut self, looked: impl Iterator<Item = LaneId>, seen: &HashSet<LaneId>) {
        for lane in looked.filter(|lane| !seen.contains(lane)) {
            self.lanes.remove(&lane);
        }
    }

    pub(super) fn floor(&self, lane: LaneId) -> i64 {
        self.lanes.get(&lane).map_or(0, |place| place.floor)
    }

    /// A mission of this rank was claimed: what stood before it is gone, and its dead entries in
    /// the index need not be walked again.
    pub(super) fn claimed(&mut self, lane: LaneId, rank: Timestamp) {
        let floor = rank.minus(FLOOR_SLACK).as_micros();
        if let Some(place) = self.lanes.get_mut(&lane) {
            place.floor = place.floor.max(floor);
        }
    }
}
