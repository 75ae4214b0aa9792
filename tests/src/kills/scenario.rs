//! The kills, one after the other, while writers create missions.
//!
//! Each scenario takes a size and gives its figures; what should have held and did not is among
//! them, in words.

mod after_acceptance;
mod database;
mod late_report;
mod while_running;

use std::time::Duration;

use anyhow::Result;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::arena::{Arena, Downtime};
use super::check::{Violation, violations};
use super::control::blind_spots;
use super::record::{Accepted, Record};
use super::writers::Trouble;

pub use after_acceptance::run as killed_after_acceptance;
pub use database::run as database_killed;
pub use late_report::run as reported_late;
pub use while_running::run as killed_while_running;

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How often something is killed.
    pub rounds: usize,
    /// How many clients create missions meanwhile.
    pub writers: usize,
    /// Where the random choices begin.
    pub seed: u64,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Missions that were answered with 201.
    pub accepted: usize,
    /// Of those, the ones that are not there.
    pub lost: usize,
    /// Missions that ended more than once.
    pub completed_twice: usize,
    /// Missions whose only attempt began after the kill that followed their 201.
    pub unstarted: usize,
    /// From each kill until the mission that it interrupted ran again.
    pub rerun: Vec<Duration>,
    /// From each kill of a server until the next one was ready, or from each return of the database
    /// until the server was.
    pub recovery: Vec<Duration>,
    /// From each kill of the database until the server said that it is not ready.
    pub noticed: Vec<Duration>,
    /// Reports under a lease that was over.
    pub late_reports: usize,
    /// Of those, the ones that were refused with `lease_lost`.
    pub late_refused: usize,
    /// Programs of a killed server that were still running when the mission had begun again.
    pub orphans: usize,
    /// Requests that were answered with 503.
    pub refused: u64,
    /// Requests that were left without an answer.
    pub unanswered: u64,
    /// The longest wait of a writer for an answer.
    pub slowest_answer: Duration,
    /// What did not hold, in words.
    pub violations: Vec<String>,
}

impl Figures {
    fn violate(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    fn restarted(&mut self, downtime: Downtime) {
        self.recovery.push(downtime.ready - downtime.killed);
    }

    /// Adds what `record` shows.
    fn judge(&mut self, record: &Record) {
        self.accepted = record.accepted.len();
        for violation in violations(record) {
            self.lost += usize::from(matches!(violation, Violation::Lost(_)));
            self.completed_twice += usize::from(matches!(violation, Violation::EndedAgain { .. }));
            self.violate(violation.to_string());
        }
        self.violations.extend(blind_spots(record).into_iter().map(str::to_owned));
    }

    fn note(&mut self, trouble: Trouble) {
        self.refused = trouble.refused;
        self.unanswered = trouble.unanswered;
        self.slowest_answer = trouble.slowest;
        if trouble.without_retry_after > 0 {
            let count = trouble.without_retry_after;
            self.violate(format!("{count} refusals did not say when to ask again"));
        }
    }
}

/// Waits for every mission, then judges all that is left behind.
async fn conclude(arena: &Arena, accepted: Vec<Accepted>, figures: &mut Figures) -> Result<Record> {
    arena.drained().await;
    let record = Record::take(arena, accepted).await?;
    figures.judge(&record);
    Ok(record)
}

fn chance(size: Size) -> StdRng {
    StdRng::seed_from_u64(size.seed)
}
