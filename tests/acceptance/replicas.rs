//! Several servers on one PostgreSQL.

use anyhow::{Context, Result};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::live::LiveSocket;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::LONG;

/// What replicas of one service share.
const TOKEN: &str = "an-administrators-token-of-thirty-two-and-more";
const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";

/// One server, its data folder, and the administrator as its client.
struct Replica {
    server: ServerProcess,
    admin: Client,
    _folder: TempDir,
}

impl Replica {
    async fn start(database: &PrivatePostgres, flags: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let command = ServerCommand::new(folder.path())?
            .env("POSTGRES_DSN", database.dsn())
            .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
            .env("MISSION_DASHBOARD_SECRET_KEY", KEY);
        let command = flags.iter().fold(command, |command, flag| command.arg(flag));
        let server = command.start().await?;
        let bearer = HeaderValue::try_from(format!("Bearer {TOKEN}"))?;
        let admin = server.client().with(AUTHORIZATION, bearer);
        Ok(Self { server, admin, _folder: folder })
    }

    async fn create(&self, title: &str) -> Result<Value> {
        let made = self.admin.post("/api/missions", &json!({"title": title})).await?;
        Ok(made.expect(StatusCode::CREATED)?["mission_id"].clone())
    }

    /// The missions of the next `count` entries behind `place`, and the place behind them.
    async fn entries(&self, place: Option<&str>, count: usize) -> Result<(Vec<Value>, String)> {
        let call = self.admin.request(Method::GET, "/api/live/stream?topics=missions");
        let call = place.into_iter().fold(call, |call, place| call.header("last-event-id", place));
        let mut stream = call.events().await?;
        let mut missions = Vec::new();
        loop {
            let event = stream.next().await?.context("the stream goes on")?;
            let frame: Value = serde_json::from_str(&event.data)?;
            let entries = frame["data"].as_array().into_iter().flatten();
            missions.extend(entries.map(|entry| entry["mission"].clone()));
            if let Some(id) = event.id.filter(|_| missions.len() >= count) {
                return Ok((missions, id));
            }
        }
    }
}

#[tokio::test]
async fn what_one_replica_writes_every_other_shows_and_streams_from_any_place() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let here = Replica::start(&database, &["--no-worker"]).await?;
    let there = Replica::start(&database, &["--no-worker"]).await?;
    let (_, place) = there.entries(None, 0).await?;
    let mut made = Vec::new();
    for n in 0..10 {
        let replica = if n % 2 == 0 { &here } else { &there };
        made.push(replica.create(&format!("m{n}")).await?);
    }
    let (missions, behind) = there.entries(Some(&place), made.len()).await?;
    assert_eq!(missions, made);
    let last = there.create("last").await?;
    let (missions, _) = here.entries(Some(&behind), 1).await?;
    assert_eq!(missions, [last], "a place that one replica gave holds on another");
    for replica in [&here, &there] {
        let metrics = replica.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
        assert_eq!(metrics["metrics"]["total_missions"], 11);
    }
    Ok(())
}

#[tokio::test]
async fn missions_are_performed_although_the_replica_that_took_them_is_gone() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let mut doomed = Replica::start(&database, &["--no-worker"]).await?;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(doomed.create(&format!("m{n}")).await?);
    }
    doomed.server.kill_hard()?;
    let survivor = Replica::start(&database, &[]).await?;
    eventually("all missions are completed", LONG, async || {
        let done = survivor.admin.get("/api/missions?status=completed").await;
        let done = done.and_then(|reply| reply.expect(StatusCode::OK));
        match done.map(|list| list["total"].clone()) {
            Ok(total) if total == json!(ids.len()) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn a_socket_resumes_at_another_replica() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let mut doomed = Replica::start(&database, &["--no-worker"]).await?;
    let there = Replica::start(&database, &["--no-worker"]).await?;
    let mut socket = LiveSocket::open(&doomed.admin, "topics=missions").await?;
    socket.entries(0).await?;
    let first = doomed.create("first").await?;
    let (seen, place) = socket.entries(1).await?;
    assert_eq!(seen[0].1, first);
    let mut missed = vec![doomed.create("missed here").await?];
    doomed.server.kill_hard()?;
    for n in 0..120 {
        missed.push(there.create(&format!("missed {n}")).await?);
    }
    let query = format!("topics=missions&cursor={place}");
    let mut socket = LiveSocket::open(&there.admin, &query).await?;
    let (got, _) = socket.entries(missed.len()).await?;
    assert_eq!(got.into_iter().map(|(_, mission)| mission).collect::<Vec<_>>(), missed);
    Ok(())
}
