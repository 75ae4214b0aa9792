//! Servers without a worker, on one store.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::LONG;
use crate::eventually;
use crate::http::{Client, Reply};
use crate::server::{ServerCommand, ServerProcess};
use crate::worker::{WorkerCommand, WorkerProcess};

/// Between two tries of what a server could not tell.
const AGAIN: Duration = Duration::from_millis(200);

/// What servers of one service share.
const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";

/// Servers, their administrator as a client of each, and what they stand on.
pub(super) struct Ground {
    pub(super) servers: Vec<ServerProcess>,
    pub(super) doors: Vec<Client>,
    pub(super) database: Option<PrivatePostgres>,
    // Last, so that whoever writes into it has ended when it is deleted.
    folder: TempDir,
}

impl Ground {
    /// So many servers on a PostgreSQL of their own. Nothing of it crashes, so nothing is synced.
    pub(super) async fn on_postgres(servers: usize) -> Result<Self> {
        let database = PrivatePostgres::start(Durability::Relaxed).await?;
        let dsn = database.dsn();
        let mut ground = Self::empty(Some(database))?;
        for _ in 0..servers {
            ground.add_server(Some(&dsn)).await?;
        }
        Ok(ground)
    }

    /// One server with a file.
    pub(super) async fn on_sqlite() -> Result<Self> {
        let mut ground = Self::empty(None)?;
        ground.add_server(None).await?;
        Ok(ground)
    }

    /// No server yet.
    pub(super) fn empty(database: Option<PrivatePostgres>) -> Result<Self> {
        Ok(Self { servers: Vec::new(), doors: Vec::new(), database, folder: tempfile::tempdir()? })
    }

    /// One more server, on the database with this address or on a file of its own.
    pub(super) async fn add_server(&mut self, dsn: Option<&str>) -> Result<()> {
        let server = self.start_server(self.servers.len(), dsn).await?;
        self.doors.push(server.administrator());
        self.servers.push(server);
        Ok(())
    }

    /// Kills a server and starts it again where it was, at another port.
    pub(super) async fn restart_server(&mut self, index: usize, dsn: &str) -> Result<()> {
        self.servers[index].kill_hard()?;
        let server = self.start_server(index, Some(dsn)).await?;
        self.doors[index] = server.administrator();
        self.servers[index] = server;
        Ok(())
    }

    async fn start_server(&self, index: usize, dsn: Option<&str>) -> Result<ServerProcess> {
        let data = self.data(&format!("server-{index}"))?;
        let command = ServerCommand::new(&data)?.env("MISSION_DASHBOARD_SECRET_KEY", KEY);
        let command = command.arg("--principal-rate=0").arg("--no-worker");
        let command = match dsn {
            Some(dsn) => command.env("POSTGRES_DSN", dsn),
            None => command,
        };
        command.start().await
    }

    /// A worker of its own with these profiles.
    pub(super) async fn worker(
        &self,
        name: &str,
        profiles: &str,
        concurrency: usize,
        lease: Duration,
    ) -> Result<WorkerProcess> {
        let data = self.data(name)?;
        let path = data.join("profiles.toml");
        std::fs::write(&path, profiles)?;
        let database = self.database.as_ref().context("workers need PostgreSQL")?;
        WorkerCommand::new(&data)?
            .env("POSTGRES_DSN", database.dsn())
            .arg(format!("--instance={name}"))
            .arg(format!("--worker-concurrency={concurrency}"))
            .arg(format!("--lease-seconds={}", lease.as_secs()))
            .arg(format!("--profiles={}", path.display()))
            .start()
            .await
    }

    /// A folder in the ground's own.
    pub(super) fn data(&self, name: &str) -> Result<PathBuf> {
        let data = self.folder.path().join(name);
        std::fs::create_dir_all(&data)?;
        Ok(data)
    }
}

/// A mission with this body, by its id.
pub(super) async fn create(door: &Client, body: &Value) -> Result<String> {
    let made = make(door, "/api/missions", body).await?;
    text(&made["mission_id"])
}

/// Missions with these bodies, by their ids; at most a thousand.
pub(super) async fn create_all(door: &Client, bodies: Vec<Value>) -> Result<Vec<String>> {
    let made = make(door, "/api/missions/batch", &json!({"missions": bodies})).await?;
    made["mission_ids"].as_array().context("ids")?.iter().map(text).collect()
}

/// Makes something once, however often it must be asked for.
async fn make(door: &Client, path: &str, body: &Value) -> Result<Value> {
    let key = format!("made-{:016x}", rand::random::<u64>());
    insist_once(door, path, body, Some(&key)).await?.expect(StatusCode::CREATED)
}

pub(super) async fn mission(door: &Client, id: &str) -> Result<Value> {
    let got = door.get(&format!("/api/missions/{id}")).await?.expect(StatusCode::OK)?;
    Ok(got["mission"].clone())
}

/// What a list under a mission shows, such as its `events` or its `attempts`.
pub(super) async fn list_of(door: &Client, id: &str, what: &str) -> Result<Vec<Value>> {
    let got = door.get(&format!("/api/missions/{id}/{what}")).await?.expect(StatusCode::OK)?;
    Ok(got[what].as_array().with_context(|| format!("{what} of {id}"))?.clone())
}

/// Its journal, once it is all there: what has just been answered gets its places a moment later.
pub(super) async fn settled_events(door: &Client, id: &str) -> Result<Vec<Value>> {
    Ok(eventually("the journal tells the end of the mission", LONG, async || {
        let events = list_of(door, id, "events").await.map_err(|error| format!("{error:#}"))?;
        let is_over = events.last().is_some_and(is_end);
        if is_over { Ok(events) } else { Err(format!("{events:?}")) }
    })
    .await)
}

/// Whether an entry of the journal ends a mission.
pub(super) fn is_end(event: &Value) -> bool {
    matches!(event["to"].as_str(), Some("completed" | "failed" | "cancelled"))
        && event["from"] != event["to"]
}

/// `POST path`, asked again while the server says that it cannot tell now: on a machine that is busy
/// with other tests it may need some seconds.
pub(super) async fn insist(door: &Client, path: &str, body: &Value) -> Result<Reply> {
    insist_once(door, path, body, None).await
}

/// The same under an idempotency key.
async fn insist_once(door: &Client, path: &str, body: &Value, key: Option<&str>) -> Result<Reply> {
    let until = Instant::now() + LONG;
    let mut again = interval(AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        let call = door.request(Method::POST, path);
        let call = key.into_iter().fold(call, |call, key| call.header("idempotency-key", key));
        let reply = call.json(body).send().await?;
        if reply.status != StatusCode::SERVICE_UNAVAILABLE || Instant::now() > until {
            return Ok(reply);
        }
    }
}

/// The code of a refusal, or the status of what is none.
pub(super) fn code_of(reply: &Reply) -> String {
    let code = reply.json().ok().and_then(|body| Some(body["code"].as_str()?.to_owned()));
    code.unwrap_or_else(|| reply.status.to_string())
}

pub(super) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}
