//! The mission control of the same process as a source of work.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_agents::{AgentRefusal, KindName, Registration};
use mission_control_kernel::{AgentId, ProjectId, Scope, StoreError};
use mission_control_missions::{
    Actor, Command, HeldLease, LogLine, Mission, Refusal, Renewal, Verdict,
};

use super::document::document;
use super::source::{Answer, Ask, Assignment, Badge, SourceError, WorkReport, WorkSource};
use crate::executor::Work;
use crate::fleet::{Beat, Want};
use crate::mission_control::MissionControl;

/// One project of a mission control, as a worker sees it.
#[derive(Clone, Debug)]
pub struct LocalSource {
    control: MissionControl,
    project: ProjectId,
    scope: Scope,
}

impl LocalSource {
    /// The missions of `project`.
    #[must_use]
    pub fn new(control: MissionControl, project: ProjectId) -> Self {
        Self { control, scope: Scope::one(project.clone()), project }
    }

    /// What there was no room for the work names, for an executor to read with
    /// [`MissionControl::dependency_result`], or a program over HTTP; nothing is read here beyond
    /// the bytes that a claim hands over. They are counted for each mission alone, so that what its
    /// program finds does not hang on what was claimed with it.
    async fn assignment(
        &self,
        mission: &Mission,
        lease: Duration,
    ) -> Result<Assignment, StoreError> {
        let handover = self.control.dependency_results(mission).await?;
        let spec = &mission.spec;
        let work = Work {
            mission: mission.id,
            project: mission.project.clone(),
            lease: mission.lease_id,
            attempt: mission.attempt,
            kind: spec.kind.clone(),
            title: spec.title.clone(),
            description: spec.description.clone(),
            input: spec.input.clone(),
            metadata: spec.metadata.clone(),
            document: document(mission, &handover),
            dependencies: handover.results,
            dependencies_omitted: handover.omitted,
            timeout: spec.timeout,
        };
        Ok(Assignment { work, lease })
    }
}

#[async_trait]
impl WorkSource for LocalSource {
    async fn register(&self, badge: &Badge) -> Result<AgentId, SourceError> {
        let kinds = badge.kinds.iter().filter_map(|kind| KindName::parse(kind.as_str()).ok());
        let registration = Registration {
            id: AgentId::new(self.control.ids().next(self.control.clock().now())),
            project: self.project.clone(),
            name: badge.name.clone(),
            agent_type: badge.agent_type.clone(),
            capabilities: badge.capabilities.clone(),
            kinds: Some(kinds.collect()),
            max_concurrent: badge.capacity,
        };
        let (view, _) = self.control.register(registration).await.map_err(away)?;
        Ok(view.agent.id)
    }

    async fn claim(&self, agent: AgentId, ask: Ask) -> Result<Vec<Assignment>, SourceError> {
        let want = Want { max: ask.free, wait: ask.wait, kinds: None, lease: ask.lease };
        let claim = self.control.claim_guarded(&self.scope, agent, want).await.map_err(away)?;
        let (handed, _) = claim.map_err(unknown)?;
        let mut assignments = Vec::with_capacity(handed.missions().len());
        // On failure the missions fall, and go back into the queue.
        for mission in handed.missions() {
            assignments.push(self.assignment(mission, ask.lease).await.map_err(away)?);
        }
        handed.accept();
        Ok(assignments)
    }

    async fn renew(
        &self,
        agent: AgentId,
        held: &[HeldLease],
        wait: Duration,
    ) -> Result<Renewal, SourceError> {
        let beats = held.iter().copied().map(Beat::alive).collect();
        let heard = self.control.heartbeat(&self.scope, agent, beats, wait).await.map_err(away)?;
        heard.map(|heard| heard.renewal).ok_or(SourceError::UnknownAgent)
    }

    async fn report(
        &self,
        agent: AgentId,
        held: HeldLease,
        report: WorkReport,
    ) -> Result<Answer, SourceError> {
        let command = command(held, report);
        let (by, scope) = (Actor::Agent(agent), self.scope.clone());
        let verdict = self.control.command(by, scope, held.mission, command, None).await;
        match verdict.map_err(away)? {
            Verdict::Done(..) | Verdict::Replayed(_) => Ok(Answer::Taken),
            Verdict::Refused(refusal) => refused(&refusal),
        }
    }

    async fn log(
        &self,
        _agent: AgentId,
        held: HeldLease,
        lines: Vec<LogLine>,
    ) -> Result<Answer, SourceError> {
        let stored =
            self.control.append_logs(&self.scope, held.mission, Some(held.lease), lines).await;
        match stored.map_err(away)? {
            Ok(_) => Ok(Answer::Taken),
            Err(refusal) => refused(&refusal),
        }
    }
}

fn command(held: HeldLease, report: WorkReport) -> Command {
    let lease = Some(held.lease);
    match report {
        WorkReport::Progress { progress, message, usage } => {
            Command::Progress { lease, progress, message, result: None, usage }
        }
        WorkReport::Completed(done) => {
            Command::Complete { lease, result: done.result, usage: done.usage }
        }
        WorkReport::Failed { report, usage } => Command::Fail { lease, report, usage },
        WorkReport::Released => Command::Release { lease: held.lease },
    }
}

/// Whatever is refused to a worker but for want of time means that the attempt is not its own.
fn refused(refusal: &Refusal) -> Result<Answer, SourceError> {
    match refusal {
        Refusal::Busy => Err(SourceError::Away(refusal.to_string())),
        Refusal::NotFound
        | Refusal::UnknownRun
        | Refusal::InvalidTransition { .. }
        | Refusal::NotReady { .. }
        | Refusal::LeaseLost
        | Refusal::LeaseRequired
        | Refusal::NotLeased
        | Refusal::Stale { .. }
        | Refusal::Changed { .. }
        | Refusal::ParentFinished { .. }
        | Refusal::UnknownParent { .. }
        | Refusal::TreeTooDeep
        | Refusal::UnknownDependency { .. }
        | Refusal::DependencyFailed { .. }
        | Refusal::DependencyBroken { .. }
        | Refusal::KeyReused => Ok(Answer::LeaseOver),
    }
}

fn away(error: StoreError) -> SourceError {
    SourceError::Away(error.to_string())
}

fn unknown(refusal: AgentRefusal) -> SourceError {
    match refusal {
        AgentRefusal::NotFound | AgentRefusal::RunsMissions { .. } => SourceError::UnknownAgent,
    }
}
