//! What takes long and is run by hand, with the release build of the server.
//!
//! `cargo run --release -p mission-control-tests --bin long -- SCENARIO`, where a scenario is:
//!
//! - `creates`: creates through HTTP beside pgbench and bare SQLite (P1, P8);
//! - `start`: memory at rest and the time from start to ready with no mission and with a million;
//! - `fanout [SOCKETS SECONDS ROUNDS AT_REST]`: the live socket beside bare bytes and a lean
//!   WebSocket writer, the counters beside a bare answer (P9 to P13, P18);
//! - `kills [SEED]`: kills servers and a database;
//! - `four [MISSIONS KILLS SEED] [--control skip-cursor]`: kills two servers and two workers by
//!   turns while missions flow;
//! - `workflows [GRAPHS KILLS SEED] [--control without-edges]`: does so while runs of random
//!   graphs go (R23);
//! - `engines [MISSIONS ROUNDS SINGLES]`: missions that do nothing, beside the engines of others;
//! - `explain`: explanations of a million (P22);
//! - `zombies`, `edges`, `crowd`, `cuts`, `cancels` and `fairness`, each with `[SIZE SEED]`: what
//!   hurts without killing; `ticks [KILLS]`: schedules on three servers, one killed every five
//!   seconds (R24);
//! - `logins`: two hundred come in while fifty work, and guesses (S11, S12);
//! - `addresses`: a million addresses ask (S18).
//!
//! Build the server first: `cargo build --release`; for `four`, `workflows`, `engines`, `zombies`
//! and `cancels` the worker too: `cargo build --release -p mission-control-worker`.

mod addresses;
mod creates;
mod crowd;
mod engines;
mod explain;
mod fanout;
mod floors;
mod four;
mod kills;
mod lean;
mod load;
mod logins;
mod raw;
mod spread;
mod start;
mod torture;
mod workflows;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let scenario = std::env::args().nth(1).unwrap_or_default();
    match scenario.as_str() {
        "creates" => creates::run().await,
        "start" => start::run().await,
        "fanout" => fanout::run(std::env::args().skip(2)).await,
        "four" => four::run(std::env::args().skip(2)).await,
        "kills" => kills::run(std::env::args().nth(2)).await,
        "workflows" => workflows::run(std::env::args().skip(2)).await,
        "engines" => engines::run(std::env::args().skip(2)).await,
        "explain" => explain::run().await,
        "logins" => logins::run().await,
        "addresses" => addresses::run().await,
        name if torture::SCENARIOS.contains(&name) => {
            torture::run(name, std::env::args().skip(2)).await
        }
        // What `engines` and `fanout` measure, or measure themselves by, in processes of their own.
        "noop-agent" => engines::run_agent(std::env::args().skip(2)).await,
        "raw-writer" => raw::writer(&std::env::args().nth(2).unwrap_or_default()).await,
        "lean-writer" => lean::writer(&std::env::args().nth(2).unwrap_or_default()).await,
        "bare-json" => raw::json(&std::env::args().nth(2).unwrap_or_default()).await,
        other => bail!(
            "there is no scenario {other:?}: say creates, start, fanout, kills, four, workflows, engines, explain, logins, addresses, {}",
            torture::SCENARIOS.join(", ")
        ),
    }
}
