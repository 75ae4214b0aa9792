//! Databases of a given size, filled as those of the tests are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use mission_control_conformance::private_postgres::PrivatePostgres;
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;
use tokio_postgres::{Client, NoTls};

macro_rules! filling {
    ($name:literal) => {
        include_str!(concat!("../../src/postgres/tests/sql/", $name, ".sql"))
    };
}

/// No session takes this long to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database with missions in it.
pub(crate) struct Database {
    dsn: String,
}

impl Database {
    /// With this many missions, `pending` of a thousand waiting.
    pub(crate) async fn filled(
        server: &PrivatePostgres,
        name: &str,
        missions: i32,
        pending: i32,
    ) -> anyhow::Result<Self> {
        let database = Self { dsn: server.create_database(name).await? };
        drop(database.handle().await?);
        let session = database.session().await?;
        session.batch_execute(filling!("drop_indexes")).await?;
        session.execute(filling!("fill_missions"), &[&missions, &pending]).await?;
        session.batch_execute(filling!("fill_lanes")).await?;
        session.batch_execute(filling!("fill_places")).await?;
        session.batch_execute(filling!("fill_ready")).await?;
        session.batch_execute(filling!("fill_leases")).await?;
        for statement in filling!("make_indexes").split("\n\n") {
            session.batch_execute(statement).await?;
        }
        Ok(database)
    }

    /// Fills the index of texts, as the reader of the journal does.
    pub(crate) async fn index_texts(&self) -> anyhow::Result<()> {
        let session = self.session().await?;
        session.batch_execute(include_str!("sql/fill_search.sql")).await?;
        Ok(session.batch_execute("VACUUM (ANALYZE) mission_search").await?)
    }

    pub(crate) async fn handle(&self) -> anyhow::Result<Arc<Postgres>> {
        Ok(Postgres::connect(&self.dsn, Options::default()).await?)
    }

    pub(crate) async fn session(&self) -> anyhow::Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.dsn, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Shared buffers that something touches on a handle of its own, whose sessions count when they
    /// end.
    pub(crate) async fn buffers<Done: Future<Output = anyhow::Result<()>>>(
        &self,
        act: impl FnOnce(Arc<Postgres>) -> Done,
    ) -> anyhow::Result<i64> {
        let session = self.session().await?;
        let touched = async || -> anyhow::Result<i64> {
            Ok(session.query_one(filling!("blocks_touched"), &[]).await?.try_get(0)?)
        };
        let before = touched().await?;
        act(self.handle().await?).await?;
        let gone = async {
            let statement = session.prepare(filling!("our_sessions")).await?;
            while session.query_one(&statement, &[]).await?.try_get::<_, i64>(0)? > 0 {}
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, gone).await.context("a handle keeps its sessions")??;
        Ok(touched().await? - before)
    }
}
