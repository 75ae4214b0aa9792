//! Lanes by number: interned once, then known.

use std::collections::HashMap;
use std::sync::Arc;

use mission_control_kernel::Timestamp;
use mission_control_missions::queue::LaneKey;
use rusqlite::{Connection, OptionalExtension as _};

use super::fault::Fault;
use super::load::Columns;
use super::sql;
use crate::row::{Reader, capabilities_from_json, lane_capabilities};

/// Lanes are remembered up to this number; beyond it all are looked up anew, which costs one probe
/// each.
const REMEMBERED: usize = 100_000;

/// The lanes that the writer has met.
#[derive(Default)]
pub(super) struct Lanes {
    by_key: HashMap<Arc<LaneKey>, i64>,
    by_id: HashMap<i64, Arc<LaneKey>>,
}

impl Lanes {
    /// The number of a lane, which it is given at `now` when it has none.
    pub(super) fn intern(
        &mut self,
        connection: &Connection,
        key: &LaneKey,
        now: Timestamp,
    ) -> Result<i64, Fault> {
        if let Some(id) = self.by_key.get(key) {
            return Ok(*id);
        }
        let id = match find(connection, key)? {
            Some(id) => id,
            None => {
                let (project, kind, capabilities, concurrency, fairness, priority) = columns(key);
                let made = now.as_micros();
                let row = (project, kind, capabilities, concurrency, fairness, priority, made);
                connection.prepare_cached(sql!("insert_lane"))?.insert(row)?
            }
        };
        self.learn(id, Arc::new(key.clone()));
        Ok(id)
    }

    /// A lane by its number.
    pub(super) fn key(&mut self, connection: &Connection, id: i64) -> Result<Arc<LaneKey>, Fault> {
        if let Some(key) = self.by_id.get(&id) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(read(connection, id)?);
        self.learn(id, Arc::clone(&key));
        Ok(key)
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.by_key.clear();
        self.by_id.clear();
    }

    fn learn(&mut self, id: i64, key: Arc<LaneKey>) {
        if self.by_id.len() >= REMEMBERED {
            self.forget();
        }
        self.by_key.insert(Arc::clone(&key), id);
        self.by_id.insert(id, key);
    }
}

/// The lanes that have missions, the first so many.
pub(super) fn in_use(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    connection
        .prepare_cached(sql!("lane_heads"))?
        .query_map((0, limit), |row| row.get(0))?
        .collect()
}

/// The number of a lane, if it has one.
pub(super) fn find(connection: &Connection, key: &LaneKey) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(sql!("find_lane"))?
        .query_row(columns(key), |row| row.get(0))
        .optional()
}

fn columns(key: &LaneKey) -> (&str, &str, String, &str, &str, &str) {
    (
        key.project.as_str(),
        key.kind.as_str(),
        lane_capabilities(&key.capabilities),
        key.concurrency_key.as_ref().map_or("", |key| key.as_str()),
        key.fairness_key.as_str(),
        key.priority.as_str(),
    )
}

/// A lane as it is stored.
pub(super) fn read(connection: &Connection, id: i64) -> Result<LaneKey, Fault> {
    let row = connection
        .prepare_cached(sql!("lane_by_id"))?
        .query_row([id], |row| LaneRow::read(&mut Columns::of(row), id))?;
    row.into_key()
}

struct LaneRow {
    id: i64,
    project: String,
    kind: String,
    capabilities: String,
    concurrency_key: String,
    fairness_key: String,
    priority: String,
}

impl LaneRow {
    fn read(columns: &mut Columns<'_, '_>, id: i64) -> rusqlite::Result<Self> {
        Ok(Self {
            id,
            project: columns.take()?,
            kind: columns.take()?,
            capabilities: columns.take()?,
            concurrency_key: columns.take()?,
            fairness_key: columns.take()?,
            priority: columns.take()?,
        })
    }

    fn into_key(self) -> Result<LaneKey, Fault> {
        let row = self.id.to_string();
        let reader = Reader { table: "lanes", row: &row };
        let concurrency_key = match self.concurrency_key.as_str() {
            "" => None,
            key => Some(reader.text("concurrency_key", key)?),
        };
        Ok(LaneKey {
            project: reader.parse("project_id", &self.project)?,
            kind: reader.parse("kind", &self.kind)?,
            capabilities: capabilities_from_json(
                &reader,
                "capabilities",
                Some(&self.capabilities),
            )?,
            concurrency_key,
            fairness_key: reader.text("fairness_key", &self.fairness_key)?,
            priority: reader.parse("priority", &self.priority)?,
        })
    }
}
