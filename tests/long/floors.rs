//! What the stores alone can do on this machine, in the same minutes.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mission_control_conformance::private_postgres::PrivatePostgres;

/// A table with our columns and indexes, without our name.
const MIGRATION: &str = include_str!("../../migrations/postgres/0001_spine.sql");
const PG_INSERT: &str = include_str!("sql/pgbench_insert.sql");
const SQLITE_TABLE: &str = include_str!("sql/sqlite_table.sql");
const SQLITE_INSERT: &str = include_str!("sql/sqlite_insert.sql");

/// One-row inserts per second by pgbench into a missions table with our indexes.
pub(crate) async fn pgbench(
    postgres: &PrivatePostgres,
    database: &str,
    clients: u32,
    span: Duration,
) -> Result<f64> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), PG_INSERT)?;
    let output = Command::new(postgres.program("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", span.as_secs()))
        .arg("--file")
        .arg(script.path())
        .arg(database)
        .output()
        .context("running pgbench, which comes with PostgreSQL")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next())
        .with_context(|| format!("{text}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(rate.parse()?)
}

/// A database with our schema for pgbench.
pub(crate) async fn pgbench_database(postgres: &PrivatePostgres, name: &str) -> Result<String> {
    let dsn = postgres.create_database(name).await?;
    let (client, connection) = tokio_postgres::connect(&dsn, tokio_postgres::NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(MIGRATION).await?;
    drop(client);
    driver.await??;
    Ok(dsn)
}

/// One-row transactions per second into SQLite with WAL and `synchronous=FULL`, ids in order.
pub(crate) fn sqlite(span: Duration) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let store = rusqlite::Connection::open(folder.path().join("floor.db"))?;
    store.execute_batch(SQLITE_TABLE)?;
    let mut insert = store.prepare(SQLITE_INSERT)?;
    let begin = Instant::now();
    let mut rows = 0_u64;
    while begin.elapsed() < span {
        insert.execute([format!("{rows:036}")])?;
        rows += 1;
    }
    Ok(rows as f64 / begin.elapsed().as_secs_f64())
}
