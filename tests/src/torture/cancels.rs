//! R22: a cancel against a completion from two servers at the same instant, and how soon a cancel
//! reaches the processes of an attempt.

mod reach;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use serde_json::{Value, json};

use super::agent::{Agent, Held};
use super::findings::Findings;
use super::ground::{Ground, code_of, create_all, insist, is_end, mission, settled_events};
use crate::http::Client;

pub use reach::{Reach, reach};

/// The most missions that one claim gives.
const CLAIM: usize = 100;

/// How many pairs are under way at a time.
const PAIRS: usize = 16;

/// What stands for an answer that is no refusal.
const OK: &str = "200 OK";

/// How one pair was answered.
struct Pair {
    held: Held,
    complete: String,
    cancel: String,
}

/// Lets agents complete `missions`, at most as many as a batch of a hundred times whole, while
/// somebody cancels each at the other server.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(missions: usize) -> Result<Findings> {
    let ground = Ground::on_postgres(2).await?;
    let agent = Agent::register(&ground.doors[0], "finisher", 1_000).await?;
    let mut findings = Findings::default();
    for batch in 0..missions.div_ceil(CLAIM) {
        let held = given(&ground.doors[batch % 2], &agent, batch).await?;
        let pairs = stream::iter(held.into_iter().enumerate())
            .map(|(n, held)| pair(&ground.doors, n, held))
            .buffer_unordered(PAIRS);
        let pairs: Vec<Pair> = pairs.try_collect().await?;
        let judging = stream::iter(&pairs).map(|pair| judge(&ground.doors[batch % 2], pair));
        let judged: Vec<_> = judging.buffer_unordered(PAIRS).try_collect().await?;
        for pair in &pairs {
            findings.count("completed", usize::from(pair.complete == OK));
            findings.count("cancelled", usize::from(pair.cancel == OK));
        }
        findings.count("pairs", pairs.len());
        findings.violate_all(judged.into_iter().flatten());
    }
    for side in ["completed", "cancelled"] {
        if findings.counted(side) == 0 {
            findings.blind.push(format!("blind: none of the missions was {side}"));
        }
    }
    let found = insisted(&ground).await?;
    findings.control("a client that insists", found.len());
    Ok(findings)
}

/// A hundred missions that an agent holds.
async fn given(door: &Client, agent: &Agent, batch: usize) -> Result<Vec<Held>> {
    let body = |n| json!({"title": format!("contested {batch} {n}")});
    create_all(door, (0..CLAIM).map(body).collect()).await?;
    let mut held = Vec::new();
    while held.len() < CLAIM {
        let want = json!({"max": CLAIM, "wait_seconds": 10, "lease_seconds": 600});
        let more = agent.claim(&want).await?;
        ensure!(!more.is_empty(), "{} of {CLAIM} missions were given", held.len());
        held.extend(more);
    }
    Ok(held)
}

/// Each server is asked for the one as often as for the other, and first as often as second.
async fn pair(doors: &[Client], n: usize, held: Held) -> Result<Pair> {
    let (here, there) = (&doors[n % 2], &doors[(n + 1) % 2]);
    let path = format!("/api/missions/{}/cancel", held.mission);
    let nothing = json!({});
    let complete = held.complete(here, "the agent");
    let cancel = insist(there, &path, &nothing);
    let (complete, cancel) = if (n / 2).is_multiple_of(2) {
        tokio::join!(complete, cancel)
    } else {
        let (cancel, complete) = tokio::join!(cancel, complete);
        (complete, cancel)
    };
    let (complete, cancel) = (code_of(&complete?), code_of(&cancel?));
    Ok(Pair { held, complete, cancel })
}

/// What does not hold of one mission.
async fn judge(door: &Client, pair: &Pair) -> Result<Vec<String>> {
    let events = settled_events(door, &pair.held.mission).await?;
    let status = mission(door, &pair.held.mission).await?["status"].clone();
    Ok(compare(pair, &events, &status))
}

fn compare(pair: &Pair, events: &[Value], status: &Value) -> Vec<String> {
    let Pair { held, complete, cancel } = pair;
    let mut found = Vec::new();
    let ends: Vec<&Value> =
        events.iter().filter(|event| is_end(event)).map(|event| &event["to"]).collect();
    if ends != [status] {
        found.push(format!("{} is {status} and has ended as {ends:?}", held.mission));
    }
    let told = match (complete.as_str(), cancel.as_str()) {
        (OK, "invalid_transition") => "completed",
        ("lease_lost" | "invalid_transition", OK) => "cancelled",
        _ => "told two things",
    };
    if status != told {
        found.push(format!(
            "{} is {status}; its completion was answered {complete}, its cancel {cancel}",
            held.mission
        ));
    }
    found
}

/// The control: a client whose completion comes too late has the mission begun once more, to complete
/// it all the same.
async fn insisted(ground: &Ground) -> Result<Vec<String>> {
    let door = &ground.doors[0];
    let agent = Agent::register(door, "insistent", 1).await?;
    super::ground::create(door, &json!({"title": "insisted", "kind": "insisted"})).await?;
    let want = json!({"kinds": ["insisted"], "wait_seconds": 30, "lease_seconds": 600});
    let held = agent.claim(&want).await?.pop().context("it is there to be claimed")?;
    let act = async |what: &str| -> Result<_> {
        let path = format!("/api/missions/{}/{what}", held.mission);
        insist(door, &path, &json!({})).await
    };
    let cancel = code_of(&act("cancel").await?);
    for what in ["retry", "start"] {
        act(what).await?.expect(StatusCode::OK)?;
    }
    let complete = code_of(&act("complete").await?);
    let pair = Pair { held: held.clone(), complete, cancel };
    judge(door, &pair).await
}
