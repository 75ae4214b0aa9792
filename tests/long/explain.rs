//! P22: what it takes to explain a mission over HTTP when a million wait.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::StatusCode;
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::http::Client;
use mission_control_tests::server::ServerCommand;
use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use crate::creates::say;
use crate::spread::Spread;

const ROUNDS: usize = 5;
/// Questions of each round, half of them about the first thousand, whose place is exact.
const QUESTIONS: usize = 1_000;
/// Connections that ask.
const ASKING: [usize; 2] = [1, 8];
const MISSIONS: u64 = 1_000_000;
/// When the first of them was made, in milliseconds; `sql/million_*.sql` say the same.
const FIRST_MS: u64 = 1_767_225_600_000;
/// What is promised, in milliseconds.
const GOAL_MS: f64 = 10.0;
const PG_MILLION: &str = include_str!("sql/million_postgres.sql");
const SQLITE_MILLION: &str = include_str!("sql/million_sqlite.sql");

pub(crate) async fn run() -> Result<()> {
    let postgres = PrivatePostgres::start(Durability::Full).await?;
    let dsn = postgres.create_database("million").await?;
    let folder = tempfile::tempdir()?;
    say("explain over HTTP, a million pending in one lane");
    say("| store | connections | p50 ms, median (min–max) of rounds | p99 ms | within 10 ms |");
    say("|---|---|---|---|---|");
    for (store, dsn) in [("PostgreSQL", Some(dsn.as_str())), ("SQLite", None)] {
        let data = folder.path().join(store);
        std::fs::create_dir(&data)?;
        // The first start makes the schema.
        command(&data, dsn)?.start().await?.terminate().await?;
        match dsn {
            None => {
                let store = rusqlite::Connection::open(data.join("mission-control.db"))?;
                store.execute_batch(SQLITE_MILLION)?;
            }
            Some(dsn) => {
                let (client, connection) =
                    tokio_postgres::connect(dsn, tokio_postgres::NoTls).await?;
                let driver = tokio::spawn(connection);
                client.batch_execute(PG_MILLION).await?;
                drop(client);
                driver.await??;
            }
        }
        let mut server = command(&data, dsn)?.start().await?;
        for connections in ASKING {
            measure(store, &server.administrator(), connections).await?;
        }
        server.terminate().await?;
    }
    Ok(())
}

fn command(data: &std::path::Path, dsn: Option<&str>) -> Result<ServerCommand> {
    let command = ServerCommand::new(data)?.arg("--no-worker").arg("--principal-rate=0");
    Ok(match dsn {
        Some(dsn) => command.env("POSTGRES_DSN", dsn),
        None => command,
    })
}

async fn measure(store: &str, admin: &Client, connections: usize) -> Result<()> {
    let (mut medians, mut hundredths) = (Vec::new(), Vec::new());
    // The first one warms up.
    for round in 0..=ROUNDS {
        // Where nobody performs its kind a mission has no place in the queue.
        let agent = json!({"name": "somebody", "type": "worker"});
        admin.post("/api/agents", &agent).await?.json()?;
        let asking = (0..connections)
            .map(|n| ask(admin.clone(), (round * connections + n) as u64, QUESTIONS / connections));
        let took = futures::future::try_join_all(asking).await?.concat();
        if round > 0 {
            let spread = Spread::of(took);
            medians.push(spread.percentile(50));
            hundredths.push(spread.percentile(99));
        }
    }
    let (p50, p99) = (Spread::of(medians), Spread::of(hundredths));
    let verdict = if p99.median() <= GOAL_MS { "yes" } else { "no" };
    say(&format!("| {store} | {connections} | {} | {} | {verdict} |", told(&p50), told(&p99)));
    Ok(())
}

fn told(spread: &Spread) -> String {
    let (least, most) = (spread.percentile(0), spread.percentile(100));
    format!("{:.2} ({least:.2}–{most:.2})", spread.median())
}

/// Asks about missions one after the other; the milliseconds of each answer.
async fn ask(admin: Client, seed: u64, questions: usize) -> Result<Vec<f64>> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut took = Vec::with_capacity(questions);
    for n in 0..questions {
        let most = if n % 2 == 0 { 1_000 } else { MISSIONS };
        let path = format!("/api/missions/{}/explain", id_of(chance.random_range(1..=most)));
        let begin = Instant::now();
        let reply = admin.get(&path).await?;
        took.push(millis(begin.elapsed()));
        let explained = reply.expect(StatusCode::OK)?;
        let place = &explained["position"];
        let knows = place.is_u64() || place == ">1000";
        knows.then_some(()).with_context(|| format!("{path} has no place: {explained}"))?;
    }
    Ok(took)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// The id of mission `n`, as the statements that made them have it.
fn id_of(n: u64) -> String {
    let ms = format!("{:012x}", FIRST_MS + n);
    let (front, back) = ms.split_at(8);
    let number = format!("{n:015x}");
    let (middle, end) = number.split_at(3);
    format!("{front}-{back}-7000-8{middle}-{end}")
}
