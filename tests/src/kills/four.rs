//! Two servers and two workers on one database, any of which is killed while missions flow.
//!
//! - `crew`: the four, and how one of them goes and comes back.
//! - `plan`: who is killed when, drawn from a seed.
//! - `flow`: clients that create missions at either server, and how many were performed.
//! - `viewer`: somebody who watches all of it, and goes on at either server when one is lost.
//! - `exact`: what must hold beyond [`check`].
//! - [`graphs`]: runs of random graphs in place of single missions.
//! - [`lag`]: how long a change takes from one server to a viewer at the other.

mod crew;
mod exact;
mod flow;
pub mod graphs;
pub mod lag;
mod plan;
mod viewer;

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::time::timeout;

use super::check;
use super::control::blind_spots;
use super::record::Record;
use super::writers::Trouble;
use crate::http::Client;
use crew::Crew;
use flow::{Flow, Pulse};
use plan::Kill;
use viewer::{Seen, Viewer, Viewers};

pub use plan::Member;
pub use viewer::Resumption;

/// How many servers there are.
const SERVERS: usize = 2;

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many missions flow.
    pub missions: usize,
    /// How often one of the four is killed: first a server, a worker, the other server and the
    /// other worker, then anybody.
    pub kills: usize,
    /// How many clients create missions.
    pub writers: usize,
    /// How many viewers watch at each server in the beginning.
    pub viewers: usize,
    /// The longest that one who was killed stays away.
    pub longest_away: Duration,
    /// Where the random choices begin.
    pub seed: u64,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Who was killed, in order.
    pub killed: Vec<Member>,
    /// Missions that were answered with 201.
    pub accepted: usize,
    /// Entries of the journal.
    pub entries: usize,
    /// Attempts beyond the first of their mission.
    pub attempts_again: usize,
    /// Programs that were begun beyond the first of their mission.
    pub programs_again: usize,
    /// Requests that were answered with 503.
    pub refused: u64,
    /// Requests that were left without an answer.
    pub unanswered: u64,
    /// The longest wait of a client for an answer.
    pub slowest_answer: Duration,
    /// From the first mission to the last that was performed.
    pub flowed: Duration,
    /// How many entries each viewer has seen, those included that it should not have.
    pub seen: Vec<usize>,
    /// From each loss of a server to the greeting of the next one.
    pub resumed: Vec<Duration>,
    /// Which viewers have lost a server, once or more often, in order.
    pub moved: Vec<usize>,
    /// Missions that are lost or unfinished, in words.
    pub lost: Vec<String>,
    /// What was done twice, or recorded otherwise than it was done, in words.
    pub doubled: Vec<String>,
    /// What a viewer has missed, seen again or seen out of order, in words.
    pub inexact: Vec<String>,
    /// What this run could not have noticed, in words.
    pub blind: Vec<String>,
}

impl Figures {
    /// All that did not hold.
    pub fn violations(&self) -> impl Iterator<Item = &String> {
        [&self.lost, &self.doubled, &self.inexact, &self.blind].into_iter().flatten()
    }
}

/// Lets missions flow through the four, kills them by turns and compares what is left with what
/// viewers have seen, who begin at each server and come back as `resumption` says.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(size: Size, resumption: Resumption) -> Result<Figures> {
    let mut chance = StdRng::seed_from_u64(size.seed);
    let plan = plan::plan(&size, &mut chance);
    let mut crew = Crew::open().await?;
    let pulse = Pulse::of(crew.probe.clone());
    let viewers = 0..SERVERS * size.viewers;
    let viewers = viewers.map(|number| Viewer::new(number, &crew, resumption, size.seed));
    let viewers = Viewers::open(viewers);
    let begun = Instant::now();
    let flow = Flow::start(&size, &crew.doors(), &pulse.performed());
    let kills = carry_out(&plan, &mut crew, &pulse, size.missions);
    let ((accepted, trouble), ()) = tokio::try_join!(flow.finish(), kills)?;
    let flowed = begun.elapsed();
    crew.drained().await;
    let record = Record::read(&crew.admin(), crew.origin(), crew.probe.ledger()?, accepted).await?;
    let end = record.journal.last().map_or(0, |entry| entry.seq);
    let seen = viewers.finish(end).await?;
    let mut figures = Figures { flowed, ..Figures::default() };
    figures.killed = plan.iter().map(|kill| kill.member).collect();
    figures.note(trouble);
    figures.judge(&record, &seen);
    figures.doubled.extend(exact::lists(&crew.admin(), &record).await?);
    Ok(figures)
}

/// The kills of `plan`, then the rest of the missions.
async fn carry_out(plan: &[Kill], crew: &mut Crew, pulse: &Pulse, missions: usize) -> Result<()> {
    for kill in plan {
        pulse.reaches(kill.after).await?;
        crew.kill(kill.member)?;
        // Nothing is left that could miss whoever is away, once all is performed.
        let _is_over = timeout(kill.away, pulse.reaches(missions)).await;
        crew.revive(kill.member).await?;
    }
    pulse.reaches(missions).await
}

impl Figures {
    fn note(&mut self, trouble: Trouble) {
        self.refused = trouble.refused;
        self.unanswered = trouble.unanswered;
        self.slowest_answer = trouble.slowest;
    }

    fn judge(&mut self, record: &Record, seen: &[Seen]) {
        self.accepted = record.accepted.len();
        self.entries = record.journal.len();
        let attempts: usize = record.attempts.values().map(Vec::len).sum();
        self.attempts_again = attempts - record.attempts.len();
        let programs = record.ledger.iter().filter(|line| line.begins).count();
        self.programs_again = programs - record.attempts.len();
        for violation in check::violations(record) {
            let words = violation.to_string();
            if violation.is_loss() { self.lost.push(words) } else { self.doubled.push(words) }
        }
        self.doubled.extend(exact::completions(record));
        for seen in seen {
            self.inexact.extend(exact::sight(&record.journal, seen));
            self.seen.push(seen.entries.len());
            self.resumed.extend(&seen.resumed);
            self.moved.extend((!seen.resumed.is_empty()).then_some(seen.viewer));
        }
        self.blind.extend(blind_spots(record).into_iter().map(str::to_owned));
        if self.resumed.is_empty() {
            self.blind.push("blind: no viewer has lost its server".to_owned());
        }
    }
}

/// The administrator as a client of each server, also of the ones that come after it.
type Doors = [watch::Receiver<Client>; SERVERS];
