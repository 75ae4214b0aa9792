//! Runs of random graphs through the four, any of which is killed while they go.
//!
//! - `draw`: the graphs, and how each of their steps must end.
//! - `rider`: somebody who launches one, asks of it what was drawn, and sees it to its end.
//! - `edges`: whether steps waited for each other, by the ledger of their programs.

mod draw;
mod edges;
mod rider;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::StatusCode;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::arena::LONG;
use super::super::probe::Probe;
use super::super::record::Record;
use super::super::{check, control};
use super::crew::Crew;
use super::plan::{self, Kill};
use super::{Doors, Member};
use draw::{End, Graph};
use rider::{Ridden, Rider, Seen};

pub use draw::Wiring;

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many graphs are run.
    pub graphs: usize,
    /// The fewest and the most steps of one.
    pub steps: (usize, usize),
    /// How many are under way at a time.
    pub open: usize,
    /// How often one of the four is killed, each of them first.
    pub kills: usize,
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
    /// Graphs that were launched.
    pub graphs: usize,
    /// Their steps.
    pub steps: usize,
    /// How often a step of theirs waits for another.
    pub edges: usize,
    /// The most steps that one waits for.
    pub widest_join: usize,
    /// Steps that have completed, failed and been called off, in this order.
    pub ended: [usize; 3],
    /// Runs that were paused and resumed, cancelled, and retried, in this order.
    pub asked: [usize; 3],
    /// Attempts beyond the first of their mission.
    pub attempts_again: usize,
    /// From the first launch to the end of the last run.
    pub took: Duration,
    /// Runs that did not end, in words.
    pub stuck: Vec<String>,
    /// Runs that ended otherwise than their graphs say, or went on after it, in words.
    pub unlike: Vec<String>,
    /// Steps that began before one that they wait for was done, in words.
    pub early: Vec<String>,
    /// What was lost, done twice or recorded otherwise than it was done, in words.
    pub doubled: Vec<String>,
    /// What this run could not have noticed, in words.
    pub blind: Vec<String>,
}

impl Figures {
    /// All that did not hold.
    pub fn violations(&self) -> impl Iterator<Item = &String> {
        [&self.stuck, &self.unlike, &self.early, &self.doubled, &self.blind].into_iter().flatten()
    }
}

/// Runs the graphs, wired as `wiring` says, kills the four by turns, and compares what is left with
/// what the graphs say.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(size: Size, wiring: Wiring) -> Result<Figures> {
    let mut chance = StdRng::seed_from_u64(size.seed);
    let plan = plan::plan(&size.of_kills(), &mut chance);
    let graphs: Vec<Graph> =
        (0..size.graphs).map(|number| Graph::draw(number, size.steps, &mut chance)).collect();
    let mut crew = Crew::open().await?;
    let begun = Instant::now();
    let mut figures = Figures { graphs: graphs.len(), ..Figures::default() };
    let (tell, ended) = watch::channel(0);
    let riders = Riders { doors: crew.doors(), probe: crew.probe.clone(), wiring, size };
    let (ridden, ()) = tokio::try_join!(
        riders.ride(graphs, tell),
        carry_out(&plan, &mut crew, ended, size.graphs)
    )?;
    figures.took = begun.elapsed();
    figures.killed = plan.iter().map(|kill| kill.member).collect();
    if ridden.iter().all(|it| !it.stuck) {
        crew.drained().await;
    }
    let record =
        Record::read(&crew.admin(), crew.origin(), crew.probe.ledger()?, Vec::new()).await?;
    figures.unlike.extend(moved(&crew, &ridden).await?);
    figures.judge(&record, &ridden);
    Ok(figures)
}

impl Size {
    /// As it is planned who is killed when.
    const fn of_kills(&self) -> super::Size {
        super::Size {
            missions: self.graphs,
            kills: self.kills,
            writers: 0,
            viewers: 0,
            longest_away: self.longest_away,
            seed: self.seed,
        }
    }
}

