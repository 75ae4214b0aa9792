//! The pool of connections that read, and that write what needs no batch.

use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Pool as Connections, RecyclingMethod, Runtime,
};
use mission_control_kernel::StoreError;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row};

use super::link::refs;
use super::values::{Params, commit_error, pool_error, store_error};

/// Connections of one process beside those that the committer, the claimer, the sequencer and the
/// listener own.
const SIZE: usize = 8;
/// Waiting for a connection, making one and checking one take no longer than this.
const WITHIN: Duration = Duration::from_secs(3);

const SETUP: &str = include_str!("../../sql/postgres/reader_setup.sql");

/// Connections for reading.
#[derive(Clone)]
pub(super) struct Pool {
    connections: Connections,
}

impl Pool {
    pub(super) fn new(config: Config) -> Result<Self, StoreError> {
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, manager);
        let connections = Connections::builder(manager)
            .max_size(SIZE)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WITHIN))
            .create_timeout(Some(WITHIN))
            .recycle_timeout(Some(WITHIN))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(
                    async move { client.batch_execute(SETUP).await.map_err(HookError::Backend) },
                )
            }))
            .build()
            .map_err(|error| StoreError::Defect(error.to_string()))?;
        Ok(Self { connections })
    }

    /// Rows of one statement of ours.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        params: &Params,
    ) -> Result<Vec<Row>, StoreError> {
        self.query_text(sql, &refs(params)).await
    }

    /// Rows of one statement of ours that writes, and is its own transaction.
    pub(super) async fn write(
        &self,
        sql: &'static str,
        params: &Params,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
        client.query(&statement, &refs(params)).await.map_err(|error| commit_error(&error))
    }

    /// Rows of a statement that was put together from pieces.
    pub(super) async fn query_text(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.connections.get().await.map_err(|error| pool_error(&error))?;
        let statement = client.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
        client.query(&statement, params).await.map_err(|error| store_error(&error))
    }

    /// A connection for a transaction of several statements.
    pub(super) async fn client(&self) -> Result<deadpool_postgres::Client, StoreError> {
        self.connections.get().await.map_err(|error| pool_error(&error))
    }

    pub(super) fn close(&self) {
        self.connections.close();
    }
}
