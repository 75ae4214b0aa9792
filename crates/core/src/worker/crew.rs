//! The workers of one process: one for each project that it serves.

use std::sync::Arc;
use std::time::Duration;

use mission_control_agents::AgentName;
use mission_control_kernel::ProjectId;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::builder::Worker;
use super::local::LocalSource;
use super::run::Tally;
use crate::executor::Executor;
use crate::mission_control::MissionControl;

/// What the workers of a process have in common.
#[derive(Clone)]
pub struct Staffing {
    /// The projects that they serve, each of them one.
    pub projects: Vec<ProjectId>,
    /// What they can run.
    pub executors: Vec<Arc<dyn Executor>>,
    /// Their name as agents: the same after a restart, and nobody else's in these projects.
    pub name: AgentName,
    /// How many missions each runs at once, 1–1000.
    pub capacity: u32,
    /// How long each may stay silent about a mission, 1–3600 s.
    pub lease: Duration,
}

/// Workers that run.
#[derive(Debug, Default)]
pub struct Crew(JoinSet<Tally>);

impl Crew {
    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Starts them. They claim until `drain`, let attempts go on for a grace after it or until
    /// `stop`, and give back the rest.
    #[must_use]
    pub fn start(
        control: &MissionControl,
        staffing: &Staffing,
        drain: &CancellationToken,
        stop: &CancellationToken,
    ) -> Self {
        let mut crew = JoinSet::new();
        for project in &staffing.projects {
            let source = Arc::new(LocalSource::new(control.clone(), project.clone()));
            let (executors, name) = (staffing.executors.clone(), staffing.name.clone());
            let worker = Worker::builder(source, executors, name, staffing.capacity)
                .lease(staffing.lease)
                .build();
            crew.spawn(worker.run(drain.clone(), stop.clone()));
        }
        Self(crew)
    }

    /// Waits until the last worker has gone home.
    pub async fn drained(mut self) {
        while let Some(ended) = self.0.join_next().await {
            match ended {
                Ok(tally) => info!(?tally, "a worker has drained"),
                Err(error) => warn!(%error, "a worker ended badly"),
            }
        }
    }
}
