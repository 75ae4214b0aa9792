//! Our own: one server, and agents over HTTP or workers of their own.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use mission_control_tests::http::Client;
use mission_control_tests::server::{ADMIN_TOKEN, ServerCommand, ServerProcess};
use mission_control_tests::worker::{WorkerCommand, WorkerProcess};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant as Moment, sleep, sleep_until};

use super::child::Children;
use super::{GAP, Measured, PATIENCE, PROCESSES, Size, wall_ms};

/// Missions that are made with one request.
const BATCH: usize = 1_000;

/// Between two looks at what is left.
const LOOK: Duration = Duration::from_millis(20);

/// What each worker process runs at once.
const CONCURRENCY: usize = 100;

const DAY_MS: f64 = 86_400_000.0;

/// Who performs missions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Workers {
    /// `mission-control-worker` with the profile that comes with it.
    Processes,
    /// Agents that claim and report over HTTP.
    Agents,
}

/// Ours in each of its ways.
pub(super) struct Ours;

impl Ours {
    /// Name, settings, who performs, and whether on PostgreSQL.
    pub(super) const ALL: [(&'static str, &'static str, Workers, bool); 3] = [
        (
            "ours on PostgreSQL, agents over HTTP",
            "1 server; each agent claims by 100, twice at a time",
            Workers::Agents,
            true,
        ),
        (
            "ours on PostgreSQL, worker processes",
            "1 server; concurrency 100; profile `default`, which logs and reports progress",
            Workers::Processes,
            true,
        ),
        (
            "ours on SQLite, agents over HTTP",
            "1 server; each agent claims by 100, twice at a time",
            Workers::Agents,
            false,
        ),
    ];
}

/// A server and its store.
struct House {
    server: ServerProcess,
    admin: Client,
    folder: TempDir,
}

/// One round.
pub(super) async fn measure(dsn: Option<&str>, workers: Workers, size: Size) -> Result<Measured> {
    let mut house = House::open(dsn).await?;
    let measured = match workers {
        Workers::Agents => house.with_agents(size).await,
        Workers::Processes => house.with_workers(dsn.context("a database")?, size).await,
    };
    house.server.terminate().await?;
    measured
}

impl House {
    async fn open(dsn: Option<&str>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let command = ServerCommand::new(folder.path())?.arg("--principal-rate=0");
        let command = command.arg("--no-worker");
        let command = match dsn {
            Some(dsn) => command.env("POSTGRES_DSN", dsn),
            None => command,
        };
        let server = command.start().await?;
        let admin = server.administrator();
        Ok(Self { server, admin, folder })
    }

    async fn with_agents(&self, size: Size) -> Result<Measured> {
        self.fill(size.missions).await?;
        let base = self.server.base_url();
        let commands = (0..PROCESSES).map(|n| {
            let mut command = Command::new(std::env::current_exe().unwrap_or_default());
            command.args(["noop-agent", base, ADMIN_TOKEN, &format!("agent-{n}")]);
            command
        });
        let mut agents = Children::start(commands.collect()).await?;
        let begin = Instant::now();
        agents.go().await?;
        self.all_completed(size.missions).await?;
        let rate = size.missions as f64 / begin.elapsed().as_secs_f64();
        agents.have_done(size.missions).await?;
        self.send_singles(size.singles).await?;
        let starts = agents.starts(size.singles).await?;
        Ok(Measured { rate, starts })
    }

    async fn with_workers(&self, dsn: &str, size: Size) -> Result<Measured> {
        self.fill(size.missions).await?;
        let begin = Instant::now();
        // Each works as soon as it is there, and none waits for the next.
        let starting = (0..PROCESSES).map(|n| self.worker(dsn, n));
        let _workers = futures::future::try_join_all(starting).await?;
        self.all_completed(size.missions).await?;
        let rate = size.missions as f64 / begin.elapsed().as_secs_f64();
        let sent = self.send_singles(size.singles).await?;
        self.all_completed(size.missions + size.singles).await?;
        let mut starts = Vec::new();
        for (id, at) in sent {
            let got = self.admin.get(&format!("/api/missions/{id}")).await?;
            let got = got.expect(StatusCode::OK)?;
            let begun = got["mission"]["started_at"].as_str().context("a begin")?;
            starts.push((ms_of_day(begun)? - at).rem_euclid(DAY_MS));
        }
        Ok(Measured { rate, starts })
    }

    async fn worker(&self, dsn: &str, n: usize) -> Result<WorkerProcess> {
        let data = self.folder.path().join(format!("worker-{n}"));
        std::fs::create_dir_all(&data)?;
        let command = WorkerCommand::new(&data)?.env("POSTGRES_DSN", dsn);
        let command = command.arg(format!("--worker-concurrency={CONCURRENCY}"));
        command.arg(format!("--instance=worker-{n}")).start().await
    }

    async fn fill(&self, missions: usize) -> Result<()> {
        for first in (0..missions).step_by(BATCH) {
            let batch = first..missions.min(first + BATCH);
            let bodies: Vec<_> = batch.map(|n| json!({"title": format!("noop {n}")})).collect();
            let made = self.admin.post("/api/missions/batch", &json!({"missions": bodies})).await?;
            made.expect(StatusCode::CREATED)?;
        }
        Ok(())
    }

    /// Waits until the store says that so many are completed.
    async fn all_completed(&self, count: usize) -> Result<()> {
        let begin = Instant::now();
        loop {
            let got = self.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
            let completed = got["metrics"]["completed_missions"].as_u64().context("a count")?;
            if completed >= count as u64 {
                return Ok(());
            }
            ensure!(begin.elapsed() < PATIENCE, "{completed} of {count} are completed");
            sleep(LOOK).await;
        }
    }

    /// Sends missions one by one, each with the moment at which it was sent; their ids, and these
    /// moments in milliseconds of their day.
    async fn send_singles(&self, count: usize) -> Result<Vec<(String, f64)>> {
        let begin = Moment::now();
        let mut sent = Vec::new();
        for n in 0..count {
            sleep_until(begin + GAP * u32::try_from(n)?).await;
            let at = wall_ms();
            let body = json!({"title": format!("single {n}"), "input": {"t": at}});
            let made =
                self.admin.post("/api/missions", &body).await?.expect(StatusCode::CREATED)?;
            let id = made["mission_id"].as_str().context("an id")?.to_owned();
            sent.push((id, at.rem_euclid(DAY_MS)));
        }
        Ok(sent)
    }
}

/// Of an RFC 3339 instant in UTC: hours, minutes and seconds behind the `T`.
fn ms_of_day(instant: &str) -> Result<f64> {
    let (_, time) = instant.trim_end_matches('Z').split_once('T').context("a time")?;
    let mut parts = time.split(':').map(str::parse::<f64>);
    let mut part = || parts.next().context("hours, minutes and seconds")?.context("a number");
    let (hours, minutes, seconds) = (part()?, part()?, part()?);
    Ok(((hours * 60.0 + minutes) * 60.0 + seconds) * 1e3)
}
