//! An agent in a process of its own that does nothing with what it is given, over plain HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use mission_control_tests::http::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::wall_ms;
use crate::creates::say;

/// The most missions that one claim gives.
pub(super) const CLAIM: usize = 100;

/// Claims of one process that are under way: while one is told what is done the other one asks.
pub(super) const LOOPS: usize = 2;

/// Runs until it is killed; the arguments are the server's address, a token and a name.
pub(crate) async fn run(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut argument = || arguments.next().context("an address, a token and a name");
    let (base, token, name) = (argument()?, argument()?, argument()?);
    let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    let client = Client::new(&base).with(AUTHORIZATION, bearer);
    let body = json!({"name": name, "type": "worker", "max_concurrent": LOOPS * CLAIM});
    let agent = client.post("/api/agents", &body).await?.json()?;
    let path = format!("/api/agents/{}", agent["agent"]["id"].as_str().context("an id")?);
    say("ready 0");
    let told_to_go = || std::io::stdin().read_line(&mut String::new());
    tokio::task::spawn_blocking(told_to_go).await??;
    let mut loops = JoinSet::new();
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..LOOPS {
        loops.spawn(claim_and_complete(client.clone(), path.clone(), Arc::clone(&done)));
    }
    loops.join_next().await.context("a loop")??
}

async fn claim_and_complete(client: Client, path: String, done: Arc<AtomicUsize>) -> Result<()> {
    let want = json!({"max": CLAIM, "wait_seconds": 30, "lease_seconds": 60});
    loop {
        let given = client.post(&format!("{path}/claim"), &want).await?.expect(StatusCode::OK)?;
        let now = wall_ms();
        let missions = given["missions"].as_array().context("missions")?;
        let mut reports: Vec<Value> = Vec::with_capacity(missions.len());
        let mut plain = 0;
        for claimed in missions {
            match claimed["mission"]["input"]["t"].as_f64() {
                Some(sent) => say(&format!("start {}", now - sent)),
                None => plain += 1,
            }
            reports.push(json!({
                "mission_id": claimed["mission"]["id"], "lease_id": claimed["lease_id"],
                "kind": "complete",
            }));
        }
        if !reports.is_empty() {
            let body = json!({"reports": reports});
            client.post(&format!("{path}/report"), &body).await?.expect(StatusCode::OK)?;
        }
        if plain > 0 {
            let all = done.fetch_add(plain, Ordering::SeqCst) + plain;
            say(&format!("done {all}"));
        }
    }
}
