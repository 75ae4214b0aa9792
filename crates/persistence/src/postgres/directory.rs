//! Which lanes have missions, and from where in each a look must begin.

use std::collections::HashMap;
use std::time::Duration;

use mission_control_kernel::{StoreError, Timestamp};
use mission_control_missions::queue::LaneId;
use tokio::time::Instant;

use super::lanes::LaneIds;
use super::link::Link;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{params, store_error};

/// The most lanes of one look. With more of them each look goes on where the last one stopped, and
/// priority across lanes holds within one rotation only.
const MOST: usize = 2_000;
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
    lanes: HashMap<LaneId, i64>,
    looked: Option<(Instant, u64)>,
    floors_since: Option<Instant>,
    stopped_at: i64,
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
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let rows = link
            .query(sql!("lane_directory"), &params![self.stopped_at, most])
            .await
            .map_err(|error| store_error(&error))?;
        let ids =
            rows.iter().map(|row| Columns::of(row).take()).collect::<Result<Vec<i64>, _>>()?;
        known.meet(pool, &ids).await?;
        if self.floors_since.is_none_or(|since| since.elapsed() > FORGET_FLOORS) {
            self.lanes.clear();
            self.floors_since = Some(Instant::now());
        }
        let floors = std::mem::take(&mut self.lanes);
        self.lanes = ids
            .iter()
            .map(|id| (LaneId(*id), floors.get(&LaneId(*id)).copied().unwrap_or(0)))
            .collect();
        self.stopped_at = match ids.last() {
            Some(last) if ids.len() >= MOST => *last,
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

    /// The lanes and the ranks from which each is to be looked at.
    pub(super) fn probes(&self) -> (Vec<i64>, Vec<i64>) {
        self.lanes.iter().map(|(lane, floor)| (lane.0, *floor)).unzip()
    }

    /// Drops lanes in which nothing was seen.
    pub(super) fn keep(&mut self, seen: &[LaneId]) {
        if seen.len() < self.lanes.len() {
            let seen: std::collections::HashSet<&LaneId> = seen.iter().collect();
            self.lanes.retain(|lane, _| seen.contains(lane));
        }
    }

    pub(super) fn floor(&self, lane: LaneId) -> i64 {
        self.lanes.get(&lane).copied().unwrap_or(0)
    }

    /// A mission of this rank was claimed: what stood before it is gone, and its dead entries in
    /// the index need not be walked again.
    pub(super) fn claimed(&mut self, lane: LaneId, rank: Timestamp) {
        let floor = rank.minus(FLOOR_SLACK).as_micros();
        if let Some(known) = self.lanes.get_mut(&lane) {
            *known = (*known).max(floor);
        }
    }
}
