//! The workers inside the server: one for each project that it serves.

use std::sync::Arc;

use mission_control::agents::AgentName;
use mission_control::{Crew, Executor, MissionControl, Staffing};
use mission_control_runtime::{Settings, Shutdown, host_name};

/// The agent of a server that has its store to itself.
const NAME: &str = "local";

/// Starts the workers, unless the settings want none. They claim until `shutdown` drains.
pub(crate) fn start(
    settings: &Settings,
    port: u16,
    control: &MissionControl,
    executors: &[Arc<dyn Executor>],
    shutdown: &Shutdown,
) -> Crew {
    if settings.no_worker {
        return Crew::nobody();
    }
    let staffing = Staffing {
        projects: settings.projects.clone(),
        executors: executors.to_vec(),
        name: name(settings, port),
        capacity: settings.worker_concurrency,
        lease: settings.lease,
    };
    Crew::start(control, &staffing, shutdown.draining(), shutdown.stopping())
}

/// The same after every restart, so that it stays the same agent. Servers that share a store are
/// told apart by their machines, and there by their ports or what the settings say.
fn name(settings: &Settings, port: u16) -> AgentName {
    let host = settings.postgres_dsn.as_ref().and_then(|_| host_name());
    let instance = settings.instance.clone().unwrap_or_else(|| port.to_string());
    let full = host.and_then(|host| AgentName::parse(&format!("{NAME}-{host}-{instance}")).ok());
    full.unwrap_or_else(|| AgentName::parse(NAME).expect("a literal within its bounds"))
}
