//! The pool of connections that read, and that write what needs no batch.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Pool as Connections, RecyclingMethod, Runtime,
};
use mission_control::Telemetry;
use mission_control_kernel::StoreError;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row};

use super::link::refs;
use super::values::{Params, commit_error, pool_error, store_error};

/// Connections of one process beside those that the committer, the claimer, the sequencer, the
/// listener and the numbers of lanes own.
const SIZE: usize = 8;
/// Waiting for a connection, making one and checking one take no longer than this.
const WITHIN: Duration = Duration::from_secs(3);
/// Everything that one question asks of PostgreSQL takes no longer than this, the wait for a
/// connection included: callers are told within 5 s that storage is away.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// Counting a large store takes longer; nobody waits for it. `count_patiently.sql` and
/// `count_whole_tables.sql` say the same to PostgreSQL.
pub(super) const COUNT_WITHIN: Duration = Duration::from_secs(60);

const SETUP: &str = include_str!("../../sql/postgres/reader_setup.sql");

/// Connections for reading.
#[derive(Clone)]
pub(super) struct Pool {
    connections: Connections,
    telemetry: Arc<dyn Telemetry>,
    pulse: Arc<Mutex<Pulse>>,
}

/// What tells a slow answer from a network that has swallowed everything.
#[derive(Default)]
struct Pulse {
    /// When the last answer came, on whichever connection.
    answered: Option<Instant>,
    /// Connections made before this are not used again: one of them has not answered, nor has any
    /// other meanwhile, and where a network has swallowed one it has swallowed all.
    suspect_before: Option<Instant>,
}

impl Pulse {
    /// Nothing came on a connection between two moments.
    fn missed(&mut self, since: Instant, now: Instant) {
        if self.answered.is_none_or(|answered| answered < since) {
            self.suspect_before = Some(now);
        }
    }
}

impl Pool {
    pub(super) fn new(config: Config, telemetry: Arc<dyn Telemetry>) -> Result<Self, StoreError> {
        let pulse: Arc<Mutex<Pulse>> = Arc::default();
        let felt = Arc::clone(&pulse);
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
            .pre_recycle(Hook::sync_fn(move |_, metrics| {
                let before = felt.lock().unwrap_or_else(PoisonError::into_inner).suspect_before;
                match before {
                    Some(before) if metrics.created < before.into_std() => {
                        Err(HookError::message("one like it did not answer"))
                    }
                    Some(_) | None => Ok(()),
                }
            }))
            .build()
            .map_err(|error| StoreError::Defect(error.to_string()))?;
        Ok(Self { connections, telemetry, pulse })
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
        let until = Instant::now() + ANSWER_WITHIN;
        let client = self.client_until(until).await?;
        let writing = async {
            let statement =
                client.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
            client.query(&statement, &refs(params)).await.map_err(|error| commit_error(&error))
        };
        let answer = self.answered(until, writing).await;
        answer.unwrap_or_else(|| {
            give_up(client);
            Err(StoreError::OutcomeUnknown)
        })
    }

    /// Rows of a statement that was put together from pieces.
    pub(super) async fn query_text(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let until = Instant::now() + ANSWER_WITHIN;
        let client = self.client_until(until).await?;
        let asking = async {
            let statement =
                client.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
            client.query(&statement, params).await.map_err(|error| store_error(&error))
        };
        let answer = self.answered(until, asking).await;
        answer.unwrap_or_else(|| {
            give_up(client);
            Err(away())
        })
    }

    /// Lets work that only reads take no longer than `limit`.
    pub(super) async fn reading<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.answered(Instant::now() + limit, work).await.unwrap_or_else(|| Err(away()))
    }

    /// Lets a transaction that writes take no longer than callers wait. Nothing has happened where
    /// there was no connection for it.
    pub(super) async fn writing<T, Work: Future<Output = Result<T, StoreError>>>(
        &self,
        work: impl FnOnce(Client) -> Work,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + ANSWER_WITHIN;
        let client = self.client_until(until).await?;
        let answer = self.answered(until, work(client)).await;
        answer.unwrap_or(Err(StoreError::OutcomeUnknown))
    }

    /// What comes of work that has a connection; none where nothing came in time.
    async fn answered<T>(
        &self,
        until: Instant,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<Result<T, StoreError>> {
        let since = Instant::now();
        let answer = timeout_at(until, work).await.ok();
        let now = Instant::now();
        let mut pulse = self.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Some(Ok(_)) => pulse.answered = Some(now),
            Some(Err(_)) => {}
            None => pulse.missed(since, now),
        }
        answer
    }

    async fn client_until(&self, until: Instant) -> Result<Client, StoreError> {
        timeout_at(until, self.client()).await.map_err(|_| away())?
    }

    /// A connection for a transaction of several statements, inside [`Self::reading`].
    pub(super) async fn client(&self) -> Result<Client, StoreError> {
        let taken = self.connections.get().await;
        let status = self.connections.status();
        self.telemetry.pooled(status.size, status.available, status.waiting);
        taken.map_err(|error| pool_error(&error))
    }

    pub(super) fn close(&self) {
        self.connections.close();
    }
}

/// A connection on which an answer is still to come would keep whoever gets it next waiting.
fn give_up(client: Client) {
    drop(Client::take(client));
}

fn away() -> StoreError {
    StoreError::Unavailable("PostgreSQL does not answer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_answer_makes_no_other_connection_suspect() {
        let since = Instant::now();
        let (before, after) = (since, since + Duration::from_secs(1));
        let now = since + ANSWER_WITHIN;
        for (answered, suspected) in [(None, true), (Some(before), true), (Some(after), false)] {
            let mut pulse = Pulse { answered, suspect_before: None };
            pulse.missed(since + Duration::from_millis(1), now);
            assert_eq!(pulse.suspect_before, suspected.then_some(now), "{answered:?}");
        }
    }
}
