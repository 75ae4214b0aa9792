//! SQLite as a subject of the suite.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use mission_control::Stores;
use mission_control_conformance::{Store, Subject};
use mission_control_kernel::{Chance, ManualClock, Timestamp};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use tempfile::TempDir;

/// When every story begins.
const BEGIN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// A folder with one file for each store.
pub(crate) struct OnSqlite {
    folder: TempDir,
    made: AtomicU32,
}

impl OnSqlite {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, made: AtomicU32::new(0) })
    }
}

fn open(place: String, clock: Arc<ManualClock>) -> anyhow::Result<Store> {
    let chance = Arc::new(|| Chance::new(1.0));
    let options = Options { clock: Some(clock.clone()), chance, ..Options::default() };
    let store = Sqlite::open(Path::new(&place), Durability::Off, options)?;
    Ok(Store { stores: Stores::of(store), clock, place })
}

#[async_trait]
impl Subject for OnSqlite {
    async fn fresh(&self) -> anyhow::Result<Store> {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let path = self.folder.path().join(format!("store-{number}.db"));
        open(path.display().to_string(), Arc::new(ManualClock::at(BEGIN)))
    }

    async fn reopened(&self, store: Store) -> anyhow::Result<Store> {
        let Store { stores, clock, place } = store;
        drop(stores);
        open(place, clock)
    }

    async fn another_handle(&self, _store: &Store) -> anyhow::Result<Option<Store>> {
        Ok(None)
    }
}
