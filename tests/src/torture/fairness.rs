//! R34: nine fairness keys with a few missions each beside one with very many, priorities mixed.
//!
//! A priority comes before a fairness key, so the flood has the same number of urgent missions as each
//! of the others, and the rest of it is of the lowest priority, which the others have too: there the
//! keys must take turns.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::LONG;
use super::agent::Agent;
use super::findings::{Findings, percentile};
use super::ground::{Ground, create_all};
use crate::http::Client;

/// How many keys have few.
const SMALL_KEYS: usize = 9;

/// How many missions each of them has.
const FEW: usize = 100;

/// The most urgent first.
const PRIORITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// How many missions are made with one request.
const BATCH: usize = 1_000;

/// Those with few may wait so many times as long as they do without the flood.
const TIMES_SOLO: u32 = 5;

/// While a worker has room, no mission waits for longer.
const WAITS_AT_MOST: Duration = Duration::from_secs(60);

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Missions of the one key.
    pub flood: usize,
    /// Agents that take missions.
    pub agents: usize,
    /// How many each of them takes at a time.
    pub room: usize,
    /// Whether waits are compared as time too, and not only by how many others went before: a machine
    /// that does other work makes time say little.
    pub timed: bool,
}

/// How long a mission has waited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Wait {
    /// How many missions were taken before it.
    before: usize,
    took: Duration,
}

/// What was seen while missions were taken.
struct Taken {
    /// Of the missions that were awaited.
    waits: Vec<Wait>,
    /// The longest that a worker had room while missions were waiting.
    hungry: Duration,
}

/// Measures nine keys alone, beside the flood, and under the flood's own key.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(size: Size) -> Result<Findings> {
    let ground = Ground::on_sqlite().await?;
    let door = &ground.doors[0];
    let agents = agents(door, size).await?;
    let mut findings = Findings::default();
    let few = few(door, "alone", |key| format!("small {key}")).await?;
    let solo = take(&agents, size.room, &few, 0, ALL).await?;
    let flood = flood(door, size.flood).await?;
    let few = self::few(door, "beside", |key| format!("small {key}")).await?;
    let beside = take(&agents, size.room, &few, flood, ALL).await?;
    findings.waited("solo", &solo);
    findings.waited("beside", &beside);
    let complaints = unfair(&solo, &beside, size.timed);
    findings.violate_all(complaints);
    // The control: what is left of the flood, and the few under its own key.
    let left = flood.saturating_sub(beside.waits.iter().map(|it| it.before).max().unwrap_or(0));
    let few = self::few(door, "within", |_| FLOOD.to_owned()).await?;
    let enough = middle(&solo.waits, 99).before * TIMES_SOLO as usize;
    let within = take(&agents, size.room, &few, left, enough).await?;
    findings.waited("within", &within);
    findings.control("a flood that shares its key", unfair(&solo, &within, size.timed).len());
    Ok(findings)
}

/// Until all that are awaited are taken.
const ALL: usize = usize::MAX;

/// The key that has very many.
const FLOOD: &str = "flood";

impl Findings {
    fn waited(&mut self, name: &'static str, taken: &Taken) {
        let (p50, p99) = (middle(&taken.waits, 50), middle(&taken.waits, 99));
        let counts = match name {
            "solo" => ["solo_p50_taken_before", "solo_p99_taken_before"],
            "beside" => ["beside_p50_taken_before", "beside_p99_taken_before"],
            _ => ["within_p50_taken_before", "within_p99_taken_before"],
        };
        self.count(counts[0], p50.before);
        self.count(counts[1], p99.before);
        taken.waits.iter().for_each(|wait| self.span(name, wait.took));
        self.span("room_while_missions_wait", taken.hungry);
    }
}

fn unfair(solo: &Taken, beside: &Taken, timed: bool) -> Vec<String> {
    let (alone, now) = (middle(&solo.waits, 99), middle(&beside.waits, 99));
    let mut found = Vec::new();
    if now.before > alone.before * TIMES_SOLO as usize {
        found.push(format!(
            "{} missions were taken before those with few, and {} when they are alone",
            now.before, alone.before
        ));
    }
    if timed && now.took > alone.took * TIMES_SOLO {
        found.push(format!("those with few waited {:?}, and {:?} alone", now.took, alone.took));
    }
    if beside.hungry > WAITS_AT_MOST {
        found.push(format!("a worker had room for {:?} while missions waited", beside.hungry));
    }
    found
}

fn middle(waits: &[Wait], percent: usize) -> Wait {
    let mut waits = waits.to_vec();
    waits.sort_unstable();
    percentile(&waits, percent).copied().unwrap_or(Wait { before: 0, took: Duration::ZERO })
}

