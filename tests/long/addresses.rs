//! S18: a million addresses ask once each: what the limiter takes of memory, and that it still counts.

use std::time::Instant;

use anyhow::{Result, bail};
use mission_control_tests::server::ServerCommand;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::creates::say;
use crate::load::answer;
use crate::start::resident_kib;

/// Connections of the proxy behind which all of them are.
const CONNECTIONS: u32 = 32;
const ADDRESSES: u32 = 1_000_000;
/// How many requests a minute an address has, and how many one asks for at once in the end.
const RATE: usize = 100;
const BURST: usize = 300;
/// What the tables take when every place of them is in use, and room for what else a server does.
const MORE_MIB: f64 = 32.0;

/// Sends requests of these addresses, one behind the other; gives how many were not turned away.
async fn ask(server: &str, addresses: impl Iterator<Item = u32>) -> Result<usize> {
    let (mut stream, mut buffer) = (TcpStream::connect(server).await?, Vec::new());
    stream.set_nodelay(true)?;
    let mut let_in = 0;
    for number in addresses {
        let [_, a, b, c] = number.to_be_bytes();
        let text = format!(
            "GET /api/missions HTTP/1.1\r\nHost: {server}\r\nX-Forwarded-For: 11.{a}.{b}.{c}\r\n\r\n"
        );
        stream.write_all(text.as_bytes()).await?;
        match answer(&mut stream, &mut buffer).await? {
            401 => let_in += 1,
            429 => {}
            other => bail!("a stranger was answered {other}"),
        }
    }
    Ok(let_in)
}

pub(crate) async fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let command = ServerCommand::new(folder.path())?.arg("--no-worker");
    let command = command.arg("--trusted-proxies=127.0.0.1");
    let mut server = command.arg(format!("--anonymous-rate={RATE}")).start().await?;
    let address = server.base_url().trim_start_matches("http://").to_owned();
    // What a server takes once it has been busy is not the limiter's.
    for _ in 0..CONNECTIONS {
        ask(&address, std::iter::repeat_n(ADDRESSES, RATE)).await?;
    }
    let before = resident_kib(server.pid())?;
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let address = address.clone();
        let numbers = (connection..ADDRESSES).step_by(CONNECTIONS as usize);
        asking.spawn(async move { ask(&address, numbers).await });
    }
    let mut let_in = 0;
    while let Some(some) = asking.join_next().await {
        let_in += some??;
    }
    let (took, after) = (begun.elapsed(), resident_kib(server.pid())?);
    let (burst, burst_begun) = (ADDRESSES + 1, Instant::now());
    let of_burst = ask(&address, std::iter::repeat_n(burst, BURST)).await?;
    let most = RATE + (burst_begun.elapsed().as_secs_f64() * RATE as f64 / 60.0).ceil() as usize;
    server.terminate().await?;
    let more = (after - before) / 1024.0;
    let mut violations = Vec::new();
    if more > MORE_MIB {
        violations.push(format!("it took more than {MORE_MIB} MiB more"));
    }
    if of_burst > most {
        violations.push(format!("{of_burst} of a burst were let in, {most} at most"));
    }
    let round = |number: f64| (number * 10.0).round() / 10.0;
    let figures = json!({
        "addresses": ADDRESSES, "seconds": round(took.as_secs_f64()), "let_in": let_in,
        "of_a_burst": {"sent": BURST, "let_in": of_burst, "most": most},
        "resident_mib": {
            "before": round(before / 1024.0), "after": round(after / 1024.0), "more": round(more),
        },
    });
    let check = "a million addresses";
    say(&json!({"check": check, "figures": figures, "violations": violations}).to_string());
    if violations.is_empty() { Ok(()) } else { bail!("{} violations", violations.len()) }
}
