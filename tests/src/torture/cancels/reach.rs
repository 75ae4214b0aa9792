//! How soon a cancel reaches the processes of an attempt: those of a worker that has room, of one that
//! has none, and of one that stands still when it is sent.

use std::time::{Duration, Instant};

use anyhow::Result;
use http::StatusCode;
use serde_json::json;

use super::super::LONG;
use super::super::findings::Findings;
use super::super::ground::{Ground, create, create_all, insist};
use super::super::program::{Programs, Tribe};
use crate::worker::WorkerProcess;

/// What the worker runs.
const KIND: &str = "patient";

/// How many missions the worker runs at once.
const ROOM: usize = 4;

/// Longer than the worker stands still.
const LEASE: Duration = Duration::from_secs(300);

/// How large a run is, and what is promised at that size.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Cancels in each of the three ways.
    pub cancels: usize,
    /// From a cancel, or the end of the standstill, until the processes are gone.
    pub within: Duration,
}

/// How a worker stands when one of its missions is cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// It has room for more.
    Idle,
    /// It has none, and more is waiting.
    Busy,
    /// It stands still.
    Halted,
}

/// Cancels missions that programs perform.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn reach(size: Reach) -> Result<Findings> {
    let ground = Ground::on_postgres(2).await?;
    let programs = Programs::new(ground.data("programs")?)?;
    let worker = ground.worker("patient", &programs.profile(KIND), ROOM, LEASE).await?;
    let place = Place { ground: &ground, programs: &programs, worker: &worker };
    let mut findings = Findings::default();
    let left = place.running("left alone").await?;
    for n in 0..size.cancels {
        for standing in [Standing::Idle, Standing::Halted] {
            let took = place.cancel(standing, n).await?;
            findings.reached(standing, took, size.within);
        }
    }
    let crowd = place.fill().await?;
    for n in 0..size.cancels {
        let took = place.cancel(Standing::Busy, n).await?;
        findings.reached(Standing::Busy, took, size.within);
    }
    // The control: what nobody has cancelled must not count as gone.
    let survivors = left.survivors().len();
    findings.control("a process that nobody cancelled", survivors);
    drop(crowd);
    Ok(findings)
}

impl Findings {
    fn reached(&mut self, standing: Standing, took: Duration, within: Duration) {
        let name = match standing {
            Standing::Idle => "reached_idle",
            Standing::Busy => "reached_busy",
            Standing::Halted => "reached_halted",
        };
        self.span(name, took);
        if took > within {
            self.violate(format!("a cancel took {took:?} to a worker that is {standing:?}"));
        }
    }
}

struct Place<'a> {
    ground: &'a Ground,
    programs: &'a Programs,
    worker: &'a WorkerProcess,
}

impl Place<'_> {
    /// A mission whose program has begun.
    async fn running(&self, title: &str) -> Result<Tribe> {
        Ok(self.begun(title).await?.1)
    }

    async fn begun(&self, title: &str) -> Result<(String, Tribe)> {
        let body = json!({"title": title, "kind": KIND, "priority": "critical"});
        let id = create(&self.ground.doors[0], &body).await?;
        let tribe = self.programs.begun(&id, 0).await;
        Ok((id, tribe))
    }

    /// Takes all room but one, and has more wait behind it.
    async fn fill(&self) -> Result<Vec<Tribe>> {
        let mut crowd = Vec::new();
        // One has been left alone from the beginning, and one is cancelled each time.
        for n in 2..ROOM {
            crowd.push(self.running(&format!("crowd {n}")).await?);
        }
        Ok(crowd)
    }

    /// Begins a mission and cancels it; how long its processes went on.
    async fn cancel(&self, standing: Standing, n: usize) -> Result<Duration> {
        let (id, tribe) = self.begun(&format!("{standing:?} {n}")).await?;
        let backlog = match standing {
            Standing::Busy => self.backlog(n).await?,
            Standing::Idle | Standing::Halted => Vec::new(),
        };
        if standing == Standing::Halted {
            self.worker.halt()?;
        }
        let mut since = Instant::now();
        let door = &self.ground.doors[n % 2];
        let path = format!("/api/missions/{id}/cancel");
        insist(door, &path, &json!({})).await?.expect(StatusCode::OK)?;
        if standing == Standing::Halted {
            since = Instant::now();
            self.worker.go_on()?;
        }
        tribe.gone(LONG).await;
        let took = since.elapsed();
        for waiting in backlog {
            let path = format!("/api/missions/{waiting}/cancel");
            insist(door, &path, &json!({})).await?.expect(StatusCode::OK)?;
        }
        Ok(took)
    }

    /// Missions that wait for the room which a cancel makes.
    async fn backlog(&self, n: usize) -> Result<Vec<String>> {
        let body =
            |m| json!({"title": format!("waiting {n} {m}"), "kind": KIND, "priority": "low"});
        create_all(&self.ground.doors[0], (0..ROOM).map(body).collect()).await
    }
}
