//! The workers inside the server: one for each project that it serves.

use std::sync::Arc;

use mission_control::agents::AgentName;
use mission_control::{Executor, LocalSource, MissionControl, Worker};
use mission_control_executors::{ProfileError, Profiles};
use mission_control_runtime::{Settings, Shutdown};
use tokio::task::JoinSet;
use tracing::{info, warn};

use mission_control::Tally;

/// The agent of a server that has its store to itself.
const NAME: &str = "local";

/// Workers that run.
pub(crate) struct Crew(JoinSet<Tally>);

/// What the settings let workers run.
pub(crate) fn executors(settings: &Settings) -> Result<Vec<Arc<dyn Executor>>, ProfileError> {
    settings.profiles.as_deref().map_or_else(|| Ok(Profiles::shipped()), Profiles::load)
}

impl Crew {
    /// Starts the workers, unless the settings want none. They claim until `shutdown` drains.
    pub(crate) fn start(
        settings: &Settings,
        port: u16,
        control: &MissionControl,
        executors: &[Arc<dyn Executor>],
        shutdown: &Shutdown,
    ) -> Self {
        let mut crew = JoinSet::new();
        if settings.no_worker {
            return Self(crew);
        }
        let name = name(settings, port);
        for project in &settings.projects {
            let source = Arc::new(LocalSource::new(control.clone(), project.clone()));
            let capacity = settings.worker_concurrency;
            let worker = Worker::builder(source, executors.to_vec(), name.clone(), capacity)
                .lease(settings.lease)
                .build();
            crew.spawn(worker.run(shutdown.draining().clone(), shutdown.stopping().clone()));
        }
        Self(crew)
    }

    /// Waits until the last worker has gone home.
    pub(crate) async fn drained(mut self) {
        while let Some(ended) = self.0.join_next().await {
            match ended {
                Ok(tally) => info!(?tally, "a worker has drained"),
                Err(error) => warn!(%error, "a worker ended badly"),
            }
        }
    }
}

/// The same after every restart, so that it stays the same agent. Servers that share a store are
/// told apart by their machines and ports.
fn name(settings: &Settings, port: u16) -> AgentName {
    let host = settings.postgres_dsn.as_ref().and_then(|_| nix::unistd::gethostname().ok());
    let host = host.and_then(|host| host.into_string().ok());
    let full = host.and_then(|host| AgentName::parse(&format!("{NAME}-{host}-{port}")).ok());
    full.unwrap_or_else(|| AgentName::parse(NAME).expect("a literal within its bounds"))
}
