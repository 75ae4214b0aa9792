//! What claims, lists and searches cost among few missions and among many.
//!
//! `cargo bench -p mission-control-persistence --bench claims [-- --full]`: with `--full` the held
//! snapshot is a minute old. Sizes alternate within each round; medians over rounds are shown.
#![expect(clippy::print_stdout, reason = "a table for whoever measures")]

#[path = "../figures/mod.rs"]
mod figures;

mod claiming;
mod database;
mod listing;

use std::time::Duration;

use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};

use crate::database::Database;

/// Rounds over everything.
const ROUNDS: usize = 3;
/// How long claims go on under a held snapshot.
const SPAN: Duration = Duration::from_secs(10);
/// The same when it is to grow old.
const LONG_SPAN: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let full = std::env::args().any(|argument| argument == "--full");
    let server = PrivatePostgres::start(Durability::Full).await?;
    let pending = 1_000;
    let few = Database::filled(&server, "few", 1_000, pending).await?;
    let many = Database::filled(&server, "many", 1_000_000, pending).await?;
    claiming::compare(&few, &many, ROUNDS).await?;
    claiming::under_a_snapshot(&many, if full { LONG_SPAN } else { SPAN }).await?;

    let mixed = 50;
    let small = Database::filled(&server, "small", 10_000, mixed).await?;
    let large = Database::filled(&server, "large", 1_000_000, mixed).await?;
    small.index_texts().await?;
    large.index_texts().await?;
    listing::compare(&small, &large, ROUNDS).await
}
