//! What an order of all journal entries costs: places after the commit, beside a lock until the
//! commit and beside no order at all (the control, whose readers lose entries).
//!
//! `cargo bench -p mission-control-persistence --bench journal_order [-- --full]`: with `--full` the
//! snapshot of the cells that hold one is a minute old. Everything runs on a server of its own with
//! `fsync=on`; a slower disk is imitated by `commit_delay`.
#![expect(clippy::print_stdout, reason = "a table for whoever measures")]

#[path = "../figures/mod.rs"]
mod figures;

mod batch;
mod cell;
mod committer;
mod reader;

use std::time::Duration;

use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};

use crate::cell::Cell;
use crate::figures::median;

/// How an entry gets its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// By the sequencer, after the commit.
    AfterCommit,
    /// By a sequence, under a lock that is held until the commit.
    LockToCommit,
    /// By a sequence, before the commit.
    None,
}

/// Who commits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Committers {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// Clients of each; what waits while one batch commits is the next.
    pub(crate) clients: usize,
    /// Processes, each with a sequencer.
    pub(crate) replicas: usize,
}

const COMMITTERS: [Committers; 2] = [
    Committers { name: "3 replicas x 32 clients", count: 3, clients: 32, replicas: 3 },
    Committers { name: "32 single committers", count: 32, clients: 1, replicas: 1 },
];

/// How long a cell is measured.
const SPAN: Duration = Duration::from_secs(3);
/// How long with a snapshot that is to grow old.
const LONG_SPAN: Duration = Duration::from_secs(60);
/// Rounds over the whole matrix; medians are shown.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let full = std::env::args().any(|argument| argument == "--full");
    let server = PrivatePostgres::start(Durability::Full).await?;
    println!(
        "{:<24} {:>7} {:>9} {:<14} {:>10} {:>9} {:>9} {:>7} {:>8}",
        "committers",
        "flush",
        "snapshot",
        "order",
        "commands/s",
        "seen p50",
        "seen p99",
        "lost",
        "of"
    );
    for committers in COMMITTERS {
        for flush_micros in [0, 1_000] {
            for snapshot in [false, true] {
                let orders = [Order::AfterCommit, Order::LockToCommit, Order::None];
                let mut seen = orders.map(|_| Vec::new());
                for _ in 0..ROUNDS {
                    for (order, seen) in orders.iter().zip(&mut seen) {
                        let span = if full && snapshot { LONG_SPAN } else { SPAN };
                        let cell = Cell { committers, flush_micros, snapshot, order: *order, span };
                        seen.push(cell.measure(&server).await?);
                    }
                }
                for (order, seen) in orders.iter().zip(&seen) {
                    let of = |figure: fn(&cell::Seen) -> f64| median(seen.iter().map(figure));
                    println!(
                        "{:<24} {:>4} µs {:>9} {:<14} {:>10.0} {:>6.1} ms {:>6.1} ms {:>7.0} {:>8.0}",
                        committers.name,
                        flush_micros,
                        if snapshot { "held" } else { "-" },
                        format!("{order:?}"),
                        of(|seen| seen.rate),
                        of(|seen| seen.visible.percentile(0.5)),
                        of(|seen| seen.visible.percentile(0.99)),
                        of(|seen| seen.lost),
                        of(|seen| seen.committed),
                    );
                    let lost = of(|seen| seen.lost);
                    anyhow::ensure!(
                        (*order == Order::None) || lost == 0.0,
                        "{order:?} has lost {lost} entries"
                    );
                }
            }
        }
    }
    Ok(())
}
