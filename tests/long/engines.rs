//! Missions that do nothing, through us and through the engines of others on the same PostgreSQL in the
//! same run: how many a second, and how soon one that is sent to idle workers begins.
//!
//! Everything is durable before it counts (PostgreSQL as it comes, SQLite with `synchronous=FULL`).
//! Missions are all there before the workers begin; they are done when the store has none left.

mod agent;
mod child;
mod ours;
mod peers;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};

use crate::creates::say;
use crate::spread::Spread;

pub(crate) use agent::run as run_agent;
use ours::Ours;
use peers::{Peer, Peers};

const MISSIONS: usize = 50_000;
const ROUNDS: usize = 3;
/// Worker processes of each engine.
const PROCESSES: usize = 4;
/// Missions that are sent one by one to idle workers, and the time between two of them.
const SINGLES: usize = 500;
const GAP: Duration = Duration::from_millis(20);
/// An engine that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(300);

/// How large a run is.
#[derive(Clone, Copy)]
struct Size {
    missions: usize,
    rounds: usize,
    singles: usize,
}

/// What one engine has done in one round.
struct Measured {
    rate: f64,
    /// Milliseconds from sending to begin.
    starts: Vec<f64>,
}

/// One engine, how it is set, and its rounds.
struct Row {
    name: &'static str,
    settings: &'static str,
    rounds: Vec<Measured>,
}

/// Runs all engines by turns; the arguments are missions, rounds and singles.
pub(crate) async fn run(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut number = |usual: usize| match arguments.next() {
        Some(text) => text.parse().context("missions, rounds and singles are numbers"),
        None => Ok(usual),
    };
    let size =
        Size { missions: number(MISSIONS)?, rounds: number(ROUNDS)?, singles: number(SINGLES)? };
    ensure!(size.missions > 0 && size.rounds > 0 && size.singles > 0, "nothing is to be done");
    let postgres = PrivatePostgres::start(Durability::Full).await?;
    let peers = Peers::install().await?;
    let mut rows: Vec<Row> = Ours::ALL.iter().map(|it| Row::new(it.0, it.1)).collect();
    rows.extend(Peer::ALL.iter().map(|peer| Row::new(peer.name(), peer.settings())));
    for round in 0..size.rounds {
        let mut measured = Vec::new();
        for (index, (name, _, workers, on_postgres)) in Ours::ALL.iter().enumerate() {
            let dsn = match on_postgres {
                true => Some(postgres.create_database(&format!("ours_{index}_{round}")).await?),
                false => None,
            };
            let one = ours::measure(dsn.as_deref(), *workers, size).await;
            measured.push(one.with_context(|| (*name).to_owned())?);
        }
        for (index, peer) in Peer::ALL.iter().enumerate() {
            let dsn = postgres.create_database(&format!("theirs_{index}_{round}")).await?;
            let one = peers.measure(*peer, &dsn, size).await;
            measured.push(one.with_context(|| peer.name().to_owned())?);
        }
        for (row, measured) in rows.iter_mut().zip(measured) {
            row.rounds.push(measured);
        }
    }
    print(size, rows);
    Ok(())
}

impl Row {
    const fn new(name: &'static str, settings: &'static str) -> Self {
        Self { name, settings, rounds: Vec::new() }
    }
}

fn print(size: Size, rows: Vec<Row>) {
    say(&format!(
        "{} missions that do nothing, {PROCESSES} worker processes, {} rounds; begins of {} missions \
         sent every {} ms to idle workers",
        size.missions,
        size.rounds,
        size.singles,
        GAP.as_millis()
    ));
    say("| engine | processed/s, median (min–max) | sent to begun p50 / p95 ms | settings |");
    say("|---|---|---|---|");
    for row in rows {
        let rates = Spread::of(row.rounds.iter().map(|it| it.rate).collect());
        let starts = row.rounds.iter().flat_map(|it| it.starts.iter().copied()).collect();
        let starts = Spread::of(starts);
        say(&format!(
            "| {} | {rates} | {:.1} / {:.1} | {} |",
            row.name,
            starts.median(),
            starts.percentile(95),
            row.settings
        ));
    }
}

/// Milliseconds since 1970, by the clock that all processes of a machine share.
#[expect(clippy::disallowed_methods, reason = "what several processes say is compared")]
fn wall_ms() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64() * 1e3
}