/// The kills of `plan`, as runs end; then the rest of the runs.
async fn carry_out(
    plan: &[Kill],
    crew: &mut Crew,
    mut ended: watch::Receiver<usize>,
    graphs: usize,
) -> Result<()> {
    for kill in plan {
        reaches(&mut ended, kill.after).await?;
        crew.kill(kill.member)?;
        // Nothing is left that could miss whoever is away, once all have ended.
        let _is_over = timeout(kill.away, reaches(&mut ended, graphs)).await;
        crew.revive(kill.member).await?;
    }
    reaches(&mut ended, graphs).await
}

/// Waits until so many runs have ended.
async fn reaches(ended: &mut watch::Receiver<usize>, count: usize) -> Result<()> {
    loop {
        let now = *ended.borrow();
        if now >= count {
            return Ok(());
        }
        let more = timeout(LONG, ended.wait_for(|ended| *ended > now)).await;
        more.with_context(|| format!("{now} runs of {count} have ended"))??;
    }
}

/// Who launches the graphs.
struct Riders {
    doors: Doors,
    probe: Probe,
    wiring: Wiring,
    size: Size,
}

impl Riders {
    async fn ride(self, graphs: Vec<Graph>, tell: watch::Sender<usize>) -> Result<Vec<Ridden>> {
        let room = Arc::new(Semaphore::new(self.size.open));
        let mut tasks = JoinSet::new();
        for (number, graph) in graphs.into_iter().enumerate() {
            // A stream of its own for each; the graphs have the seed itself.
            let seed = self.size.seed.wrapping_add(number as u64 + 1);
            let (doors, probe, wiring) = (self.doors.clone(), self.probe.clone(), self.wiring);
            let chance = StdRng::seed_from_u64(seed);
            let rider = Rider { graph, wiring, doors, probe, chance };
            let (room, tell) = (Arc::clone(&room), tell.clone());
            tasks.spawn(async move {
                let _room = room.acquire_owned().await?;
                let ridden = rider.ride().await;
                tell.send_modify(|ended| *ended += 1);
                ridden
            });
        }
        let mut ridden = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            ridden.push(ended??);
        }
        Ok(ridden)
    }
}

/// Runs that stand otherwise than when they were left.
async fn moved(crew: &Crew, ridden: &[Ridden]) -> Result<Vec<String>> {
    let mut moved = Vec::new();
    for ridden in ridden.iter().filter(|ridden| !ridden.stuck) {
        let path = format!("/api/runs/{}", ridden.run);
        let run = crew.admin().get(&path).await?.expect(StatusCode::OK)?;
        let now = Seen::read(&ridden.graph, &run["run"])?.statuses;
        if now != ridden.statuses {
            let (name, before) = (&ridden.graph.name, &ridden.statuses);
            moved.push(format!("{name} went on after its end, from {before:?} to {now:?}"));
        }
    }
    Ok(moved)
}

impl Figures {
    fn judge(&mut self, record: &Record, ridden: &[Ridden]) {
        for ridden in ridden {
            self.steps += ridden.graph.nodes.len();
            self.edges += ridden.graph.edges();
            let joins = ridden.graph.nodes.iter().map(|node| node.on.len());
            self.widest_join = joins.chain([self.widest_join]).max().unwrap_or(0);
            for end in ridden.statuses.iter().filter_map(|status| End::of(status)) {
                self.ended[end as usize] += 1;
            }
            for (at, word) in ["pause", "cancel", "retry"].into_iter().enumerate() {
                self.asked[at] += usize::from(ridden.asked.contains(&word));
            }
            if ridden.stuck {
                let (name, statuses) = (&ridden.graph.name, &ridden.statuses);
                self.stuck.push(format!("{name} (run {}) stands still: {statuses:?}", ridden.run));
            }
            self.unlike.extend(ridden.unlike.iter().cloned());
        }
        let attempts: usize = record.attempts.values().map(Vec::len).sum();
        self.attempts_again = attempts - record.attempts.len();
        self.early = edges::broken(record, ridden).iter().map(edges::Broken::words).collect();
        self.doubled.extend(check::violations(record).iter().map(ToString::to_string));
        if edges::is_blind(record, ridden) {
            self.blind.push("blind: a step that began too early was not found".to_owned());
        }
        if !control::sees_a_second_end(record) {
            self.blind.push("blind: a step that ended twice was not found".to_owned());
        }
    }
}
