//! R06: heartbeat, completion, cancel and rescue at the instant at which a lease is over, from several
//! servers: exactly one of them ends the attempt, and whoever comes too late is told why.

mod judge;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::time::{Instant as Moment, sleep_until};

use super::agent::{Agent, Held};
use super::findings::Findings;
use super::ground::{Ground, code_of, create_all, insist, mission, text};
use crate::http::Client;
use judge::{Answers, Judged, judge};

/// How long each agent may be silent: longer than the period of the sweep, so that a server that has
/// stood still since the claim sweeps at once when it goes on.
const LEASE: Duration = Duration::from_secs(4);

/// How far from the end of the lease each of the four may come, before or after.
const EDGE: Duration = Duration::from_millis(20);

/// The most missions that one claim gives.
const CLAIM: usize = 100;

/// How many leases one heartbeat names.
const BEAT: usize = 10;

/// How many missions are read at a time when all is over.
const READING: usize = 16;

/// How an attempt ends here: by its agent, by whoever cancels, by the sweep.
const OUTCOMES: [&str; 3] = ["completed", "cancelled", "lost"];

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Leases that end together; a multiple of a hundred.
    pub leases: usize,
    /// How often.
    pub rounds: usize,
    /// Where the random choices begin.
    pub seed: u64,
}

/// Lets leases end, and everything happen then.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(size: Size) -> Result<Findings> {
    // Two are asked; the third one stands still until it is to rescue.
    let ground = Ground::on_postgres(3).await?;
    let agent = Agent::register(&ground.doors[0], "on the edge", 1_000).await?;
    let mut chance = StdRng::seed_from_u64(size.seed);
    let mut findings = Findings::default();
    for round in 0..size.rounds {
        let answers = self::round(&ground, &agent, size.leases, round, &mut chance).await?;
        let renewed = answers.iter().filter(|answers| answers.renewed_until.is_some());
        findings.count("renewed", renewed.count());
        for judged in judged(&ground.doors[round % 2], answers).await? {
            findings.count("edges", 1);
            findings.count("winners", usize::from(judged.found.is_empty()));
            if let Some(won) = OUTCOMES.iter().find(|outcome| **outcome == judged.outcome) {
                findings.count(won, 1);
            }
            findings.violate_all(judged.found);
        }
    }
    for name in ["renewed"].iter().chain(&OUTCOMES) {
        if findings.counted(name) == 0 {
            findings.blind.push(format!("blind: no lease was {name}"));
        }
    }
    let judged = without_fence(&ground).await?;
    findings.control("two winners of one lease", judged.found.len());
    Ok(findings)
}

async fn round(
    ground: &Ground,
    agent: &Agent,
    leases: usize,
    round: usize,
    chance: &mut StdRng,
) -> Result<Vec<Answers>> {
    let body = |n| json!({"title": format!("edge {round} {n}"), "max_attempts": 100});
    let ids: Vec<_> = (0..leases).map(body).collect();
    create_all(&ground.doors[0], ids).await?;
    let rescuer = &ground.servers[2];
    rescuer.halt()?;
    let (mut held, mut last) = (Vec::new(), None);
    while held.len() < leases {
        let want = json!({
            "max": CLAIM, "wait_seconds": 10, "lease_seconds": LEASE.as_secs(),
        });
        let sent = Moment::now();
        let given = agent.claim(&want).await?;
        ensure!(!given.is_empty(), "{} of {leases} missions were given", held.len());
        // The lease began in between, by the store's clock.
        let span = (sent + LEASE, Moment::now() + LEASE);
        held.extend(given.into_iter().map(|held| (held, span)));
        last = Some(span.1);
    }
    let mut draw = |(from, to): (Moment, Moment)| {
        let width = (to - from) + 2 * EDGE;
        from - EDGE + width.mul_f64(chance.random_range(0.0..1.0))
    };
    let plan = Plan::drawn(ground, agent, held, &mut draw);
    let last = last.context("no lease")?;
    let sweep_at = draw((last, last));
    let rescue = async {
        sleep_until(sweep_at).await;
        rescuer.go_on()
    };
    let (answers, rescued) = tokio::join!(plan.fire(), rescue);
    rescued?;
    answers
}

