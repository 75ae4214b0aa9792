//! What takes long and is run by hand, with the release build of the server.
//!
//! `cargo run --release -p mission-control-tests --bin long -- creates` measures creates through
//! HTTP beside pgbench and bare SQLite (P1, P8); `-- start` measures memory at rest and the time
//! from start to ready with no mission and with a million; `-- fanout [SOCKETS SECONDS ROUNDS
//! AT_REST]` measures the live socket beside bare bytes (P9 to P13, P18); `-- kills [SEED]` kills
//! servers and a database; `-- four [MISSIONS KILLS SEED] [--control skip-cursor]` kills two servers
//! and two workers by turns while missions flow. Build the server first: `cargo build --release`,
//! for `four` the worker too: `cargo build --release -p mission-control-worker`.

mod creates;
mod crowd;
mod fanout;
mod floors;
mod four;
mod kills;
mod load;
mod raw;
mod spread;
mod start;

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
        // What `fanout` measures itself by, in processes of their own.
        "raw-writer" => raw::writer(&std::env::args().nth(2).unwrap_or_default()).await,
        "bare-json" => raw::json(&std::env::args().nth(2).unwrap_or_default()).await,
        other => bail!("there is no scenario {other:?}: say creates, start, fanout, kills or four"),
    }
}
