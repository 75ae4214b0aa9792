//! Workers of their own: several of them, beside servers without a worker, on one PostgreSQL.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::StatusCode;
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::eventually;
use mission_control_tests::worker::{WorkerCommand, WorkerProcess};
use serde_json::{Value, json};

use crate::house::{Control, House, LONG};
use crate::orphans::Tribe;

/// How long an attempt may be silent where its worker is killed.
const LEASE: Duration = Duration::from_secs(8);

/// The same where nobody is: longer than any machine stands still.
const LONG_LEASE: Duration = Duration::from_secs(300);

/// After the lease of a worker that died, its mission runs again within five seconds; what is asserted
/// leaves room for a machine that is busy with other tests, and the long kill runs measure the promise.
const RERUN_WITHIN: Duration = Duration::from_secs(40);

/// Waits for a file that the test makes, whoever runs it.
const PATIENT: &str = r#"[profiles.patient]
command = ["sh", "-c", "echo begun; while [ ! -e \"$GATE\" ]; do sleep 0.05; done; echo done"]

[profiles.patient.env]
GATE = "#;

/// Two servers without a worker, and what they share with the workers to come.
struct Works {
    here: Control,
    there: Control,
    /// The data folder of the workers.
    house: House,
    _houses: [House; 2],
    database: PrivatePostgres,
}

impl Works {
    async fn open() -> Result<Self> {
        let database = PrivatePostgres::start(Durability::Relaxed).await?;
        let houses = [House::new()?, House::new()?];
        let here = houses[0].start_on(&database.dsn(), &["--no-worker"]).await?;
        let there = houses[1].start_on(&database.dsn(), &["--no-worker"]).await?;
        Ok(Self { here, there, house: House::new()?, _houses: houses, database })
    }

    /// A worker beside the others, on the same data folder, that is not killed.
    async fn worker(&self, flags: &[&str]) -> Result<WorkerProcess> {
        self.worker_with(LONG_LEASE, flags).await
    }

    async fn worker_with(&self, lease: Duration, flags: &[&str]) -> Result<WorkerProcess> {
        let command = WorkerCommand::new(self.house.data())?
            .env("POSTGRES_DSN", self.database.dsn())
            .arg(format!("--lease-seconds={}", lease.as_secs()));
        flags.iter().fold(command, |command, flag| command.arg(flag)).start().await
    }

    fn gate(&self) -> std::path::PathBuf {
        self.house.data().join("gate")
    }

    fn patient(&self) -> Result<String> {
        self.house.profiles(&format!("{PATIENT}{}\n", json!(self.gate())))
    }
}

/// The worker that a mission runs with now, in this attempt or a later one.
async fn runs_with(control: &Control, id: &str, attempt: i64) -> String {
    eventually(&format!("attempt {attempt} runs"), LONG, async || {
        let mission = control.mission(id).await.map_err(|error| format!("{error:#}"))?;
        let is_far = mission["attempt"].as_i64().is_some_and(|number| number >= attempt);
        let is_it = mission["status"] == "running" && is_far;
        let agent = if is_it { agent_of(control, &mission).await } else { None };
        agent.ok_or_else(|| mission.to_string())
    })
    .await
}

async fn agent_of(control: &Control, mission: &Value) -> Option<String> {
    let id = mission["agent_id"].as_str()?;
    let got = control.admin.get(&format!("/api/agents/{id}")).await.ok()?.json().ok()?;
    Some(got["agent"]["name"].as_str()?.to_owned())
}

