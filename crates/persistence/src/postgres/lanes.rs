//! Lanes by number: interned once, then known.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use mission_control_kernel::{Capabilities, Clock, StoreError};
use mission_control_missions::queue::{LaneId, LaneKey};
use tokio::sync::Mutex;
use tokio_postgres::{Config, Row};

use super::link::{FLIGHT_WITHIN, Link, WRITER_SETUP};
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, Params, params, store_error};
use crate::row::{Reader, capabilities_from_json, lane_capabilities};

/// Lanes are remembered up to this number, some tens of megabytes; beyond it all are looked up anew,
/// which costs one probe each.
const REMEMBERED: usize = 100_000;

/// The lanes that this process has met. Lanes never change and no number is given twice. One that is
/// here may have been removed, which whoever writes finds out ([`Stop::LanesGone`]).
///
/// [`Stop::LanesGone`]: super::batch::Stop::LanesGone
#[derive(Clone)]
pub(super) struct LaneIds {
    known: Arc<RwLock<Known>>,
    config: Config,
    clock: Arc<dyn Clock>,
    /// A connection of their own: a batch needs numbers while its transaction is open, and whoever
    /// holds the pool's connections may wait for that very transaction.
    link: Arc<Mutex<Option<Link>>>,
}

#[derive(Default)]
struct Known {
    by_key: HashMap<Arc<LaneKey>, i64>,
    by_id: HashMap<i64, Arc<LaneKey>>,
}

/// The numbers of some lanes.
#[derive(Default)]
pub(super) struct Numbers {
    by_key: HashMap<Arc<LaneKey>, i64>,
}

impl Numbers {
    /// The number of a lane that was asked for.
    ///
    /// # Errors
    /// A defect: it was not.
    pub(super) fn of(&self, key: &LaneKey) -> Result<i64, StoreError> {
        let number = self.by_key.get(key).copied();
        number.ok_or_else(|| StoreError::Defect(format!("nobody interned the lane {key:?}")))
    }
}

impl LaneIds {
    /// None is known yet; they are asked for at `config`, and made at the instants of `clock`.
    pub(super) fn at(config: Config, clock: Arc<dyn Clock>) -> Self {
        Self { known: Arc::default(), config, clock, link: Arc::default() }
    }

    /// Forgets the number of a lane: it may have another one now.
    pub(super) fn forget_one(&self, key: &LaneKey) {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.by_key.remove(key);
    }

    /// Forgets all: some may be gone.
    pub(super) fn forget(&self) {
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Known::default();
    }

    /// The numbers of all of `keys`, which they are given if they have none. Runs outside the
    /// batch's transaction: a lane without missions harms nobody, and no batch waits for another
    /// one's lanes.
    pub(super) async fn intern<'a>(
        &self,
        keys: impl Iterator<Item = &'a LaneKey>,
    ) -> Result<Numbers, StoreError> {
        let mut numbers = Numbers::default();
        let mut unknown: BTreeSet<&LaneKey> = BTreeSet::new();
        {
            let known = self.read();
            for key in keys {
                match known.by_key.get_key_value(key) {
                    Some((key, id)) => {
                        numbers.by_key.insert(Arc::clone(key), *id);
                    }
                    None => {
                        unknown.insert(key);
                    }
                }
            }
        }
        if unknown.is_empty() {
            return Ok(numbers);
        }
        let column = |field: &dyn Fn(&LaneKey) -> String| -> Vec<String> {
            unknown.iter().map(|key| field(key)).collect()
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
        let mut given = columns();
        given.extend(params![At(self.clock.now().as_micros())]);
        let rows = self.number(given, columns()).await?;
        numbers.by_key.extend(self.learn(&rows)?.into_iter().map(|(id, key)| (key, id)));
        Ok(numbers)
    }

    /// Gives numbers to lanes, and reads them.
    async fn number(&self, given: Params, asked: Params) -> Result<Vec<Row>, StoreError> {
        let numbering = async {
            let mut place = self.link.lock().await;
            // Taken out: one on which something fails, or is not waited for, is not used again.
            let mut link = match place.take().filter(|link| !link.is_closed()) {
                Some(link) => link,
                None => Link::connect(&self.config, WRITER_SETUP).await?,
            };
            let told = link.query(sql!("intern_lanes"), &given).await;
            told.map_err(|error| store_error(&error))?;
            let rows = link.query(sql!("find_lanes"), &asked).await;
            let rows = rows.map_err(|error| store_error(&error))?;
            *place = Some(link);
            Ok(rows)
        };
        let away = || StoreError::Unavailable("PostgreSQL does not answer".to_owned());
        tokio::time::timeout(FLIGHT_WITHIN, numbering).await.map_err(|_| away())?
    }

    /// Lanes by their numbers, those of other processes too.
    pub(super) async fn meet(
        &self,
        pool: &Pool,
        ids: &[i64],
    ) -> Result<HashMap<i64, Arc<LaneKey>>, StoreError> {
        let (mut met, mut unknown) = (HashMap::with_capacity(ids.len()), Vec::new());
        {
            let known = self.read();
            for id in ids {
                match known.by_id.get(id) {
                    Some(key) => {
                        met.insert(*id, Arc::clone(key));
                    }
                    None => unknown.push(*id),
                }
            }
        }
        if unknown.is_empty() {
            return Ok(met);
        }
        let asked = unknown.clone();
        let rows = pool.query(sql!("lanes_by_id"), &params![unknown]).await?;
        met.extend(self.learn(&rows)?);
        let gone: Vec<i64> = asked.into_iter().filter(|id| !met.contains_key(id)).collect();
        if !gone.is_empty() {
            // They were in use when they were listed, and are not any more.
            let rows = pool.query(sql!("ready_without_lane"), &params![gone]).await?;
            if let Some(row) = rows.first() {
                let row = Columns::of(row).take::<i64>()?.to_string();
                return Err(StoreError::Corrupt { table: "ready", column: "lane_id", row });
            }
        }
        Ok(met)
    }

    fn learn(&self, rows: &[Row]) -> Result<Vec<(i64, Arc<LaneKey>)>, StoreError> {
        let lanes = rows
            .iter()
            .map(|row| lane(row).map(|(LaneId(id), key)| (id, Arc::new(key))))
            .collect::<Result<Vec<_>, _>>()?;
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.by_id.len() + lanes.len() > REMEMBERED {
            *known = Known::default();
        }
        for (id, key) in &lanes {
            known.by_key.insert(Arc::clone(key), *id);
            known.by_id.insert(*id, Arc::clone(key));
        }
        Ok(lanes)
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