async fn agents(door: &Client, size: Size) -> Result<Vec<Agent>> {
    let mut agents = Vec::new();
    for n in 0..size.agents {
        agents.push(Agent::register(door, &format!("taker {n}"), size.room).await?);
    }
    Ok(agents)
}

/// Missions of nine keys, each with as many of every priority.
async fn few(door: &Client, name: &str, key: impl Fn(usize) -> String) -> Result<HashSet<String>> {
    let body = |n: usize| {
        mission(&format!("{name} {n}"), &key(n % SMALL_KEYS), PRIORITIES[n / SMALL_KEYS % 4])
    };
    let ids = create_all(door, (0..SMALL_KEYS * FEW).map(body).collect()).await?;
    Ok(ids.into_iter().collect())
}

/// As many urgent ones as each of the nine has, and the rest of the lowest priority.
async fn flood(door: &Client, count: usize) -> Result<usize> {
    let priority = |n: usize| {
        let urgent = FEW / PRIORITIES.len() * (PRIORITIES.len() - 1);
        if n < urgent { PRIORITIES[n % (PRIORITIES.len() - 1)] } else { "low" }
    };
    let bodies: Vec<Value> =
        (0..count).map(|n| mission(&format!("drop {n}"), FLOOD, priority(n))).collect();
    for some in bodies.chunks(BATCH) {
        create_all(door, some.to_vec()).await?;
    }
    Ok(count)
}

fn mission(title: &str, key: &str, priority: &str) -> Value {
    json!({"title": title, "fairness_key": key, "priority": priority})
}

/// Has agents take and complete missions until all that are awaited are taken, or `enough` others
/// were: those that are left have waited for so long at least.
async fn take(
    agents: &[Agent],
    room: usize,
    awaited: &HashSet<String>,
    others: usize,
    enough: usize,
) -> Result<Taken> {
    let begun = Instant::now();
    let (tell, mut told) = mpsc::channel::<(Vec<String>, Duration)>(agents.len());
    let mut taking = JoinSet::new();
    for agent in agents {
        taking.spawn(take_on(agent.clone(), room, tell.clone()));
    }
    drop(tell);
    let (mut before, mut waits, mut hungry) = (0, Vec::new(), Duration::ZERO);
    let mut took = Duration::ZERO;
    while waits.len() < awaited.len() && before <= enough {
        let told = tokio::time::timeout(LONG, told.recv()).await?;
        let Some((missions, had_room)) = told else { break };
        took = begun.elapsed();
        for mission in missions {
            if awaited.contains(&mission) {
                waits.push(Wait { before, took });
            }
            before += 1;
        }
        if before < others {
            hungry = hungry.max(had_room);
        }
    }
    drop(told);
    while let Some(ended) = taking.join_next().await {
        ended??;
    }
    ensure!(
        waits.len() == awaited.len() || before > enough,
        "{} of {} were taken",
        waits.len(),
        awaited.len()
    );
    waits.resize(awaited.len(), Wait { before, took });
    Ok(Taken { waits, hungry })
}

/// Takes as many as there is room for, and completes them, until nobody hears of it any more. Tells
/// which they were, and for how long there has been room for more.
async fn take_on(
    agent: Agent,
    room: usize,
    tell: mpsc::Sender<(Vec<String>, Duration)>,
) -> Result<()> {
    let want = json!({"max": room, "wait_seconds": 1, "lease_seconds": 600});
    let mut full = Instant::now();
    loop {
        let held = agent.claim(&want).await?;
        let had_room = if held.len() < room { full.elapsed() } else { Duration::ZERO };
        if held.len() == room {
            full = Instant::now();
        }
        let missions = held.iter().map(|held| held.mission.clone()).collect();
        let is_heard = tell.send((missions, had_room)).await.is_ok();
        if !held.is_empty() {
            agent.complete_all(&held).await?;
        }
        if !is_heard {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(positions: impl Iterator<Item = usize>) -> Taken {
        let wait = |before| Wait { before, took: Duration::from_millis(before as u64) };
        Taken { waits: positions.map(wait).collect(), hungry: Duration::ZERO }
    }

    #[test]
    fn six_times_the_wait_is_unfair_and_five_times_is_not() {
        let solo = taken(0..100);
        assert_eq!(unfair(&solo, &taken((0..100).map(|n| n * 5)), true), [""; 0]);
        assert_eq!(unfair(&solo, &taken((0..100).map(|n| n * 6)), true).len(), 2);
        assert_eq!(unfair(&solo, &taken((0..100).map(|n| n * 6)), false).len(), 1);
    }

    #[test]
    fn room_for_too_long_while_missions_wait_is_found() {
        let mut beside = taken(0..100);
        beside.hungry = WAITS_AT_MOST + Duration::from_secs(1);
        assert_eq!(unfair(&taken(0..100), &beside, false).len(), 1);
    }
}
