//! Agents that ask for missions.

use std::time::Duration;

use mission_control_agents::{Agent, AgentCommand, AgentRefusal, Duty};
use mission_control_kernel::{AgentId, Scope, StoreError};
use mission_control_missions::queue::{AgentFacts, Claimant};
use mission_control_missions::{ClaimingAgent, Kind, Mission};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::dispatcher::Waiter;
use super::handed::Handed;
use super::handover::Handover;
use super::lookout::Subject;
use crate::mission_control::MissionControl;

/// The lease when nothing is said.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(15);
/// The shortest lease: heartbeats of a third of it still cross a slow network.
pub const SHORTEST_LEASE: Duration = Duration::from_secs(1);
/// The longest lease: what a dead worker holds is waited for at most this long.
pub const LONGEST_LEASE: Duration = Duration::from_hours(1);
/// The longest wait of one call: below what proxies allow a silent connection.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The most missions of one claim: they and their bodies have to fit into one answer.
pub const LARGEST_CLAIM: u32 = 100;

/// How much longer than asked an answer may take before the store counts as away.
const SLACK: Duration = Duration::from_secs(10);

/// A claim is a sign of life; one is enough for this long, a fraction of the silence that counts.
const HEARD_FOR: Duration = Duration::from_secs(5);

/// What an agent asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// How many missions at most, 1–100 and never more than the agent's capacity.
    pub max: u32,
    /// How long to wait for the first one, at most 30 s.
    pub wait: Duration,
    /// Of which kinds; none for all that the agent performs.
    pub kinds: Option<Vec<Kind>>,
    /// How long the agent may stay silent about one, 1–3600 s.
    pub lease: Duration,
}

impl Default for Want {
    /// One mission, now or not at all, for 15 s.
    fn default() -> Self {
        Self { max: 1, wait: Duration::ZERO, kinds: None, lease: DEFAULT_LEASE }
    }
}

/// What a claim brought.
#[derive(Clone, PartialEq, Debug)]
pub struct Claimed {
    /// What the agent may now begin.
    pub missions: Vec<ClaimedMission>,
    /// What an operator has decided about the agent: unless it is active, it gets nothing.
    pub duty: Duty,
}

/// One mission that a claim brought.
#[derive(Clone, PartialEq, Debug)]
pub struct ClaimedMission {
    /// It, under its lease.
    pub mission: Mission,
    /// What those that it depends on have found.
    pub handover: Handover,
}

impl MissionControl {
    /// Takes missions for an agent, under leases; waits for the first one. Empty when there is
    /// none in time, when the agent holds as many as it may, or when it may not take any. An order
    /// to the agent ends the wait at once.
    ///
    /// When the call is dropped while it waits, or cannot hand over what those before the missions
    /// have found, what was taken for it goes back at once, no attempt used up. All of them together
    /// are handed [`MOST_HANDED_OVER`](super::MOST_HANDED_OVER) bytes of results at most.
    ///
    /// # Errors
    /// `AgentRefusal::NotFound` outside the scope; storage trouble.
    pub async fn claim(
        &self,
        scope: &Scope,
        id: AgentId,
        want: Want,
    ) -> Result<Result<Claimed, AgentRefusal>, StoreError> {
        let (handed, duty) = match self.claim_guarded(scope, id, want).await? {
            Ok(claimed) => claimed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let handovers = self.hand_over(handed.missions()).await?;
        let missions = handed.accept().into_iter().zip(handovers);
        let missions = missions.map(|(mission, handover)| ClaimedMission { mission, handover });
        Ok(Ok(Claimed { missions: missions.collect(), duty }))
    }

    /// The same as [`Self::claim`], for callers that have more to do before the missions are safe.
    pub(crate) async fn claim_guarded(
        &self,
        scope: &Scope,
        id: AgentId,
        want: Want,
    ) -> Result<Result<(Handed, Duty), AgentRefusal>, StoreError> {
        // Before the agent is read, so that no order to it falls in between.
        let watch = self.inner.lookout.watch(vec![Subject::Agent(id)]);
        let Some(agent) = self.heard(scope, id).await? else {
            return Ok(Err(AgentRefusal::NotFound));
        };
        let deadline = Instant::now() + want.wait.min(LONGEST_WAIT);
        if agent.duty != Duty::Active {
            // An agent that may take nothing waits all the same, or it would ask without a pause.
            tokio::select! {
                () = sleep_until(deadline) => return Ok(Ok((self.none(), agent.duty))),
                () = self.inner.stop.cancelled() => return Ok(Ok((self.none(), agent.duty))),
                () = watch.told() => return self.ordered(scope, id).await,
            }
        }
        let (reply, handed) = oneshot::channel();
        let waiter = Waiter { ask: claimant(&agent, want), deadline, reply };
        let stopped = || StoreError::Unavailable("the mission control has stopped".to_owned());
        self.inner.waiters.send(waiter).await.map_err(|_| stopped())?;
        let limit = deadline.duration_since(Instant::now()) + SLACK;
        tokio::select! {
            handed = timeout(limit, handed) => match handed {
                Ok(handed) => Ok(Ok((handed.map_err(|_| stopped())??, Duty::Active))),
                Err(_) => Err(StoreError::Unavailable("the queue did not answer".to_owned())),
            },
            () = watch.told() => self.ordered(scope, id).await,
        }
    }

    /// Nothing, and what an operator has just decided about the agent.
    async fn ordered(
        &self,
        scope: &Scope,
        id: AgentId,
    ) -> Result<Result<(Handed, Duty), AgentRefusal>, StoreError> {
        let agent = self.inner.stores.agents.agent(scope, id).await?;
        Ok(agent.map(|agent| (self.none(), agent.duty)).ok_or(AgentRefusal::NotFound))
    }

    /// The agent, which is thereby heard of.
    async fn heard(&self, scope: &Scope, id: AgentId) -> Result<Option<Agent>, StoreError> {
        let agents = &self.inner.stores.agents;
        let Some(agent) = agents.agent(scope, id).await? else { return Ok(None) };
        if agent.online && self.inner.stores.missions.now().since(agent.last_active) < HEARD_FOR {
            return Ok(Some(agent));
        }
        let verdict = agents.command(scope, id, AgentCommand::Heartbeat).await?;
        Ok(verdict.unwrap_or(None))
    }

    fn none(&self) -> Handed {
        Handed::new(Vec::new(), self.inner.returns.clone())
    }
}

fn claimant(agent: &Agent, want: Want) -> ClaimingAgent {
    let own: Option<Vec<Kind>> = agent
        .kinds
        .as_ref()
        .map(|kinds| kinds.iter().filter_map(|kind| kind.as_str().parse().ok()).collect());
    let kinds = match (own, want.kinds) {
        (None, wanted) => wanted,
        (own, None) => own,
        (Some(own), Some(wanted)) => {
            Some(wanted.into_iter().filter(|kind| own.contains(kind)).collect())
        }
    };
    let facts = AgentFacts {
        project: agent.project.clone(),
        kinds,
        capabilities: agent.capabilities.clone(),
    };
    let free = want.max.clamp(1, LARGEST_CLAIM).min(agent.max_concurrent);
    ClaimingAgent {
        agent_type: agent.agent_type.clone(),
        claimant: Claimant { id: agent.id, agent: facts, free },
        lease: want.lease.clamp(SHORTEST_LEASE, LONGEST_LEASE),
    }
}
