//! R05: workers are stopped until their leases are over and their missions are somebody else's, and
//! then go on as if nothing had been.

mod healthy;

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::future::try_join_all;
use http::StatusCode;
use serde_json::{Value, json};

use super::LONG;
use super::agent::{Agent, Held};
use super::findings::Findings;
use super::ground::{Ground, code_of, create_all, list_of, mission, settled_events};
use super::program::{Programs, Tribe};
use crate::http::Client;
use crate::worker::WorkerProcess;
use healthy::Healthy;

/// How long a zombie's attempt may be silent.
const LEASE: Duration = Duration::from_secs(2);

/// A zombie stands still for so many leases at least.
const HALTED_LEASES: u32 = 2;

/// The most missions that one claim gives.
const CLAIM: usize = 100;

/// Whoever takes over may be silent for longer than the run takes.
const RESCUERS_LEASE: u64 = 600;

/// How large a run is, and what is promised at that size.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Workers that are stopped, side by side.
    pub workers: usize,
    /// How often each of them is.
    pub rounds: usize,
    /// How many missions it holds then; at most a hundred.
    pub leases: usize,
    /// Missions beside them whose agent is alive.
    pub healthy: usize,
    /// How long that one may be silent.
    pub healthy_lease: Duration,
    /// From the end of the standstill until the processes of a stale attempt are gone.
    pub dead_within: Duration,
    /// From the begin of the standstill until its mission runs elsewhere.
    pub rescued_within: Duration,
}

/// Stops workers again and again.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(size: Size) -> Result<Findings> {
    let ground = Ground::on_postgres(2).await?;
    let programs = Programs::new(ground.data("programs")?)?;
    let healthy = Healthy::begin(&ground.doors, size.healthy, size.healthy_lease).await?;
    // One after the other, or a busy machine lets their connections wait for too long.
    let mut lives = Vec::new();
    for number in 0..size.workers {
        lives.push(Life::begin(&ground, &programs, size, number).await?);
    }
    let mut findings = Findings::default();
    for life in try_join_all(lives.into_iter().map(Life::run)).await? {
        findings.join(life);
    }
    healthy.still_there()?;
    let rescued = healthy::rescued(&ground.doors[1], healthy::KIND).await?;
    findings.count("healthy", size.healthy);
    findings.violate_all(rescued.into_iter().map(|id| format!("healthy {id} was rescued")));
    let zombies = healthy::rescued(&ground.doors[1], &kind_of(0)).await?;
    findings.control("that missions were rescued", zombies.len());
    let left = Left::alone()?;
    findings.control("a process that nobody ends", left.tribe.survivors().len());
    Ok(findings)
}

/// What one worker goes through.
struct Life<'a> {
    number: usize,
    size: Size,
    worker: WorkerProcess,
    rescuer: Agent,
    doors: &'a [Client],
    programs: &'a Programs,
    findings: Findings,
}

/// A mission that was taken from a zombie.
struct Taken {
    mission: String,
    /// The lease that the zombie believes in.
    stale: i64,
    /// Who has it now.
    held: Held,
}

impl<'a> Life<'a> {
    async fn begin(
        ground: &'a Ground,
        programs: &'a Programs,
        size: Size,
        number: usize,
    ) -> Result<Self> {
        let kind = kind_of(number);
        let profile = programs.profile(&kind);
        let worker = ground.worker(&kind, &profile, size.leases, LEASE).await?;
        let door = &ground.doors[number % ground.doors.len()];
        let name = format!("rescuer-{number}");
        let rescuer = Agent::register(door, &name, 2 * CLAIM).await?;
        let (doors, findings) = (ground.doors.as_slice(), Findings::default());
        Ok(Self { number, size, worker, rescuer, doors, programs, findings })
    }

    async fn run(mut self) -> Result<Findings> {
        for round in 0..self.size.rounds {
            self.round(round).await.with_context(|| format!("round {round}"))?;
        }
        Ok(self.findings)
    }

    async fn round(&mut self, round: usize) -> Result<()> {
        let tribes = self.occupied(round).await?;
        let halted = Instant::now();
        self.worker.halt()?;
        // Half of the programs come to their end while nobody is there to hear of it.
        for mission in tribes.keys().step_by(2) {
            self.programs.let_go(mission)?;
        }
        let taken = self.take_over(&tribes, halted).await?;
        self.stand_by(halted).await?;
        self.speak(&taken).await?;
        self.worker.go_on()?;
        self.end(&tribes, Instant::now()).await;
        self.speak(&taken).await?;
        let is_last = self.number == 0 && round + 1 == self.size.rounds;
        let control = if is_last { taken.first() } else { None };
        if let Some(taken) = control {
            self.without_fence(taken).await?;
        }
        for taken in taken.iter().skip(usize::from(control.is_some())) {
            let told = taken.held.complete(&self.rescuer.door, RESCUER).await?;
            told.expect(StatusCode::OK)?;
            let found = judge(&self.doors[0], taken).await?;
            self.findings.violate_all(found);
        }
        self.findings.count("rounds", 1);
        Ok(())
    }

    /// Missions that the worker performs, with the processes of each.
    async fn occupied(&self, round: usize) -> Result<HashMap<String, Tribe>> {
        let body = |n| {
            json!({
                "title": format!("zombie {} {round} {n}", self.number),
                "kind": kind_of(self.number),
                "backoff": "none",
                "max_attempts": 100,
            })
        };
        let door = &self.doors[round % self.doors.len()];
        let ids = create_all(door, (0..self.size.leases).map(body).collect()).await?;
        let mut tribes = HashMap::new();
        for id in ids {
            let tribe = self.programs.begun(&id, 0).await;
            tribes.insert(id, tribe);
        }
        Ok(tribes)
    }

