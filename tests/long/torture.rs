//! What hurts an engine without killing it, at full size: one JSON object for each scenario.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mission_control_tests::torture::cancels::{self, Reach};
use mission_control_tests::torture::cuts::{self, Operation};
use mission_control_tests::torture::{Findings, crowd, edges, fairness, ticks, zombies};
use serde_json::{Map, Value, json};

use crate::creates::say;

/// The scenarios of this program, by name.
pub(crate) const SCENARIOS: [&str; 7] =
    ["zombies", "edges", "crowd", "cuts", "cancels", "fairness", "ticks"];

/// From the end of a standstill until nothing is left of what it made stale; and until a cancel has
/// reached the processes.
const DEAD_WITHIN: Duration = Duration::from_secs(2);
/// From the begin of a standstill until the mission runs elsewhere.
const RESCUED_WITHIN: Duration = Duration::from_secs(20);
/// Beyond the promise that 99 of 100 keep: nothing may take so long.
const NEVER: Duration = Duration::from_secs(30);

/// What is promised of 99 of 100, by the name of its spans.
const PROMISES: [(&str, Duration); 5] = [
    ("dead", DEAD_WITHIN),
    ("rescued", RESCUED_WITHIN),
    ("reached_idle", DEAD_WITHIN),
    ("reached_busy", DEAD_WITHIN),
    ("reached_halted", DEAD_WITHIN),
];

/// Runs the scenario with this name; its one argument is how large it is, and the next one its seed;
/// behind them, for zombies, how many workers there are, and how many missions each has.
pub(crate) async fn run(name: &str, mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut number = |usual: usize| match arguments.next() {
        Some(text) => text.parse().context("a size and a seed are numbers"),
        None => Ok(usual),
    };
    let size = number(usual(name))?;
    let seed = number(rand::random_range(0..1 << 32))? as u64;
    let begin = Instant::now();
    let mut findings = match name {
        "zombies" => {
            let (workers, leases) = (number(10)?, number(20)?);
            zombies::run(zombies(size, workers, leases)).await?
        }
        "edges" => edges::run(edges::Size { leases: 500, rounds: size, seed }).await?,
        "crowd" => {
            let (clients, missions) = (32, 50);
            crowd::run(crowd::Size { clients, missions, operations: size, seed }).await?
        }
        "cuts" => {
            let mut all = Findings::default();
            for _ in 0..size {
                all.join(cuts::run(&Operation::ALL).await?);
            }
            all
        }
        "cancels" => {
            let mut both = cancels::run(size).await?;
            let reach = Reach { cancels: size.div_ceil(100).max(1), within: NEVER };
            both.join(cancels::reach(reach).await?);
            both
        }
        "fairness" => {
            fairness::run(fairness::Size { flood: size, agents: 8, room: 20, timed: true }).await?
        }
        "ticks" => ticks::run(ticks::Size { schedules: 20, kills: size, ticks_between: 5 }).await?,
        other => bail!("there is no scenario {other:?}"),
    };
    for (span, within) in PROMISES {
        let p99 = findings.percentile(span, 99);
        if p99 > within {
            findings
                .violate(format!("{span}: {p99:?} at the 99th of 100, {within:?} are promised"));
        }
    }
    say(&told(name, size, seed, begin.elapsed(), &findings).to_string());
    let complaints = findings.violated + findings.blind.len();
    if complaints > 0 {
        bail!("{complaints} violations");
    }
    Ok(())
}

/// The size of a scenario when none is given.
fn usual(name: &str) -> usize {
    match name {
        // Rounds of ten workers each.
        "zombies" => 20,
        // Five hundred leases each.
        "edges" => 20,
        // Operations of each client.
        "crowd" => 5_000,
        // The whole of it.
        "cuts" => 3,
        // Pairs, and a hundredth of it for each way a worker may stand.
        "cancels" => 20_000,
        // Servers, one every five seconds: ten minutes.
        "ticks" => 120,
        // Missions of the one key.
        _ => 100_000,
    }
}

fn zombies(rounds: usize, workers: usize, leases: usize) -> zombies::Size {
    zombies::Size {
        workers,
        rounds,
        leases,
        healthy: 1_000,
        healthy_lease: Duration::from_secs(2),
        dead_within: NEVER,
        rescued_within: NEVER,
    }
}

fn told(name: &str, size: usize, seed: u64, took: Duration, findings: &Findings) -> Value {
    let counts: Map<String, Value> =
        findings.counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    let spans = findings.spans.iter().map(|(name, spans)| {
        let ms = |percent| (findings.percentile(name, percent).as_secs_f64() * 1e4).round() / 10.0;
        let figures =
            json!({"n": spans.len(), "p50_ms": ms(50), "p99_ms": ms(99), "max_ms": ms(100)});
        ((*name).to_owned(), figures)
    });
    json!({
        "scenario": name,
        "size": size,
        "seed": seed,
        "duration_s": took.as_secs(),
        "counts": counts,
        "spans": spans.collect::<Map<String, Value>>(),
        "violated": findings.violated,
        "violations": findings.violations,
        "blind": findings.blind,
    })
}
