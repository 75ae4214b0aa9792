//! A database as a year of use leaves it.

use std::sync::Arc;
use std::time::Duration;

use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use tokio::sync::{OnceCell, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio_postgres::{Client, NoTls};

use crate::Options;
use crate::postgres::Postgres;

/// Missions of a large database: what is read whole there costs many times what any bound here
/// allows. `tests/long` and the benchmarks have the million.
const MANY: i32 = 250_000;
/// Of a thousand missions there, how many are pending.
const PENDING_OF_MANY: i32 = 50;
/// No session takes this long to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often one looks whether they have, so that looking takes nothing from what ends.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A server of which all tests of this process share a part; it ends with the process.
static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();
static PLENTY: OnceCell<RwLock<Database>> = OnceCell::const_new();

/// A database with our schema.
#[derive(Clone, Debug)]
pub(in crate::postgres) struct Database {
    dsn: String,
}

impl Database {
    /// A quarter of a million missions, with statistics; shared, so nobody may leave it otherwise.
    pub(in crate::postgres) async fn plenty() -> RwLockReadGuard<'static, Self> {
        Self::filled().await.read().await
    }

    /// The same, while nobody else uses it: PostgreSQL counts what a whole database touches.
    pub(in crate::postgres) async fn plenty_alone() -> RwLockWriteGuard<'static, Self> {
        Self::filled().await.write().await
    }

    async fn filled() -> &'static RwLock<Self> {
        let fill = || async {
            let database = Self::empty("plenty").await;
            database.fill(MANY, PENDING_OF_MANY).await;
            RwLock::new(database)
        };
        PLENTY.get_or_init(fill).await
    }

    /// A database of the caller's own.
    pub(in crate::postgres) async fn empty(name: &str) -> Self {
        let start = || PrivatePostgres::start(Durability::Relaxed);
        let server = SERVER.get_or_try_init(start).await.unwrap();
        let database = Self { dsn: server.create_database(name).await.unwrap() };
        database.after(|handle| async move { drop(handle) }).await;
        database
    }

    /// Adds missions; `pending` of a thousand wait.
    pub(in crate::postgres) async fn fill(&self, missions: i32, pending: i32) {
        let session = self.session().await;
        let run = async |sql: &str| session.batch_execute(sql).await.unwrap();
        run(include_str!("sql/drop_indexes.sql")).await;
        let fill = include_str!("sql/fill_missions.sql");
        session.execute(fill, &[&missions, &pending]).await.unwrap();
        run(include_str!("sql/fill_lanes.sql")).await;
        run(include_str!("sql/fill_places.sql")).await;
        run(include_str!("sql/fill_ready.sql")).await;
        run(include_str!("sql/fill_leases.sql")).await;
        run(include_str!("sql/fill_runs.sql")).await;
        for statement in include_str!("sql/make_indexes.sql").split("\n\n") {
            run(statement).await;
        }
    }

    pub(in crate::postgres) async fn session(&self) -> Client {
        let config: tokio_postgres::Config = self.dsn.parse().unwrap();
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Does something with a handle, and returns when all its sessions are gone and have counted
    /// what they did.
    pub(in crate::postgres) async fn after<Done: Future<Output = ()>>(
        &self,
        act: impl FnOnce(Arc<Postgres>) -> Done,
    ) {
        let handle = Postgres::connect(&self.dsn, Options::default()).await.unwrap();
        act(handle).await;
        let session = self.session().await;
        let none_left = async {
            let statement = session.prepare(include_str!("sql/our_sessions.sql")).await.unwrap();
            let mut looks = tokio::time::interval(LOOK_EVERY);
            while session.query_one(&statement, &[]).await.unwrap().get::<_, i64>(0) > 0 {
                looks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, none_left).await.expect("the handle keeps its sessions");
    }
}
