//! A registry of one agent, some of whose calls fail.

use std::sync::Mutex;

use async_trait::async_trait;
use mission_control_agents::{Agent, AgentCommand, AgentStore, AgentVerdict, Registration, decide};
use mission_control_kernel::{AgentId, ProjectId, Scope, StoreError, Timestamp};
use tokio::sync::watch;

pub(crate) struct ScriptedAgents {
    agent: Agent,
    away: Mutex<Vec<&'static str>>,
    /// How many commands have come.
    commands: watch::Sender<u32>,
}

impl ScriptedAgents {
    /// With this agent and no other.
    pub(crate) fn of(agent: Agent) -> Self {
        Self { agent, away: Mutex::default(), commands: watch::Sender::new(0) }
    }

    /// Every later call of this name fails.
    pub(crate) fn lose(&self, call: &'static str) {
        self.away.lock().unwrap().push(call);
    }

    /// Waits until a command has come.
    pub(crate) async fn commanded(&self) {
        self.commands.subscribe().wait_for(|count| *count > 0).await.unwrap();
    }

    fn is_there(&self, call: &'static str) -> Result<(), StoreError> {
        let away = self.away.lock().unwrap().contains(&call);
        if away { Err(StoreError::Unavailable(format!("{call} is away"))) } else { Ok(()) }
    }
}

#[async_trait]
impl AgentStore for ScriptedAgents {
    async fn register(&self, _: Registration) -> Result<(Agent, bool), StoreError> {
        Ok((self.agent.clone(), false))
    }

    async fn command(
        &self,
        _: &Scope,
        _: AgentId,
        command: AgentCommand,
    ) -> Result<AgentVerdict, StoreError> {
        self.commands.send_modify(|count| *count += 1);
        self.is_there("command")?;
        let decided = decide(&self.agent, &command, 0, Timestamp::from_micros(1_000_000));
        Ok(decided.map(|(agent, _)| agent))
    }

    async fn agent(&self, _: &Scope, _: AgentId) -> Result<Option<Agent>, StoreError> {
        self.is_there("agent")?;
        Ok(Some(self.agent.clone()))
    }

    async fn agents(&self, _: &ProjectId) -> Result<Vec<Agent>, StoreError> {
        Ok(vec![self.agent.clone()])
    }

    async fn silent(&self, _: u32) -> Result<Vec<AgentId>, StoreError> {
        Ok(Vec::new())
    }
}