/// What is sent when.
struct Plan {
    doors: [Client; 2],
    agent: Agent,
    /// Each with the moments of its completion and of its cancel.
    edges: Vec<(Held, Moment, Moment)>,
    /// Heartbeats for some leases each.
    beats: Vec<(Vec<Held>, Moment)>,
}

impl Plan {
    fn drawn(
        ground: &Ground,
        agent: &Agent,
        held: Vec<(Held, (Moment, Moment))>,
        draw: &mut impl FnMut((Moment, Moment)) -> Moment,
    ) -> Self {
        let doors = [ground.doors[0].clone(), ground.doors[1].clone()];
        let beats = held
            .chunks(BEAT)
            .map(|some| (some.iter().map(|(held, _)| held.clone()).collect(), draw(some[0].1)));
        let beats = beats.collect();
        let edges = held.into_iter().map(|(held, span)| (held, draw(span), draw(span))).collect();
        Self { doors, agent: agent.clone(), edges, beats }
    }

    /// Sends everything; the answers about each lease.
    async fn fire(self) -> Result<Vec<Answers>> {
        let Self { doors, agent, edges, beats } = self;
        let beats = beats.iter().enumerate().map(|(n, (held, at))| {
            let (agent, door) = (&agent, &doors[n % 2]);
            async move {
                sleep_until(*at).await;
                agent.renew(door, held).await
            }
        });
        // Whoever completes asks another server than whoever cancels.
        let edges = edges.into_iter().enumerate().map(|(n, (held, complete_at, cancel_at))| {
            let (here, there) = (&doors[n % 2], &doors[(n + 1) % 2]);
            async move {
                let path = format!("/api/missions/{}/cancel", held.mission);
                let complete = async {
                    sleep_until(complete_at).await;
                    held.complete(here, "the agent").await
                };
                let cancel = async {
                    sleep_until(cancel_at).await;
                    insist(there, &path, &json!({})).await
                };
                let (complete, cancel) = tokio::join!(complete, cancel);
                let (complete, cancel) = (code_of(&complete?), code_of(&cancel?));
                anyhow::Ok(Answers::new(held, complete, cancel))
            }
        });
        let (mut answers, heard) = tokio::try_join!(try_join_all(edges), try_join_all(beats))?;
        for heard in &heard {
            note_renewals(&mut answers, heard)?;
        }
        Ok(answers)
    }
}

/// Until when leases were said to hold.
fn note_renewals(answers: &mut [Answers], heard: &Value) -> Result<()> {
    for lease in heard["leases"].as_array().context("leases")? {
        let (mission, until) = (text(&lease["mission_id"])?, text(&lease["lease_expires_at"])?);
        if let Some(answer) = answers.iter_mut().find(|it| it.held.mission == mission) {
            answer.renewed_until = Some(until);
        }
    }
    Ok(())
}

/// How each attempt has ended, and what does not hold of it.
async fn judged(door: &Client, answers: Vec<Answers>) -> Result<Vec<Judged>> {
    let judging = stream::iter(answers).map(|answers| async move { judge(door, &answers).await });
    judging.buffer_unordered(READING).try_collect().await
}

/// The control: an agent that lost its mission completes it all the same, naming the lease of whoever
/// has it now. Its lease has two winners then.
async fn without_fence(ground: &Ground) -> Result<Judged> {
    let door = &ground.doors[0];
    let body = json!({"title": "no fence", "kind": "fenceless", "backoff": "none"});
    let id = super::ground::create(door, &body).await?;
    let old = Agent::register(door, "old", 1).await?;
    let new = Agent::register(door, "new", 1).await?;
    let want = |lease| json!({"kinds": ["fenceless"], "wait_seconds": 30, "lease_seconds": lease});
    let held = old.claim(&want(1)).await?.pop().context("it is there to be claimed")?;
    let begun = Instant::now();
    while new.claim(&want(600)).await?.is_empty() {
        ensure!(begun.elapsed() < super::LONG, "a lease that is over is never lost");
    }
    let current = mission(door, &id).await?["lease_id"].as_i64().context("a lease")?;
    let current = Held { lease: current, ..held.clone() };
    let complete = code_of(&current.complete(door, "the old agent").await?);
    let path = format!("/api/missions/{id}/cancel");
    let refused = insist(door, &path, &json!({})).await?;
    judge(door, &Answers::new(held, complete, code_of(&refused))).await
}
