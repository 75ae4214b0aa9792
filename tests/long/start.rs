//! P19: memory at rest, and the time from start to ready with no mission and with a million.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::server::ServerCommand;

use crate::creates::say;
use crate::spread::Spread;

const ROUNDS: usize = 5;
const PG_MILLION: &str = include_str!("sql/million_postgres.sql");
const SQLITE_MILLION: &str = include_str!("sql/million_sqlite.sql");
/// Memory is read after the server has settled.
const SETTLE: Duration = Duration::from_secs(3);

pub(crate) async fn run() -> Result<()> {
    let postgres = PrivatePostgres::start(Durability::Relaxed).await?;
    let dsn = postgres.create_database("million").await?;
    let folder = tempfile::tempdir()?;
    for (store, dsn) in [("SQLite", None), ("PostgreSQL", Some(dsn.as_str()))] {
        let data = folder.path().join(store);
        std::fs::create_dir(&data)?;
        measure(&data, dsn, &format!("{store}, no mission")).await?;
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
        measure(&data, dsn, &format!("{store}, a million pending")).await?;
    }
    Ok(())
}

async fn measure(data: &std::path::Path, dsn: Option<&str>, what: &str) -> Result<()> {
    let (mut first, mut starts, mut memory) = (None, Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        let begin = Instant::now();
        let mut command = ServerCommand::new(data)?.arg("--no-worker");
        if let Some(dsn) = dsn {
            command = command.env("POSTGRES_DSN", dsn);
        }
        let mut server = command.start().await?;
        let took = begin.elapsed().as_secs_f64() * 1e3;
        // The very first start makes the schema, or counts what it finds; it stands by itself.
        if first.is_none() {
            first = Some(took);
        } else {
            starts.push(took);
        }
        tokio::time::sleep(SETTLE).await;
        memory.push(resident_kib(server.pid())?);
        server.terminate().await?;
    }
    say(&format!(
        "{what}: first start {:.0} ms, start to ready {} ms, resident {} KiB",
        first.unwrap_or(f64::NAN),
        Spread::of(starts),
        Spread::of(memory)
    ));
    Ok(())
}

pub(crate) fn resident_kib(pid: impl std::fmt::Display) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("a number")?.parse()?)
}
