//! Engines of others, in Node, installed by name into a folder that goes when the run ends.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::sleep;
use tokio_postgres::NoTls;

use super::child::{Children, to_the_end};
use super::{GAP, Measured, PATIENCE, PROCESSES, Size};

/// What is installed: the newest of the line that the scripts are written for.
const PACKAGES: [&str; 2] = ["graphile-worker@0.17", "pg-boss@10"];

const GRAPHILE: &str = include_str!("graphile.mjs");
const PGBOSS: &str = include_str!("pgboss.mjs");
const GRAPHILE_LEFT: &str = include_str!("../sql/graphile_left.sql");
const PGBOSS_LEFT: &str = include_str!("../sql/pgboss_left.sql");

/// Between two looks at what is left.
const LOOK: Duration = Duration::from_millis(5);

/// One of them, as it is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// As it comes, with the concurrency of its own measurements.
    Graphile,
    /// With the batches of its own measurements.
    GraphileBatched,
    /// By hundreds.
    PgBoss,
}

/// Where they are installed.
pub(super) struct Peers(TempDir);

impl Peer {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Graphile, Self::GraphileBatched, Self::PgBoss];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Graphile => "graphile-worker 0.17",
            Self::GraphileBatched => "graphile-worker 0.17, batched",
            Self::PgBoss => "pg-boss 10",
        }
    }

    pub(super) const fn settings(self) -> &'static str {
        match self {
            Self::Graphile => "concurrentJobs 24, pool 25: its performance page, without batching",
            Self::GraphileBatched => {
                "the same with localQueue 500 and completeJobBatchDelay 0: its performance page"
            }
            Self::PgBoss => "fetch and complete by 100 without a pause; polls every 500 ms at rest",
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Graphile | Self::GraphileBatched => "graphile.mjs",
            Self::PgBoss => "pgboss.mjs",
        }
    }

    const fn left(self) -> &'static str {
        match self {
            Self::Graphile | Self::GraphileBatched => GRAPHILE_LEFT,
            Self::PgBoss => PGBOSS_LEFT,
        }
    }
}

impl Peers {
    /// Installs them; nothing of what they bring is run while they are.
    pub(super) async fn install() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("graphile.mjs"), GRAPHILE)?;
        std::fs::write(folder.path().join("pgboss.mjs"), PGBOSS)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        npm.arg("--prefix").arg(folder.path()).args(PACKAGES).current_dir(folder.path());
        to_the_end(npm).await.context("installing the engines of others with npm")?;
        Ok(Self(folder))
    }

    /// One round.
    pub(super) async fn measure(&self, peer: Peer, dsn: &str, size: Size) -> Result<Measured> {
        let count = size.missions.to_string();
        to_the_end(self.node(peer, &["fill", dsn, &count])).await.context("filling the queue")?;
        let mode = if peer == Peer::GraphileBatched { "batched" } else { "plain" };
        let workers = (0..PROCESSES).map(|_| self.node(peer, &["work", dsn, mode]));
        let mut workers = Children::start(workers.collect()).await?;
        let begin = Instant::now();
        workers.go().await?;
        workers.have_done(size.missions).await?;
        none_left(dsn, peer.left()).await?;
        let rate = size.missions as f64 / begin.elapsed().as_secs_f64();
        let (singles, gap) = (size.singles.to_string(), GAP.as_millis().to_string());
        let sending = to_the_end(self.node(peer, &["singles", dsn, &singles, &gap]));
        let (sent, starts) = tokio::join!(sending, workers.starts(size.singles));
        sent.context("sending missions one by one")?;
        Ok(Measured { rate, starts: starts? })
    }

    fn node(&self, peer: Peer, arguments: &[&str]) -> Command {
        let mut command = Command::new("node");
        command.arg(self.0.path().join(peer.script())).args(arguments);
        command.current_dir(self.0.path());
        command
    }
}

/// Waits until the engine's own tables have nothing left to be done.
async fn none_left(dsn: &str, question: &str) -> Result<()> {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await?;
    tokio::spawn(connection);
    let begin = Instant::now();
    while client.query_one(question, &[]).await?.get::<_, bool>(0) {
        ensure!(begin.elapsed() < PATIENCE, "something is always left");
        sleep(LOOK).await;
    }
    Ok(())
}