    /// Waits until each of the missions is the rescuer's.
    async fn take_over(
        &mut self,
        tribes: &HashMap<String, Tribe>,
        halted: Instant,
    ) -> Result<Vec<Taken>> {
        let want = self.want(LONG);
        let mut taken = Vec::new();
        while taken.len() < tribes.len() {
            anyhow::ensure!(halted.elapsed() < LONG, "{} of {} rescued", taken.len(), tribes.len());
            for held in self.rescuer.claim(&want).await? {
                let tribe = tribes.get(&held.mission).context("another mission of its kind")?;
                let (mission, took) = (held.mission.clone(), halted.elapsed());
                self.findings.span("rescued", took);
                if took > self.size.rescued_within {
                    self.findings.violate(format!("{mission} ran elsewhere after {took:?} only"));
                }
                taken.push(Taken { mission, stale: tribe.lease, held });
            }
        }
        self.findings.count("rescued", taken.len());
        Ok(taken)
    }

    /// Lets the standstill last; nobody is given anything twice meanwhile.
    async fn stand_by(&mut self, halted: Instant) -> Result<()> {
        let left = (HALTED_LEASES * LEASE).saturating_sub(halted.elapsed());
        let more = self.rescuer.claim(&self.want(left)).await?;
        self.findings.violate_all(more.iter().map(|it| format!("{} was given twice", it.mission)));
        Ok(())
    }

    fn want(&self, wait: Duration) -> Value {
        json!({
            "max": CLAIM,
            "kinds": [kind_of(self.number)],
            "wait_seconds": wait.as_secs_f64().min(30.0),
            "lease_seconds": RESCUERS_LEASE,
        })
    }

    /// What the zombie believes in is told to either server: none may take it.
    async fn speak(&mut self, taken: &[Taken]) -> Result<()> {
        let stale = taken.iter().map(Taken::stale).collect::<Vec<_>>();
        for (n, held) in stale.iter().enumerate() {
            let door = &self.doors[n % self.doors.len()];
            let replies = [held.progress(door).await?, held.complete(door, "the zombie").await?];
            for reply in &replies {
                self.findings.count("stale_writes", 1);
                match code_of(reply).as_str() {
                    "lease_lost" => self.findings.count("stale_refused", 1),
                    other => self.findings.violate(format!("{} was told {other}", held.mission)),
                }
            }
        }
        let heard = self.rescuer.renew(&self.rescuer.door, &stale).await?;
        let lost = heard["lost"].as_array().map_or(0, Vec::len);
        self.findings.count("stale_writes", stale.len());
        self.findings.count("stale_refused", lost);
        if lost != stale.len() {
            self.findings.violate(format!("stale leases were renewed: {heard}"));
        }
        Ok(())
    }

    /// Waits until nothing is left of the stale attempts.
    async fn end(&mut self, tribes: &HashMap<String, Tribe>, from: Instant) {
        for tribe in tribes.values() {
            tribe.gone(LONG).await;
        }
        let took = from.elapsed();
        self.findings.span("dead", took);
        if took > self.size.dead_within {
            self.findings.violate(format!("stale processes went on for {took:?}"));
        }
    }

    /// The control: a zombie that names whatever lease is current is believed, and found out.
    async fn without_fence(&mut self, taken: &Taken) -> Result<()> {
        let current = mission(&self.doors[0], &taken.mission).await?["lease_id"].as_i64();
        let lease = current.context("a lease")?;
        let held = Held { lease, ..taken.stale() };
        let told = held.complete(&self.doors[0], "the zombie").await?;
        told.expect(StatusCode::OK)?;
        let found = judge(&self.doors[0], taken).await?.len();
        self.findings.control("a zombie without a fence", found);
        Ok(())
    }
}

/// Who performs what was taken from a zombie.
const RESCUER: &str = "the rescuer";

impl Taken {
    fn stale(&self) -> Held {
        Held { mission: self.mission.clone(), lease: self.stale }
    }
}

fn kind_of(number: usize) -> String {
    format!("zombie-{number}")
}

/// What does not hold of a mission that its rescuer has completed.
async fn judge(door: &Client, taken: &Taken) -> Result<Vec<String>> {
    let id = &taken.mission;
    let mut found = Vec::new();
    let events = settled_events(door, id).await?;
    let ends = events.iter().filter(|event| super::ground::is_end(event)).count();
    let last = &events[events.len() - 1];
    if ends != 1 || last["to"] != "completed" || last["lease"] != taken.held.lease {
        found.push(format!("{id} ended {ends} times, last with {last}"));
    }
    let result = mission(door, id).await?["result"].clone();
    if result != json!({"by": RESCUER}) {
        found.push(format!("the result of {id} is {result}"));
    }
    let attempts = list_of(door, id, "attempts").await?;
    let outcomes: Vec<&str> =
        attempts.iter().map(|it| it["outcome"].as_str().unwrap_or("none")).collect();
    let lost = outcomes.len().saturating_sub(1);
    if lost == 0 || outcomes[..lost].iter().any(|it| *it != "lost") || outcomes[lost] != "completed"
    {
        found.push(format!("the attempts of {id} ended as {outcomes:?}"));
    }
    Ok(found)
}

/// A process of nobody's.
struct Left {
    child: Child,
    tribe: Tribe,
}

impl Left {
    fn alone() -> Result<Self> {
        let mut command = Command::new("tail");
        let child = command.args(["-f", "/dev/null"]).stdin(Stdio::null()).spawn()?;
        let tribe = Tribe::of(child.id())?;
        Ok(Self { child, tribe })
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _buried = self.child.wait();
    }
}
