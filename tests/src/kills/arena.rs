//! A store and the servers that come and go on it.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::eventually;
use crate::http::Client;
use crate::server::{ServerCommand, ServerProcess};

use super::probe::Probe;

/// Only a real failure takes so long.
pub(super) const LONG: Duration = Duration::from_secs(120);

/// How long an attempt of the worker inside may be silent.
pub(super) const LEASE: Duration = Duration::from_secs(3);

const TOKEN: &str = "an-administrators-token-of-thirty-two-and-more";

/// Where missions are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// A file beside the server.
    Sqlite,
    /// A server of the run's own, which syncs what it commits.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Who performs missions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Worker {
    /// The worker inside the server, with the probe among its profiles.
    Inside,
    /// Agents that ask over HTTP.
    Outside,
}

/// One store, its present server, and where its journal began.
#[derive(Debug)]
pub(super) struct Arena {
    server: ServerProcess,
    admin: watch::Sender<Client>,
    origin: String,
    pub(super) probe: Probe,
    worker: Worker,
    postgres: Option<PrivatePostgres>,
    // Last, so that whoever writes into it has ended when it is deleted.
    folder: TempDir,
}

impl Arena {
    pub(super) async fn open(engine: Engine, worker: Worker) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(data_in(&folder))?;
        let probe = Probe::new(folder.path())?;
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(PrivatePostgres::start(Durability::Full).await?),
        };
        let server = command(&folder, &probe, worker, postgres.as_ref())?.start().await?;
        let admin = admin_of(&server)?;
        let origin = present_place(&admin).await?;
        let admin = watch::Sender::new(admin);
        Ok(Self { server, admin, origin, probe, worker, postgres, folder })
    }

    /// The administrator as a client of the present server.
    pub(super) fn admin(&self) -> Client {
        self.admin.borrow().clone()
    }

    /// The same, for those who outlive a server.
    pub(super) fn admins(&self) -> watch::Receiver<Client> {
        self.admin.subscribe()
    }

    /// Where the journal began.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// SIGKILL for the server, then another one on the same data.
    pub(super) async fn kill_server(&mut self) -> Result<Downtime> {
        let killed = Instant::now();
        self.server.kill_hard()?;
        let command = command(&self.folder, &self.probe, self.worker, self.postgres.as_ref())?;
        self.server = command.start().await.context("after a kill")?;
        self.admin.send_replace(admin_of(&self.server)?);
        Ok(Downtime { killed, ready: Instant::now() })
    }

    /// The same, with another worker from then on.
    pub(super) async fn kill_server_for(&mut self, worker: Worker) -> Result<Downtime> {
        self.worker = worker;
        self.kill_server().await
    }

    /// The database of the run.
    pub(super) fn postgres(&mut self) -> Result<&mut PrivatePostgres> {
        self.postgres.as_mut().context("this store has no server to kill")
    }

    /// A mission with this body, by its id.
    pub(super) async fn create(&self, body: &Value) -> Result<String> {
        let made = self.admin().post("/api/missions", body).await?.expect(StatusCode::CREATED)?;
        text(&made["mission_id"])
    }

    pub(super) async fn mission(&self, id: &str) -> Result<Value> {
        let got = self.admin().get(&format!("/api/missions/{id}")).await?;
        Ok(got.expect(StatusCode::OK)?["mission"].clone())
    }

    /// Waits until the mission is completed.
    pub(super) async fn completed(&self, id: &str) {
        eventually("the mission is completed", LONG, async || {
            let mission = self.mission(id).await.map_err(|error| format!("{error:#}"))?;
            if mission["status"] == "completed" { Ok(()) } else { Err(mission.to_string()) }
        })
        .await;
    }

    /// Waits until no mission is left to be done.
    pub(super) async fn drained(&self) {
        eventually("every mission is done", LONG, async || {
            let open = self.admin().get("/api/missions?status=pending,running&limit=1").await;
            let open = open.and_then(|reply| reply.expect(StatusCode::OK));
            // The missions and not their total, which may be a moment behind.
            match open.map(|list| list["missions"].clone()) {
                Ok(missions) if missions == json!([]) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }
}

/// One change of servers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Downtime {
    /// When the old one was killed.
    pub(super) killed: Instant,
    /// When the new one said that it is ready.
    pub(super) ready: Instant,
}

pub(super) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}

fn data_in(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

fn command(
    folder: &TempDir,
    probe: &Probe,
    worker: Worker,
    postgres: Option<&PrivatePostgres>,
) -> Result<ServerCommand> {
    let command = ServerCommand::new(&data_in(folder))?
        .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
        .arg("--principal-rate=0");
    let command = match worker {
        Worker::Inside => command
            .arg(format!("--lease-seconds={}", LEASE.as_secs()))
            .arg(format!("--profiles={}", probe.profiles().display())),
        Worker::Outside => command.arg("--no-worker"),
    };
    Ok(match postgres {
        Some(postgres) => command.env("POSTGRES_DSN", postgres.dsn()),
        None => command,
    })
}

fn admin_of(server: &ServerProcess) -> Result<Client> {
    let bearer = HeaderValue::try_from(format!("Bearer {TOKEN}"))?;
    Ok(server.client().with(AUTHORIZATION, bearer))
}

/// A cursor behind everything that has happened.
pub(super) async fn present_place(admin: &Client) -> Result<String> {
    let mut stream = admin.request(Method::GET, "/api/live/stream").events().await?;
    let hello = stream.next().await?.context("a greeting")?;
    text(&serde_json::from_str::<Value>(&hello.data)?["cursor"])
}
