//! The registry of agents, with what they run and how they have done.

use mission_control_agents::{
    Agent, AgentCommand, AgentRefusal, AgentStatus, Load, Registration, Standing, Tier,
};
use mission_control_kernel::{AgentId, ProjectId, Scope, StoreError};

use crate::mission_control::MissionControl;

/// An agent, and what the journal tells about it.
#[derive(Clone, PartialEq, Debug)]
pub struct AgentView {
    /// As it is stored.
    pub agent: Agent,
    /// How many missions it runs.
    pub running: u32,
    /// How its attempts ended.
    pub standing: Standing,
    /// How it is seen now.
    pub status: AgentStatus,
    /// How much of its capacity it uses.
    pub load: Load,
    /// What its results have earned.
    pub tier: Tier,
}

impl MissionControl {
    /// Registers an agent, or finds the one with that name; says whether it is new.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn register(
        &self,
        registration: Registration,
    ) -> Result<(AgentView, bool), StoreError> {
        let (agent, new) = self.inner.stores.agents.register(registration).await?;
        self.catch_up_if_possible().await;
        Ok((self.view_agent(agent), new))
    }

    /// One agent.
    ///
    /// # Errors
    /// Storage trouble; `Busy` when the projection is too far behind to be exact.
    pub async fn agent(&self, scope: &Scope, id: AgentId) -> Result<Option<AgentView>, StoreError> {
        let agent = self.inner.stores.agents.agent(scope, id).await?;
        self.catch_up().await?;
        Ok(agent.map(|agent| self.view_agent(agent)))
    }

    /// One agent as it is stored, without what the journal tells about it.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn registered(
        &self,
        scope: &Scope,
        id: AgentId,
    ) -> Result<Option<Agent>, StoreError> {
        self.inner.stores.agents.agent(scope, id).await
    }

    /// All agents of a project, by name.
    ///
    /// # Errors
    /// Storage trouble; `Busy` when the projection is too far behind to be exact.
    pub async fn agents(&self, project: &ProjectId) -> Result<Vec<AgentView>, StoreError> {
        let agents = self.inner.stores.agents.agents(project).await?;
        self.catch_up().await?;
        Ok(agents.into_iter().map(|agent| self.view_agent(agent)).collect())
    }

    /// Carries out a command on an agent; nothing is left of one that was removed.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn agent_command(
        &self,
        scope: &Scope,
        id: AgentId,
        command: AgentCommand,
    ) -> Result<Result<Option<AgentView>, AgentRefusal>, StoreError> {
        let verdict = self.inner.stores.agents.command(scope, id, command).await?;
        self.catch_up_if_possible().await;
        Ok(verdict.map(|agent| agent.map(|agent| self.view_agent(agent))))
    }

    /// After a write, which is done whether or not its answer can be exact.
    pub(crate) async fn catch_up_if_possible(&self) {
        if let Err(error) = self.catch_up().await {
            tracing::debug!(%error, "answered from a projection that is behind");
        }
    }

    fn view_agent(&self, agent: Agent) -> AgentView {
        let (running, standing) = self.inner.projection.agent(agent.id);
        AgentView {
            status: agent.status(running, self.inner.stores.missions.now()),
            load: Load::of(running, agent.max_concurrent),
            tier: standing.tier(&self.inner.tiers),
            running,
            standing,
            agent,
        }
    }
}
