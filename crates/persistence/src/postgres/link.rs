//! Connections that an actor of the adapter owns for itself, outside the pool.

use std::collections::HashMap;
use std::time::Duration;

use deadpool_postgres::Transaction;
use futures::FutureExt as _;
use futures::future::try_join_all;
use mission_control_kernel::StoreError;
use tokio::task::AbortHandle;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};

use super::values::{Params, store_error};

/// Connecting takes no longer than this, or storage counts as away.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// One flight of statements takes no longer than this: callers are told within 5 s that storage is
/// away.
pub(super) const FLIGHT_WITHIN: Duration = Duration::from_secs(4);

/// A connection with its prepared statements; closed when dropped.
pub(super) struct Link {
    pub(super) client: Client,
    statements: HashMap<&'static str, Statement>,
    driver: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects with the session settings in `setup`.
    pub(super) async fn connect(config: &Config, setup: &str) -> Result<Self, StoreError> {
        let connecting = async {
            let (client, connection) = config.connect(NoTls).await?;
            let driver = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to PostgreSQL ended");
                }
            })
            .abort_handle();
            client.batch_execute(setup).await?;
            Ok::<_, tokio_postgres::Error>(Self { client, statements: HashMap::new(), driver })
        };
        match tokio::time::timeout(CONNECT_WITHIN, connecting).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(store_error(&error)),
            Err(_) => Err(StoreError::Unavailable("PostgreSQL does not answer".to_owned())),
        }
    }

    /// Whether the other side is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The prepared form of a statement of ours.
    pub(super) async fn prepared(
        &mut self,
        sql: &'static str,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Prepares statements ahead, so that a flight is one flight. They are sent together: one trip
    /// each would take longer than a flight may where the database is far away.
    pub(super) async fn prepare_all(&mut self, all: &[&'static str]) -> Result<(), StoreError> {
        let client = &self.client;
        let sent = try_join_all(all.iter().map(|sql| client.prepare(sql)));
        let away = || StoreError::Unavailable("PostgreSQL does not answer".to_owned());
        let prepared = tokio::time::timeout(FLIGHT_WITHIN, sent).await.map_err(|_| away())?;
        let prepared = prepared.map_err(|error| store_error(&error))?;
        self.statements.extend(all.iter().copied().zip(prepared));
        Ok(())
    }

    /// Rows of one statement.
    pub(super) async fn query(
        &mut self,
        sql: &'static str,
        params: &Params,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let statement = self.prepared(sql).await?;
        self.client.query(&statement, &refs(params)).await
    }

    /// Statements sent together; their answers are added in order, up to the first error. The
    /// statements behind that one in the same transaction have failed with it.
    pub(super) async fn flight(
        &mut self,
        calls: &[(&'static str, Params)],
        answers: &mut Vec<Vec<Row>>,
    ) -> Result<(), tokio_postgres::Error> {
        let mut statements = Vec::with_capacity(calls.len());
        for (sql, _) in calls {
            statements.push(match *sql {
                "BEGIN" | "COMMIT" => None,
                sql => Some(self.prepared(sql).await?),
            });
        }
        // The driver sends each statement when its future is first polled, which happens in order, so everything is on its way before the first answer is awaited.
        let client = &self.client;
        let sends = calls.iter().zip(&statements).map(|((sql, params), statement)| async move {
            match statement {
                Some(statement) => client.query(statement, &refs(params)).await,
                None => client.batch_execute(sql).await.map(|()| Vec::new()),
            }
        });
        let mut sent: Vec<_> = sends.map(Box::pin).collect();
        let done: Vec<_> = sent.iter_mut().map(|send| send.now_or_never()).collect();
        // Each answer counts as soon as it is there, also for whoever stops waiting for the rest.
        for (send, done) in sent.into_iter().zip(done) {
            let answer = match done {
                Some(answer) => answer,
                None => send.await,
            };
            answers.push(answer?);
        }
        Ok(())
    }
}

pub(super) fn refs(params: &Params) -> Vec<&(dyn tokio_postgres::types::ToSql + Sync)> {
    params.iter().map(|param| &**param as &(dyn tokio_postgres::types::ToSql + Sync)).collect()
}

/// Rows of one statement of a transaction.
pub(super) async fn query(
    transaction: &Transaction<'_>,
    sql: &'static str,
    params: &Params,
) -> Result<Vec<Row>, StoreError> {
    let statement = transaction.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
    transaction.query(&statement, &refs(params)).await.map_err(|error| store_error(&error))
}

/// Session settings of the connections that write: the planner is pinned to index plans, since
/// statements are prepared on empty tables and kept when these have grown.
pub(super) const WRITER_SETUP: &str = include_str!("../../sql/postgres/writer_setup.sql");
