//! What takes long and is run by hand, with the release build of the server.
//!
//! `cargo run --release -p mission-control-tests --bin long -- creates` measures creates through
//! HTTP beside pgbench and bare SQLite (P1, P8); `-- start` measures memory at rest and the time
//! from start to ready with no mission and with a million; `-- kills [SEED]` kills servers and a
//! database. Build the server first: `cargo build --release`.

mod creates;
mod floors;
mod kills;
mod load;
mod spread;
mod start;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let scenario = std::env::args().nth(1).unwrap_or_default();
    match scenario.as_str() {
        "creates" => creates::run().await,
        "start" => start::run().await,
        "kills" => kills::run(std::env::args().nth(2)).await,
        other => bail!("there is no scenario {other:?}: say creates, start or kills"),
    }
}
