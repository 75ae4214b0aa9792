//! Agents that say that they, and their attempts, are alive.

use std::collections::HashSet;
use std::time::Duration;

use futures::{StreamExt, stream};
use mission_control_agents::{AgentCommand, Duty};
use mission_control_kernel::{AgentId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, HeldLease, Progress, ProgressMessage, Renewal, Request, UsageReport,
};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::claim::LONGEST_WAIT;
use super::lookout::{Subject, Watch};
use crate::mission_control::MissionControl;

/// How many progress reports of one call are under way at a time: what a store takes in one batch.
const REPORTING: usize = 64;

/// However short the leases are, a call that may wait waits this long, or it would be called again
/// without a pause.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(100);

/// How long an agent waits that holds missions and names none of them: the shortest lease outlasts it.
const UNNAMED_PATIENCE: Duration = Duration::from_millis(333);

/// What an agent says about one mission that it runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Beat {
    /// Which mission, under which lease.
    pub lease: HeldLease,
    /// How far it is; none leaves it.
    pub progress: Option<Progress>,
    /// What it is doing; none leaves it.
    pub message: Option<ProgressMessage>,
    /// What it has used so far.
    pub usage: UsageReport,
}

impl Beat {
    /// It is alive, nothing more.
    #[must_use]
    pub fn alive(lease: HeldLease) -> Self {
        Self { lease, progress: None, message: None, usage: UsageReport::default() }
    }

    fn says_something(&self) -> bool {
        self.progress.is_some() || self.message.is_some() || self.usage != UsageReport::default()
    }
}

/// What an agent is told that was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// What became of the leases that it named.
    pub renewal: Renewal,
    /// What an operator has decided about it.
    pub duty: Duty,
}

impl MissionControl {
    /// Hears an agent: extends its leases, takes what it says about its missions, and tells which
    /// of them are its no longer. With a `wait`, it answers only when one of them left its attempt
    /// or an operator decided about the agent, at the latest after the wait, after 30 s, or after a
    /// third of what is left of the shortest lease, so that the next call comes in time. `None`
    /// when there is no such agent.
    ///
    /// An agent that names no lease waits as well, or one that has nothing to do would ask without a
    /// pause; until it takes a mission, which the next call is to name.
    ///
    /// Leases that were extended are told whatever fails after it, or an agent would give up work
    /// that is its own. What it said about its missions may be lost then: it is how things stand,
    /// and said again with the next call.
    ///
    /// # Errors
    /// Storage trouble before any lease was extended.
    pub async fn heartbeat(
        &self,
        scope: &Scope,
        id: AgentId,
        beats: Vec<Beat>,
        wait: Duration,
    ) -> Result<Option<Heard>, StoreError> {
        let held: Vec<HeldLease> = beats.iter().map(|beat| beat.lease).collect();
        // Before anything is looked at, so that nothing falls in between.
        let missions = held.iter().map(|held| Subject::Mission(held.mission));
        let news = held.is_empty().then_some(Subject::Lease(id));
        let subjects = missions.chain([Subject::Agent(id)]).chain(news);
        let watch = self.inner.lookout.watch(subjects.collect());
        if held.is_empty() {
            return self.hear_idle(scope, id, wait, &watch).await;
        }
        // Leases do not wait for the agent's row, which somebody else may hold for a while.
        let agent = self.inner.stores.agents.agent(scope, id).await?;
        let Some(agent) = agent else { return Ok(None) };
        let renewal = self.inner.stores.missions.renew(agent.id, &held).await?;
        let duty = self.hear_of(scope, id).await.unwrap_or_else(|error| {
            debug!(%error, agent = %id, "that an agent is there was not noted");
            Some(agent.duty)
        });
        let Some(duty) = duty else { return Ok(None) };
        if let Err(error) = self.take_progress(scope, id, beats, &renewal).await {
            warn!(%error, agent = %id, "some of what an agent said about its missions was lost");
        }
        let heard = Heard { renewal, duty };
        let whole = heard.renewal.cancelled.is_empty() && heard.renewal.lost.is_empty();
        if wait.is_zero() || !whole {
            return Ok(Some(heard));
        }
        let patience = self.patience(wait, &heard.renewal);
        if !self.is_told(&watch, patience).await {
            return Ok(Some(heard));
        }
        Ok(self.look_again(scope, id, &held).await.unwrap_or_else(|error| {
            debug!(%error, agent = %id, "what has happened is told with the next heartbeat");
            Some(heard)
        }))
    }

