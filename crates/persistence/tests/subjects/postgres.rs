//! PostgreSQL as a subject of the suite.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use mission_control::Stores;
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_conformance::{Store, Subject};
use mission_control_kernel::{Chance, ManualClock, Timestamp};
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;

/// When every story begins.
const BEGIN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// A server of its own with one database for each store.
pub(crate) struct OnPostgres {
    server: PrivatePostgres,
    made: AtomicU32,
}

impl OnPostgres {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let server = PrivatePostgres::start(Durability::Relaxed).await?;
        Ok(Self { server, made: AtomicU32::new(0) })
    }
}

async fn connect(place: String, clock: Arc<ManualClock>) -> anyhow::Result<Store> {
    let chance = Arc::new(|| Chance::new(1.0));
    let options = Options { clock: Some(clock.clone()), chance, ..Options::default() };
    let store = Postgres::connect(&place, options).await?;
    Ok(Store { stores: Stores::of(store), clock, place })
}

#[async_trait]
impl Subject for OnPostgres {
    async fn fresh(&self) -> anyhow::Result<Store> {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let dsn = self.server.create_database(&format!("store_{number}")).await?;
        connect(dsn, Arc::new(ManualClock::at(BEGIN))).await
    }

    async fn reopened(&self, store: Store) -> anyhow::Result<Store> {
        let Store { stores, clock, place } = store;
        drop(stores);
        connect(place, clock).await
    }

    async fn another_handle(&self, store: &Store) -> anyhow::Result<Option<Store>> {
        connect(store.place.clone(), Arc::clone(&store.clock)).await.map(Some)
    }
}
