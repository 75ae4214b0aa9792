//! The server is killed while its worker performs a mission.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::StatusCode;
use serde_json::Value;

use crate::eventually;

use super::super::arena::{Arena, Downtime, Engine, LEASE, LONG, Worker};
use super::super::probe;
use super::super::record::{Accepted, Line};
use super::super::writers::Writers;
use super::{Figures, Size, conclude};

/// A mission that was lost runs again so long after its lease, once a server is there.
const RERUN_WITHIN: Duration = Duration::from_secs(LEASE.as_secs() + 5);

/// Kills the server while a program runs that waits to be let go, and starts it again.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(engine: Engine, size: Size) -> Result<Figures> {
    let mut arena = Arena::open(engine, Worker::Inside).await?;
    let writers = Writers::start(size.writers, &arena.admins());
    let (mut figures, mut accepted) = (Figures::default(), Vec::new());
    for round in 0..size.rounds {
        let gate = arena.probe.close_gate()?;
        let title = format!("interrupted {round}");
        let id = arena.create(&probe::mission(&title)).await?;
        accepted.push(Accepted { id: id.clone(), title });
        let interrupted = begin_of_attempt(&arena, &id, 1).await;
        let downtime = arena.kill_server().await?;
        figures.restarted(downtime);

        begin_of_attempt(&arena, &id, 2).await;
        figures.ran_again(&id, downtime);
        if arena.probe.is_alive(&interrupted) {
            figures.orphans += 1;
            figures.violate(format!("the first program of {id} runs beside the second"));
        }
        gate.open();
        arena.completed(&id).await;
        let outcomes = outcomes(&arena, &id).await?;
        if !is_lost_then_completed(&outcomes) {
            figures.violate(format!("the attempts of {id} ended as {outcomes:?}"));
        }
    }
    let (rest, trouble) = writers.stop().await?;
    accepted.extend(rest);
    figures.note(trouble);
    conclude(&arena, accepted, &mut figures).await?;
    Ok(figures)
}

impl Figures {
    fn ran_again(&mut self, mission: &str, downtime: Downtime) {
        let now = Instant::now();
        self.rerun.push(now - downtime.killed);
        let waited = now - downtime.ready;
        if waited > RERUN_WITHIN {
            self.violate(format!("{mission} ran again {waited:?} after the server's return"));
        }
    }
}

/// More than one may be lost: a machine that stands still for a lease loses the attempts of those
/// who live as well.
fn is_lost_then_completed(outcomes: &[String]) -> bool {
    let Some((last, lost)) = outcomes.split_last() else { return false };
    last == "completed" && !lost.is_empty() && lost.iter().all(|outcome| outcome == "lost")
}

async fn begin_of_attempt(arena: &Arena, mission: &str, number: usize) -> Line {
    eventually(&format!("attempt {number} begins"), LONG, async || {
        let begins = arena.probe.begins(mission).map_err(|error| error.to_string())?;
        begins.get(number - 1).cloned().ok_or_else(|| format!("{begins:?}"))
    })
    .await
}

async fn outcomes(arena: &Arena, mission: &str) -> Result<Vec<String>> {
    let got = arena.admin().get(&format!("/api/missions/{mission}/attempts")).await?;
    let got = got.expect(StatusCode::OK)?;
    let attempts = got["attempts"].as_array().context("attempts")?;
    let outcome = |attempt: &Value| attempt["outcome"].as_str().unwrap_or("none").to_owned();
    Ok(attempts.iter().map(outcome).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_must_be_lost_and_the_last_completed() {
        let holds = |outcomes: &[&str]| {
            is_lost_then_completed(&outcomes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
        };
        assert!(holds(&["lost", "completed"]));
        assert!(holds(&["lost", "lost", "completed"]));
        for wrong in [&["completed"][..], &["lost"], &["failed", "completed"], &[]] {
            assert!(!holds(wrong), "{wrong:?}");
        }
    }
}
