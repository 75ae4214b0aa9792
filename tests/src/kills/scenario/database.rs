//! PostgreSQL is killed while missions flow and run; the server stays.

use std::time::{Duration, Instant};

use anyhow::Result;
use http::{Method, StatusCode};
use rand::RngExt;

use crate::eventually;

use super::super::arena::{Arena, Engine, LONG, Worker};
use super::super::probe;
use super::super::record::Accepted;
use super::super::writers::Writers;
use super::{Figures, Size, chance, conclude};

/// The most missions that are accepted between two kills.
const MOST_ACCEPTED: usize = 20;

/// Whoever asks while the database is away is told so within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Whoever asks for readiness learns within this that the database is away.
const NOTICED_WITHIN: Duration = Duration::from_secs(3);

/// So long after the database accepts connections again the server is ready.
const RECOVERED_WITHIN: Duration = Duration::from_secs(5);

/// Kills PostgreSQL and starts it again once everybody has been refused.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(size: Size) -> Result<Figures> {
    let mut arena = Arena::open(Engine::Postgres, Worker::Inside).await?;
    let mut writers = Writers::start(size.writers, &arena.admins());
    let (mut figures, mut accepted, mut chance) = (Figures::default(), Vec::new(), chance(size));
    for round in 0..size.rounds {
        let gate = arena.probe.close_gate()?;
        let title = format!("under way {round}");
        let id = arena.create(&probe::mission(&title)).await?;
        accepted.push(Accepted { id: id.clone(), title });
        begun(&arena, &id).await;
        accepted.extend(writers.so_far());
        for _ in 0..chance.random_range(1..=MOST_ACCEPTED) {
            accepted.push(writers.next().await?);
        }

        arena.postgres()?.kill_hard().await?;
        let killed = Instant::now();
        readiness(&arena, StatusCode::SERVICE_UNAVAILABLE).await;
        figures.noticed(killed.elapsed());
        figures.refusal_of_a_read(&arena, &id).await?;
        each_is_refused(&writers, size.writers).await;
        arena.postgres()?.restart().await?;
        let back = Instant::now();
        readiness(&arena, StatusCode::OK).await;
        figures.recovered(back.elapsed());

        gate.open();
        arena.completed(&id).await;
    }
    let (rest, trouble) = writers.stop().await?;
    accepted.extend(rest);
    figures.note(trouble);
    if trouble.slowest > ANSWER_WITHIN {
        figures.violate(format!("a writer was left waiting for {:?}", trouble.slowest));
    }
    if trouble.unanswered > 0 {
        figures.violate(format!("{} requests had no answer", trouble.unanswered));
    }
    conclude(&arena, accepted, &mut figures).await?;
    Ok(figures)
}

impl Figures {
    fn noticed(&mut self, took: Duration) {
        self.noticed.push(took);
        if took > NOTICED_WITHIN {
            self.violate(format!("ready for {took:?} without a database"));
        }
    }

    fn recovered(&mut self, took: Duration) {
        self.recovery.push(took);
        if took > RECOVERED_WITHIN {
            self.violate(format!("not ready for {took:?} although the database was back"));
        }
    }

    async fn refusal_of_a_read(&mut self, arena: &Arena, mission: &str) -> Result<()> {
        let asked = Instant::now();
        let path = format!("/api/missions/{mission}");
        let reply = arena.admin().request(Method::GET, &path).send().await?;
        let (status, took) = (reply.status, asked.elapsed());
        if status != StatusCode::SERVICE_UNAVAILABLE || reply.header("retry-after").is_none() {
            self.violate(format!("a read without a database: {status} {:?}", reply.headers));
        }
        if took > ANSWER_WITHIN {
            self.violate(format!("a read without a database took {took:?}"));
        }
        Ok(())
    }
}

async fn begun(arena: &Arena, mission: &str) {
    eventually("the mission is under way", LONG, async || {
        let begins = arena.probe.begins(mission).map_err(|error| error.to_string())?;
        if begins.is_empty() { Err(String::new()) } else { Ok(()) }
    })
    .await;
}

async fn readiness(arena: &Arena, wanted: StatusCode) {
    eventually(&format!("readiness is {wanted}"), LONG, async || {
        let reply = arena.admin().request(Method::GET, "/readyz").send().await;
        let reply = reply.map_err(|error| format!("{error:#}"))?;
        if reply.status == wanted { Ok(()) } else { Err(reply.status.to_string()) }
    })
    .await;
}

/// As many refusals as there are writers: each waits for its own mission and has been told, or the
/// first ones more than once.
async fn each_is_refused(writers: &Writers, count: usize) {
    let before = writers.refused();
    eventually("writers are refused", LONG, async || {
        let refused = writers.refused() - before;
        if refused >= count as u64 { Ok(()) } else { Err(refused) }
    })
    .await;
}
