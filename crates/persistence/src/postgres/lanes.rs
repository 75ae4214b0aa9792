//! Lanes by number: interned once, then known.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use mission_control_kernel::{Capabilities, StoreError};
use mission_control_missions::queue::{LaneId, LaneKey};
use tokio_postgres::Row;

use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::params;
use crate::row::{Reader, capabilities_from_json, lane_capabilities};

/// The lanes that this process has met. Lanes never change, so what is here is true for ever.
#[derive(Clone, Default)]
pub(super) struct LaneIds {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    by_key: HashMap<Arc<LaneKey>, i64>,
    by_id: HashMap<i64, Arc<LaneKey>>,
}

impl LaneIds {
    /// The number of a lane that [`Self::intern`] has seen.
    pub(super) fn id(&self, key: &LaneKey) -> i64 {
        self.read().by_key.get(key).copied().unwrap_or_default()
    }

    /// A lane by its number, if it is known.
    pub(super) fn key(&self, id: i64) -> Option<Arc<LaneKey>> {
        self.read().by_id.get(&id).cloned()
    }

    /// Makes sure that all of `keys` have numbers. Runs outside the batch's transaction: a lane
    /// without missions harms nobody, and no batch waits for another one's lanes.
    pub(super) async fn intern<'a>(
        &self,
        pool: &Pool,
        keys: impl Iterator<Item = &'a LaneKey>,
    ) -> Result<(), StoreError> {
        let mut unknown: Vec<LaneKey> = {
            let known = self.read();
            keys.filter(|key| !known.by_key.contains_key(*key)).cloned().collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        unknown.sort_unstable();
        unknown.dedup();
        let column = |field: &dyn Fn(&LaneKey) -> String| -> Vec<String> {
            unknown.iter().map(field).collect()
        };
        let columns = || {
            params![
                column(&|key| key.project.to_string()),
                column(&|key| key.kind.to_string()),
                column(&|key| lane_capabilities(&key.capabilities)),
                column(&|key| key
                    .concurrency_key
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default()),
                column(&|key| key.fairness_key.to_string()),
                column(&|key| key.priority.to_string()),
            ]
        };
        pool.query(sql!("intern_lanes"), &columns()).await?;
        let rows = pool.query(sql!("find_lanes"), &columns()).await?;
        self.learn(&rows)
    }

    /// Learns lanes that other processes have made.
    pub(super) async fn meet(&self, pool: &Pool, ids: &[i64]) -> Result<(), StoreError> {
        let unknown: Vec<i64> = {
            let known = self.read();
            ids.iter().copied().filter(|id| !known.by_id.contains_key(id)).collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let rows = pool.query(sql!("lanes_by_id"), &params![unknown]).await?;
        self.learn(&rows)
    }

    fn learn(&self, rows: &[Row]) -> Result<(), StoreError> {
        let lanes = rows.iter().map(lane).collect::<Result<Vec<_>, _>>()?;
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (LaneId(id), key) in lanes {
            let key = Arc::new(key);
            known.by_key.insert(Arc::clone(&key), id);
            known.by_id.insert(id, key);
        }
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn lane(row: &Row) -> Result<(LaneId, LaneKey), StoreError> {
    let mut columns = Columns::of(row);
    let id: i64 = columns.take()?;
    let row = id.to_string();
    let reader = Reader { table: "lanes", row: &row };
    let project = reader.parse("project_id", columns.take()?)?;
    let kind = reader.parse("kind", columns.take()?)?;
    let capabilities: Capabilities =
        capabilities_from_json(&reader, "capabilities", Some(columns.take()?))?;
    let concurrency_key = match columns.take::<&str>()? {
        "" => None,
        key => Some(reader.text("concurrency_key", key)?),
    };
    let fairness_key = reader.text("fairness_key", columns.take()?)?;
    let priority = reader.parse("priority", columns.take()?)?;
    let key = LaneKey { project, kind, capabilities, concurrency_key, fairness_key, priority };
    Ok((LaneId(id), key))
}
