//! One cell of the matrix, on a database of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::try_join_all;
use mission_control::Journal as _;
use mission_control_conformance::private_postgres::PrivatePostgres;
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls};

use crate::committer::{Committed, Committer};
use crate::figures::Times;
use crate::{Committers, Order, reader};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) committers: Committers,
    /// What `commit_delay` adds to each flush.
    pub(crate) flush_micros: u32,
    /// Whether a snapshot is held all the time.
    pub(crate) snapshot: bool,
    pub(crate) order: Order,
    pub(crate) span: Duration,
}

/// What was seen.
pub(crate) struct Seen {
    /// Commands per second.
    pub(crate) rate: f64,
    /// From the answer to a commit until a reader sees it.
    pub(crate) visible: Times,
    pub(crate) committed: f64,
    /// Committed, and never seen by the reader.
    pub(crate) lost: f64,
}

/// Databases are numbered.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Cell {
    pub(crate) async fn measure(self, server: &PrivatePostgres) -> anyhow::Result<Seen> {
        let name = format!("cell_{}", NEXT.fetch_add(1, Ordering::SeqCst));
        let dsn = server.create_database(&name).await?;
        let slow = format!("ALTER DATABASE {name} SET commit_delay = {}", self.flush_micros);
        server.run(&slow).await?;
        server.run(&format!("ALTER DATABASE {name} SET commit_siblings = 0")).await?;
        let mut replicas = Vec::new();
        for _ in 0..self.committers.replicas {
            replicas.push(Postgres::connect(&dsn, Options::default()).await?);
        }
        let snapshot = connect(&dsn).await?;
        if self.snapshot {
            snapshot.batch_execute(include_str!("sql/hold_snapshot.sql")).await?;
        }
        let seen = self.run(&dsn, &replicas).await?;
        drop((replicas, snapshot));
        Ok(seen)
    }

    async fn run(self, dsn: &str, replicas: &[Arc<Postgres>]) -> anyhow::Result<Seen> {
        let grown: Vec<Arc<Notify>> = replicas.iter().map(|_| Arc::default()).collect();
        let sequencers: Vec<_> = replicas
            .iter()
            .zip(&grown)
            .filter(|_| self.order == Order::AfterCommit)
            .map(|(replica, grown)| tokio::spawn(number(Arc::clone(replica), Arc::clone(grown))))
            .collect();
        let (end, over) = watch::channel(false);
        let reader = tokio::spawn(reader::follow(connect(dsn).await?, self.order, over));
        let (stop, stopped) = watch::channel(false);
        let committed: Committed = Arc::new(Mutex::new(HashMap::new()));
        let mut committers = Vec::new();
        for n in 0..self.committers.count {
            let committer = Committer::new(connect(dsn).await?, self.order).await?;
            let grown = Arc::clone(&grown[n % grown.len()]);
            let run =
                committer.run(self.committers.clients, committed.clone(), grown, stopped.clone());
            committers.push(tokio::spawn(run));
        }
        let began = Instant::now();
        tokio::time::sleep(self.span).await;
        stop.send_replace(true);
        for committer in try_join_all(committers).await? {
            committer?;
        }
        let took = began.elapsed().as_secs_f64();
        if self.order == Order::AfterCommit {
            replicas[0].head().await?;
        }
        end.send_replace(true);
        let seen = reader.await??;
        sequencers.iter().for_each(tokio::task::JoinHandle::abort);
        let committed =
            std::mem::take(&mut *committed.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Seen::of(&committed, &seen, took))
    }
}

impl Seen {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    fn of(
        committed: &HashMap<String, Instant>,
        seen: &HashMap<String, Instant>,
        took: f64,
    ) -> Self {
        let visible = committed
            .iter()
            .filter_map(|(id, at)| Some(seen.get(id)?.saturating_duration_since(*at)));
        let lost = committed.keys().filter(|id| !seen.contains_key(*id)).count();
        Self {
            rate: committed.len() as f64 / took,
            visible: Times::of(visible),
            committed: committed.len() as f64,
            lost: lost as f64,
        }
    }
}

/// The adapter's own sequencer, woken by each commit of its replica.
async fn number(replica: Arc<Postgres>, grown: Arc<Notify>) -> anyhow::Result<()> {
    loop {
        grown.notified().await;
        replica.head().await?;
    }
}

async fn connect(dsn: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
