//! P1 and P8: missions created through HTTP, every one durable before it is answered, beside what
//! the store alone can do in the same run.

use std::time::Duration;

use anyhow::Result;
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::server::ServerCommand;

use crate::floors;
use crate::load;
use crate::spread::Spread;

const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 64;
const TOKEN: &str = "a-token-of-this-run-only-0123456789abcdef";

pub(crate) async fn run() -> Result<()> {
    let postgres = PrivatePostgres::start(Durability::Full).await?;
    let ours = postgres.create_database("ours").await?;
    let theirs = floors::pgbench_database(&postgres, "theirs").await?;
    let mut table: [Vec<f64>; 4] = Default::default();
    let mut latencies: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        table[0].push(floors::pgbench(&postgres, &theirs, 8, SPAN).await?);
        let load = through_http(Some(&ours)).await?;
        table[1].push(load.rate);
        latencies[0].extend(load.latencies);
        table[2].push(floors::sqlite(SPAN)?);
        let load = through_http(None).await?;
        table[3].push(load.rate);
        latencies[1].extend(load.latencies);
    }
    let [pgbench, p1, bare, p8] = table.map(Spread::of);
    let [on_postgres, on_sqlite] = latencies.map(Spread::of);
    say(&format!("rounds {ROUNDS}, {CONNECTIONS} connections, {} s each", SPAN.as_secs()));
    say(&format!("pgbench, one row, 8 clients      {pgbench} rows/s"));
    say(&format!(
        "creates through HTTP, PostgreSQL {p1} /s, p99 {:.1} ms",
        on_postgres.percentile(99)
    ));
    say(&format!("P1 = {:.2}", p1.median() / pgbench.median()));
    say(&format!("bare SQLite, FULL, one row       {bare} rows/s"));
    say(&format!(
        "creates through HTTP, SQLite     {p8} /s, p99 {:.1} ms",
        on_sqlite.percentile(99)
    ));
    say(&format!("P8 = {:.2}", p8.median() / bare.median()));
    Ok(())
}

async fn through_http(dsn: Option<&str>) -> Result<load::Load> {
    let folder = tempfile::tempdir()?;
    let mut command = ServerCommand::new(folder.path())?
        .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
        .arg("--principal-rate=0")
        .arg("--no-worker");
    if let Some(dsn) = dsn {
        command = command.env("POSTGRES_DSN", dsn);
    }
    let mut server = command.start().await?;
    let address = server.base_url().trim_start_matches("http://").to_owned();
    let body = r#"{"title":"Document Processing","description":"Process uploaded documents","priority":"high"}"#;
    let text = format!(
        "POST /api/missions HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    load::run(&address, &text, 201, 8, Duration::from_secs(1)).await?;
    let load = load::run(&address, &text, 201, CONNECTIONS, SPAN).await?;
    server.terminate().await?;
    Ok(load)
}

#[expect(clippy::print_stdout, reason = "a program whose output is its figures")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
