//! The port to where missions come from.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_agents::{AgentName, AgentType};
use mission_control_kernel::{AgentId, Capabilities};
use mission_control_missions::{
    FailureReport, HeldLease, Kind, LogLine, Progress, ProgressMessage, Renewal, UsageReport,
};

use crate::executor::{Done, Work};

/// Where a worker gets missions and tells what becomes of them: the mission control of its own
/// process, or one behind a network.
///
/// Every call MAY be dropped while it is under way, and MAY be sent again after a failure: reports
/// are told apart by mission, lease and kind.
#[async_trait]
pub trait WorkSource: Send + Sync + 'static {
    /// Registers the worker as an agent; with the same name it is the same agent.
    ///
    /// # Errors
    /// `Away`.
    async fn register(&self, badge: &Badge) -> Result<AgentId, SourceError>;

    /// Takes missions; waits for the first one, at most `ask.wait`.
    ///
    /// # Errors
    /// `Away`, `UnknownAgent`.
    async fn claim(&self, agent: AgentId, ask: Ask) -> Result<Vec<Assignment>, SourceError>;

    /// Extends all leases in one call, which is also the agent's sign of life. With a `wait`, it
    /// MAY answer as late as that, but MUST answer at once when one of the leases ends.
    ///
    /// # Errors
    /// `Away`, `UnknownAgent`.
    async fn renew(
        &self,
        agent: AgentId,
        held: &[HeldLease],
        wait: Duration,
    ) -> Result<Renewal, SourceError>;

    /// Reports on one attempt.
    ///
    /// # Errors
    /// `Away`: it may have been taken or not; sending it again is safe.
    async fn report(
        &self,
        agent: AgentId,
        held: HeldLease,
        report: WorkReport,
    ) -> Result<Answer, SourceError>;

    /// Stores lines that an attempt wrote, after those of earlier calls.
    ///
    /// # Errors
    /// `Away`: lines that are sent again may be stored twice.
    async fn log(
        &self,
        agent: AgentId,
        held: HeldLease,
        lines: Vec<LogLine>,
    ) -> Result<Answer, SourceError>;
}

/// Who a worker is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Badge {
    /// Its name, unique in the project.
    pub name: AgentName,
    /// What kind of agent.
    pub agent_type: AgentType,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What it can run.
    pub kinds: Vec<Kind>,
    /// How many missions at a time.
    pub capacity: u32,
}

/// How many missions are asked for, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// At most this many.
    pub free: u32,
    /// How long to wait for the first one.
    pub wait: Duration,
    /// How long the worker may stay silent about one.
    pub lease: Duration,
}

/// A mission to be performed.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What is to be done.
    pub work: Work,
    /// The length of its lease, which began no earlier than the request for it was sent.
    pub lease: Duration,
}

/// What a worker reports about an attempt.
#[derive(Clone, PartialEq, Debug)]
pub enum WorkReport {
    /// It goes on.
    Progress {
        /// How far; none leaves it.
        progress: Option<Progress>,
        /// In words; none leaves it.
        message: Option<ProgressMessage>,
        /// Running totals.
        usage: UsageReport,
    },
    /// It is done.
    Completed(Done),
    /// It failed.
    Failed {
        /// How.
        report: FailureReport,
        /// Final totals.
        usage: UsageReport,
    },
    /// The worker goes; the attempt does not count.
    Released,
}

/// What became of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It was taken, now or before; the lease is extended by its length, if the attempt goes on.
    Taken,
    /// The attempt is this worker's no longer.
    LeaseOver,
}

/// Why a source did not answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SourceError {
    /// It is away, busy or broken; ask again.
    #[error("the source of work is away: {0}")]
    Away(String),
    /// It does not know this agent any more; register again.
    #[error("the source of work does not know this agent")]
    UnknownAgent,
}