    /// Hears an agent that names no lease, and tells what has been decided about it by the end of the
    /// wait.
    async fn hear_idle(
        &self,
        scope: &Scope,
        id: AgentId,
        wait: Duration,
        watch: &Watch,
    ) -> Result<Option<Heard>, StoreError> {
        let Some(duty) = self.hear_of(scope, id).await? else { return Ok(None) };
        let heard = |duty| Heard { renewal: Renewal::default(), duty };
        // What it has taken before the watch began the projection knows by now.
        let (running, _) = self.inner.projection.agent(id);
        let longest = if running == 0 { LONGEST_WAIT } else { UNNAMED_PATIENCE };
        if wait.is_zero() || !self.is_told(watch, wait.min(longest)).await {
            return Ok(Some(heard(duty)));
        }
        Ok(match self.inner.stores.agents.agent(scope, id).await {
            Ok(agent) => agent.map(|agent| heard(agent.duty)),
            Err(error) => {
                debug!(%error, agent = %id, "what was decided is told with the next heartbeat");
                Some(heard(duty))
            }
        })
    }

    /// Whether something was told within `patience`.
    async fn is_told(&self, watch: &Watch, patience: Duration) -> bool {
        tokio::select! {
            told = timeout(patience, watch.told()) => told.is_ok(),
            () = self.inner.stop.cancelled() => false,
        }
    }

    /// Notes that an agent is there; says what an operator has decided about it.
    async fn hear_of(&self, scope: &Scope, id: AgentId) -> Result<Option<Duty>, StoreError> {
        let heard = self.inner.stores.agents.command(scope, id, AgentCommand::Heartbeat).await?;
        Ok(heard.ok().flatten().map(|agent| agent.duty))
    }

    /// How an agent and its leases stand after something has happened to them.
    async fn look_again(
        &self,
        scope: &Scope,
        id: AgentId,
        held: &[HeldLease],
    ) -> Result<Option<Heard>, StoreError> {
        let renewal = self.inner.stores.missions.renew(id, held).await?;
        let agent = self.inner.stores.agents.agent(scope, id).await?;
        Ok(agent.map(|agent| Heard { renewal, duty: agent.duty }))
    }

    /// Only about missions that the agent still holds. What cannot be noted about one of them keeps
    /// nothing that is said about others.
    ///
    /// # Errors
    /// The first storage trouble, after all were tried.
    async fn take_progress(
        &self,
        scope: &Scope,
        id: AgentId,
        beats: Vec<Beat>,
        renewal: &Renewal,
    ) -> Result<(), StoreError> {
        let current: HashSet<HeldLease> = renewal.renewed.iter().map(|(held, _)| *held).collect();
        let news =
            beats.into_iter().filter(|beat| beat.says_something() && current.contains(&beat.lease));
        let store = &self.inner.stores.missions;
        stream::iter(news)
            .map(|beat| {
                let command = Command::Progress {
                    lease: Some(beat.lease.lease),
                    progress: beat.progress,
                    message: beat.message,
                    result: None,
                    usage: beat.usage,
                };
                let mission = beat.lease.mission;
                let action = Action::Command { scope: scope.clone(), mission, command };
                store.apply(Request { action, by: Actor::Agent(id), receipt: None })
            })
            .buffer_unordered(REPORTING)
            // A refusal means that the lease ended this very moment; the next call tells.
            .fold(Ok(()), |so_far, told| async move { so_far.and(told.map(|_| ())) })
            .await
    }

    fn patience(&self, wait: Duration, renewal: &Renewal) -> Duration {
        let now = self.inner.stores.missions.now();
        let shortest = renewal.renewed.iter().map(|(_, expires_at)| expires_at.since(now)).min();
        let third = shortest.map_or(LONGEST_WAIT, |left| left / 3).max(SHORTEST_PATIENCE);
        wait.min(LONGEST_WAIT).min(third)
    }
}

#[cfg(test)]
mod tests;
