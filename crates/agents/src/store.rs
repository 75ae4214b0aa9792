//! What a store must do for agents.

use async_trait::async_trait;
use mission_control_kernel::{AgentId, ProjectId, Scope, StoreError};

use crate::agent::{Agent, Registration};
use crate::life::{AgentCommand, AgentRefusal};

/// What became of a command on an agent.
pub type AgentVerdict = Result<Option<Agent>, AgentRefusal>;

/// Where agents live.
///
/// Every implementation MUST apply [`crate::decide`] to the row it has locked, with its own clock,
/// and write the agent and the journal entry in one transaction.
#[async_trait]
pub trait AgentStore: Send + Sync + 'static {
    /// Registers an agent, or finds the one with that name and tells it what has changed. Says
    /// whether it is new.
    async fn register(&self, registration: Registration) -> Result<(Agent, bool), StoreError>;

    /// Carries out a command on an agent that `scope` may see; `None` once it is removed.
    async fn command(
        &self,
        scope: &Scope,
        id: AgentId,
        command: AgentCommand,
    ) -> Result<AgentVerdict, StoreError>;

    /// One agent.
    async fn agent(&self, scope: &Scope, id: AgentId) -> Result<Option<Agent>, StoreError>;

    /// All agents of a project, by name.
    async fn agents(&self, project: &ProjectId) -> Result<Vec<Agent>, StoreError>;

    /// Online agents of any project that have been silent for too long, at most `limit`.
    async fn silent(&self, limit: u32) -> Result<Vec<AgentId>, StoreError>;
}
