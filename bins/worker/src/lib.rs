//! A worker of its own: takes missions from the PostgreSQL that servers share, and serves nobody.
//!
//! Any number of them run beside each other, on one machine or on many. Each has a `berth` of its
//! own, from which it is known again after a restart, and is one agent in each of its projects. It
//! is a mission control without HTTP, so it needs no server: it takes back what others have lost and
//! wakes what waits like one. Only what is old it leaves to servers.

mod berth;
mod error;

use std::time::Duration;

use mission_control::agents::AgentName;
use mission_control::{Crew, Executor, Keep, MissionControl, Staffing, Stores};
use mission_control_executors::{Custody, Profiles};
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;
use mission_control_runtime::{Settings, Shutdown, host_name};

pub use error::WorkerError;

use berth::Berth;

/// What is old is removed by servers, whose settings say when it is.
const NOTHING_REMOVED: Keep =
    Keep { missions: None, journal: None, logs: None, receipts: None, metrics: None };

/// The host of a machine that has no name.
const NAMELESS: &str = "host";

/// Performs missions until `shutdown` drains, and gives back what does not end in time. `custody`
/// says how their programs are held, which only the `main` of the process knows. `say` gets what to
/// tell whoever started the worker, once it takes missions.
///
/// # Errors
/// Why it could not start.
pub async fn run(
    settings: Settings,
    custody: Custody,
    shutdown: Shutdown,
    say: impl FnOnce(&str),
) -> Result<(), WorkerError> {
    let dsn = settings.postgres_dsn.as_ref().ok_or(WorkerError::NoSharedStore)?;
    let berth = Berth::take(&settings.data_dir, settings.instance.as_deref())?;
    let name = name(&berth)?;
    let custody = custody.named(berth.worker_id());
    let executors = Profiles::of(settings.profiles.as_deref(), &custody)?;
    let kinds = kinds(&executors);
    custody.clear_away().await;
    let stores = Stores::of(Postgres::connect(dsn.expose(), Options::default()).await?);
    let ageing = settings.ageing.unwrap_or(Duration::ZERO);
    let control =
        MissionControl::builder(stores).ageing(ageing).keep(NOTHING_REMOVED).start().await?;

    let staffing = Staffing {
        projects: settings.projects.clone(),
        executors,
        name: name.clone(),
        capacity: settings.worker_concurrency,
        lease: settings.lease,
    };
    let crew = Crew::start(&control, &staffing, shutdown.draining(), shutdown.stopping());
    say(&format!("Mission Control worker {name} takes missions of these kinds: {kinds}\n"));
    shutdown.draining().cancelled().await;
    crew.drained().await;
    control.stop().await;
    Ok(())
}

/// The same after every restart, so that it stays the same agent.
fn name(berth: &Berth) -> Result<AgentName, WorkerError> {
    let host = host_name().unwrap_or_else(|| NAMELESS.to_owned());
    let full = format!("worker-{host}-{}", berth.instance());
    AgentName::parse(&full).map_err(|reason| WorkerError::Name { name: full, reason })
}

fn kinds(executors: &[std::sync::Arc<dyn Executor>]) -> String {
    let mut kinds: Vec<&str> = executors.iter().map(|executor| executor.kind().as_str()).collect();
    kinds.sort_unstable();
    kinds.join(", ")
}