async fn begun(control: &Control, id: &str) {
    eventually("the program has begun", LONG, async || {
        let logs = control.admin.get(&format!("/api/missions/{id}/logs")).await;
        let logs = logs.and_then(|reply| reply.expect(StatusCode::OK));
        let logs = logs.map_err(|error| format!("{error:#}"))?;
        let lines = logs["lines"].as_array().into_iter().flatten();
        let is_there = lines.into_iter().any(|line| line["text"] == "begun");
        if is_there { Ok(()) } else { Err(logs.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn missions_flow_between_two_servers_and_two_workers() -> Result<()> {
    let works = Works::open().await?;
    let workers =
        [works.worker(&["--worker-concurrency=1"]).await?, works.worker(&["--instance=b"]).await?];
    assert_ne!(workers[0].name(), workers[1].name());
    let mut ids = Vec::new();
    for n in 0..20 {
        let control = if n % 2 == 0 { &works.here } else { &works.there };
        ids.push(control.create(&json!({"title": format!("m{n}")})).await?);
    }
    for id in &ids {
        works.here.mission_in(id, "completed").await;
    }
    let agents = works.there.admin.get("/api/agents").await?.expect(StatusCode::OK)?;
    let mut names: Vec<&str> = agents["agents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str())
        .collect();
    let mut expected = workers.each_ref().map(|worker| worker.name());
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected, "the servers are no agents");
    Ok(())
}

#[tokio::test]
async fn a_worker_that_drains_finishes_what_it_can_and_takes_nothing_new() -> Result<()> {
    let works = Works::open().await?;
    let mut worker = works.worker(&[&works.patient()?]).await?;
    let id = works.here.create(&json!({"title": "nearly done", "kind": "patient"})).await?;
    begun(&works.here, &id).await;
    worker.ask_to_end()?;
    eventually("the worker drains", LONG, async || {
        let log = worker.log();
        if log.contains("no more missions are claimed") { Ok(()) } else { Err(log) }
    })
    .await;
    let late = works.there.create(&json!({"title": "too late", "kind": "patient"})).await?;
    std::fs::write(works.gate(), "")?;
    assert_eq!(worker.ended().await.code(), Some(0));
    assert_eq!(works.here.mission(&id).await?["status"], "completed");
    assert_eq!(works.here.mission(&late).await?["status"], "pending");
    let _next = works.worker(&[&works.patient()?]).await?;
    works.here.mission_in(&late, "completed").await;
    Ok(())
}

#[tokio::test]
async fn what_a_drained_worker_could_not_finish_goes_on_elsewhere_with_its_attempt_unused()
-> Result<()> {
    let works = Works::open().await?;
    let profiles = works.patient()?;
    let mut leaver = works.worker(&[&profiles, "--instance=leaver"]).await?;
    let body = json!({"title": "long", "kind": "patient", "max_attempts": 1});
    let id = works.here.create(&body).await?;
    begun(&works.here, &id).await;
    let stayer = works.worker(&[&profiles, "--instance=stayer"]).await?;
    assert_eq!(leaver.terminate().await?.code(), Some(0));
    assert_eq!(runs_with(&works.there, &id, 1).await, stayer.name());
    std::fs::write(works.gate(), "")?;
    works.there.mission_in(&id, "completed").await;
    Ok(())
}

#[tokio::test]
async fn the_missions_of_a_killed_worker_run_again_on_the_other_and_nothing_of_it_is_left()
-> Result<()> {
    let works = Works::open().await?;
    let profiles = Tribe::profiles(&works.house)?;
    let mut doomed = works.worker_with(LEASE, &[&profiles, "--instance=doomed"]).await?;
    let body = json!({"title": "many", "kind": "tribe", "backoff": "none", "max_attempts": 100});
    let id = works.here.create(&body).await?;
    let tribe = Tribe::of(&works.here, &id).await;
    let heir = works.worker(&[&profiles, "--instance=heir"]).await?;
    doomed.kill_hard()?;
    let killed = Instant::now();
    tribe.gone().await;
    assert_eq!(runs_with(&works.there, &id, 2).await, heir.name());
    let took = killed.elapsed();
    assert!(took < LEASE + RERUN_WITHIN, "{took:?}");
    assert_eq!(works.there.act(&id, "cancel").await?["status"], "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_worker_that_cannot_start_says_why_in_a_sentence() -> Result<()> {
    let house = House::new()?;
    let without = WorkerCommand::new(house.data())?.start().await;
    let without = complaint(without)?;
    assert!(without.contains("needs the PostgreSQL database of its servers"), "{without}");

    let away = "postgresql://nobody:no@127.0.0.1:1/none";
    let away = WorkerCommand::new(house.data())?.env("POSTGRES_DSN", away).start().await;
    let away = complaint(away)?;
    assert!(away.contains("PostgreSQL cannot be opened"), "{away}");
    assert!(!away.contains("nobody:no"), "a password is not shown: {away}");

    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let blue = || start_blue(house.data(), &database);
    let _blue = blue().await?;
    let taken = complaint(blue().await)?;
    assert!(taken.contains("already runs as the instance \"blue\""), "{taken}");
    Ok(())
}

async fn start_blue(data: &Path, database: &PrivatePostgres) -> Result<WorkerProcess> {
    let command = WorkerCommand::new(data)?.env("POSTGRES_DSN", database.dsn());
    command.arg("--instance=blue").start().await
}

fn complaint(refused: Result<WorkerProcess>) -> Result<String> {
    Ok(refused.err().context("not refused")?.to_string())
}
