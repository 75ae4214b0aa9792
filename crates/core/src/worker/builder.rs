//! How a worker is put together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_agents::{AgentName, AgentType, MAX_CONCURRENT};
use mission_control_kernel::{Capabilities, Clock, SystemClock};
use mission_control_missions::Kind;

use super::source::{Badge, WorkSource};
use crate::executor::Executor;
use crate::fleet::{DEFAULT_LEASE, LONGEST_LEASE, SHORTEST_LEASE};

/// How long attempts may go on once a worker drains.
const DEFAULT_GRACE: Duration = Duration::from_secs(10);

/// Performs missions of one project with its executors; one agent there.
pub struct Worker {
    pub(super) source: Arc<dyn WorkSource>,
    pub(super) executors: HashMap<Kind, Arc<dyn Executor>>,
    pub(super) badge: Badge,
    pub(super) lease: Duration,
    pub(super) grace: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// A worker that is not complete yet.
pub struct WorkerBuilder(Worker);

impl Worker {
    /// A worker that takes its missions from `source`, registers under `name`, and runs at most
    /// `capacity` (1–1000) of them at a time. Of two executors for one kind the later one counts.
    #[must_use]
    pub fn builder(
        source: Arc<dyn WorkSource>,
        executors: Vec<Arc<dyn Executor>>,
        name: AgentName,
        capacity: u32,
    ) -> WorkerBuilder {
        let executors: HashMap<_, _> =
            executors.into_iter().map(|executor| (executor.kind().clone(), executor)).collect();
        let mut kinds: Vec<Kind> = executors.keys().cloned().collect();
        kinds.sort();
        let badge = Badge {
            name,
            agent_type: AgentType::parse("worker").expect("a literal within its bounds"),
            capabilities: Capabilities::default(),
            kinds,
            capacity: capacity.clamp(1, MAX_CONCURRENT),
        };
        WorkerBuilder(Self {
            source,
            executors,
            badge,
            lease: DEFAULT_LEASE,
            grace: DEFAULT_GRACE,
            clock: Arc::new(SystemClock),
        })
    }
}

impl WorkerBuilder {
    /// What kind of agent it is; `worker` when nothing is said.
    #[must_use]
    pub fn agent_type(mut self, agent_type: AgentType) -> Self {
        self.0.badge.agent_type = agent_type;
        self
    }

    /// What it can do; nothing special when nothing is said.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.0.badge.capabilities = capabilities;
        self
    }

    /// How long it may stay silent about a mission, 1–3600 s; 15 s when nothing is said.
    #[must_use]
    pub fn lease(mut self, length: Duration) -> Self {
        self.0.lease = length.clamp(SHORTEST_LEASE, LONGEST_LEASE);
        self
    }

    /// How long attempts may go on once it drains; 10 s when nothing is said.
    #[must_use]
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.0.grace = grace;
        self
    }

    /// The clock that dates its log lines.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.0.clock = clock;
        self
    }

    /// The worker, ready to run.
    #[must_use]
    pub fn build(self) -> Worker {
        self.0
    }
}
