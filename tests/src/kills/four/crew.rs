//! The four and their database.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::watch;

use super::super::arena::{LEASE, LONG, present_place};
use super::super::probe::Probe;
use super::{Doors, Member};
use crate::eventually;
use crate::http::Client;
use crate::server::{ServerCommand, ServerProcess};
use crate::worker::{WorkerCommand, WorkerProcess};

/// What servers of one service share.
const TOKEN: &str = "an-administrators-token-of-thirty-two-and-more";
const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";

/// How many missions each worker runs at once: enough for a kill to interrupt several.
const CONCURRENCY: usize = 8;

/// Two servers without a worker, two workers, and what they stand on.
pub(super) struct Crew {
    servers: [ServerProcess; 2],
    workers: [WorkerProcess; 2],
    doors: [watch::Sender<Client>; 2],
    origin: String,
    pub(super) probe: Probe,
    database: PrivatePostgres,
    // Last, so that whoever writes into it has ended when it is deleted.
    folder: TempDir,
}

impl Crew {
    /// All four at work, with nothing to do.
    pub(super) async fn open() -> Result<Self> {
        let database = PrivatePostgres::start(Durability::Full).await?;
        let folder = tempfile::tempdir()?;
        let probe = Probe::new(folder.path())?;
        let place = Ground { folder: folder.path(), probe: &probe, dsn: database.dsn() };
        let servers = [place.server(0).await?, place.server(1).await?];
        let workers = [place.worker(0).await?, place.worker(1).await?];
        let doors = [door_of(&servers[0])?, door_of(&servers[1])?];
        let origin = present_place(&doors[0]).await?;
        let doors = doors.map(watch::Sender::new);
        Ok(Self { servers, workers, doors, origin, probe, database, folder })
    }

    /// The administrator as a client of the first server.
    pub(super) fn admin(&self) -> Client {
        self.doors[0].borrow().clone()
    }

    /// The administrator as a client of each server, also of those to come.
    pub(super) fn doors(&self) -> Doors {
        self.doors.each_ref().map(watch::Sender::subscribe)
    }

    /// A cursor from before everything.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// SIGKILL; returns when it is gone.
    pub(super) fn kill(&mut self, member: Member) -> Result<()> {
        match member {
            Member::Server(at) => self.servers[at].kill_hard()?,
            Member::Worker(at) => self.workers[at].kill_hard()?,
        };
        Ok(())
    }

    /// Starts the one who was killed again, on what it left behind.
    pub(super) async fn revive(&mut self, member: Member) -> Result<()> {
        let (folder, dsn) = (self.folder.path(), self.database.dsn());
        let ground = Ground { folder, probe: &self.probe, dsn };
        match member {
            Member::Server(at) => {
                self.servers[at] = ground.server(at).await.context("after a kill")?;
                self.doors[at].send_replace(door_of(&self.servers[at])?);
            }
            Member::Worker(at) => {
                self.workers[at] = ground.worker(at).await.context("after a kill")?;
            }
        }
        Ok(())
    }

    /// Waits until no mission is left to be done.
    pub(super) async fn drained(&self) {
        eventually("every mission is done", LONG, async || {
            let open = self.admin().get("/api/missions?status=pending,running&limit=1").await;
            let open = open.and_then(|reply| reply.expect(StatusCode::OK));
            match open.map(|list| list["missions"].clone()) {
                Ok(missions) if missions == json!([]) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }
}

/// What each of them is started on.
struct Ground<'a> {
    folder: &'a Path,
    probe: &'a Probe,
    dsn: String,
}

impl Ground<'_> {
    async fn server(&self, at: usize) -> Result<ServerProcess> {
        let command = ServerCommand::new(&self.data(&format!("server-{at}"))?)?
            .env("POSTGRES_DSN", &self.dsn)
            .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
            .env("MISSION_DASHBOARD_SECRET_KEY", KEY);
        command.arg("--principal-rate=0").arg("--no-worker").start().await
    }

    async fn worker(&self, at: usize) -> Result<WorkerProcess> {
        let name = format!("worker-{at}");
        let command = WorkerCommand::new(&self.data(&name)?)?
            .env("POSTGRES_DSN", &self.dsn)
            .arg(format!("--instance={name}"))
            .arg(format!("--worker-concurrency={CONCURRENCY}"))
            .arg(format!("--lease-seconds={}", LEASE.as_secs()))
            .arg(format!("--profiles={}", self.probe.profiles().display()));
        command.start().await
    }

    /// A data folder, which outlives who uses it.
    fn data(&self, name: &str) -> Result<PathBuf> {
        let data = self.folder.join(name);
        std::fs::create_dir_all(&data)?;
        Ok(data)
    }
}

fn door_of(server: &ServerProcess) -> Result<Client> {
    let bearer = HeaderValue::try_from(format!("Bearer {TOKEN}"))?;
    Ok(server.client().with(AUTHORIZATION, bearer))
}
