//! Committers that write the adapter's statements, in one of several orders.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, join_all};
use mission_control_kernel::{Clock as _, Ids as _, MissionId, SystemClock, SystemIds};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_postgres::{Client, Statement};

use crate::Order;
use crate::batch::{self, Params};

const WRITER_SETUP: &str = include_str!("../../sql/postgres/writer_setup.sql");
const INSERT_MISSIONS: &str = include_str!("../../sql/postgres/insert_missions.sql");
const INSERT_READY: &str = include_str!("../../sql/postgres/insert_ready.sql");
const INSERT_JOURNAL: &str = include_str!("../../sql/postgres/insert_journal.sql");
const LOCK: &str = include_str!("sql/lock_to_commit.sql");

/// The most commands of one batch, as in the adapter.
const BATCH: usize = 256;

/// When each mission's commit was answered.
pub(crate) type Committed = Arc<Mutex<HashMap<String, Instant>>>;

type Job = (String, oneshot::Sender<()>);

/// A committer and its statements.
pub(crate) struct Committer {
    client: Client,
    missions: Statement,
    ready: Statement,
    journal: Statement,
    lock: Option<Statement>,
}

impl Committer {
    pub(crate) async fn new(client: Client, order: Order) -> anyhow::Result<Self> {
        client.batch_execute(WRITER_SETUP).await?;
        let lock = match order {
            Order::LockToCommit => Some(client.prepare(LOCK).await?),
            Order::AfterCommit | Order::None => None,
        };
        Ok(Self {
            missions: client.prepare(INSERT_MISSIONS).await?,
            ready: client.prepare(INSERT_READY).await?,
            journal: client.prepare(INSERT_JOURNAL).await?,
            lock,
            client,
        })
    }

    /// Commits what its clients ask for until they stop.
    pub(crate) async fn run(
        self,
        clients: usize,
        committed: Committed,
        grown: Arc<Notify>,
        stopped: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let (ask, mut asked) = mpsc::channel(clients);
        for _ in 0..clients {
            tokio::spawn(client(ask.clone(), committed.clone(), stopped.clone()));
        }
        drop(ask);
        while let Some(first) = asked.recv().await {
            let mut jobs = vec![first];
            while jobs.len() < BATCH
                && let Ok(job) = asked.try_recv()
            {
                jobs.push(job);
            }
            let (ids, replies): (Vec<String>, Vec<_>) = jobs.into_iter().unzip();
            self.commit(&ids).await?;
            grown.notify_one();
            for reply in replies {
                // Whoever asked waits for it.
                let _ = reply.send(());
            }
        }
        Ok(())
    }

    /// One flight: everything is on its way before the first answer is awaited.
    async fn commit(&self, ids: &[String]) -> anyhow::Result<()> {
        let (missions, ready, journal) =
            (batch::missions(ids), batch::ready(ids), batch::journal(ids));
        let none = Params::new();
        let mut flight: Vec<BoxFuture<'_, Result<(), tokio_postgres::Error>>> =
            vec![Box::pin(self.client.batch_execute("BEGIN"))];
        flight.push(Box::pin(self.send(&self.missions, &missions)));
        flight.push(Box::pin(self.send(&self.ready, &ready)));
        if let Some(lock) = &self.lock {
            flight.push(Box::pin(self.send(lock, &none)));
        }
        flight.push(Box::pin(self.send(&self.journal, &journal)));
        flight.push(Box::pin(self.client.batch_execute("COMMIT")));
        for answer in join_all(flight).await {
            answer?;
        }
        Ok(())
    }

    async fn send(
        &self,
        statement: &Statement,
        params: &Params,
    ) -> Result<(), tokio_postgres::Error> {
        let params =
            params.iter().map(|param| &**param as &(dyn tokio_postgres::types::ToSql + Sync));
        self.client.query(statement, &params.collect::<Vec<_>>()).await.map(drop)
    }
}

/// Asks for one mission after another.
async fn client(ask: mpsc::Sender<Job>, committed: Committed, stopped: watch::Receiver<bool>) {
    let ids = SystemIds::default();
    while !*stopped.borrow() {
        let id = MissionId::new(ids.next(SystemClock.now())).to_string();
        let (reply, answer) = oneshot::channel();
        if ask.send((id.clone(), reply)).await.is_err() || answer.await.is_err() {
            return;
        }
        let now = Instant::now();
        committed.lock().unwrap_or_else(PoisonError::into_inner).insert(id, now);
    }
}
