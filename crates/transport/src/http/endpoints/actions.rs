//! What is done to one mission.

use std::sync::Arc;

use http::StatusCode;
use mission_control::Shown;
use mission_control::kernel::{AgentId, LeaseId, MissionId, Timestamp};
use mission_control::missions::{Command, Outcome, Refusal, Verdict};
use mission_control_wire::reply::{ActionReply, Deed};
use mission_control_wire::request::Empty;
use mission_control_wire::{EncodeError, Word, to_bytes};

use super::missions::Missions;
use crate::http::idempotency::{Key, kept, replayed};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// What is driven from outside has no agent, so that a token which acts as one begins nothing.
pub(super) async fn start(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    if request.principal()?.agent.is_some() {
        let detail = "this token acts as one agent alone, which claims what it performs";
        return Err(Problem::forbidden("not_your_agent", detail));
    }
    let command = parse::start(&request.json()?)?;
    area.act(&request, command, Deed::Started).await
}

pub(super) async fn progress(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::progress(request.json()?)?;
    area.act(&request, command, Deed::Progressed).await
}

pub(super) async fn complete(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::complete(request.json()?)?;
    area.act(&request, command, Deed::Completed).await
}

pub(super) async fn fail(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::fail(&request.json()?)?;
    area.act(&request, command, Deed::Failed).await
}

pub(super) async fn cancel(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::cancel(&request.json()?)?;
    area.act(&request, command, Deed::Cancelled).await
}

pub(super) async fn retry(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    area.simply(&request, Command::Retry, Deed::Retried).await
}

pub(super) async fn discard(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::discard(&request.json()?)?;
    area.act(&request, command, Deed::Discarded).await
}

pub(super) async fn hold(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let command = parse::hold(&request.json()?)?;
    area.act(&request, command, Deed::Held).await
}

pub(super) async fn approve(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    area.simply(&request, Command::Approve, Deed::Approved).await
}

pub(super) async fn take_back(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    area.simply(&request, Command::TakeBack, Deed::TakenBack).await
}

impl Missions {
    /// An action that takes nothing but an empty body.
    async fn simply(
        &self,
        request: &Request,
        command: Command,
        deed: Deed,
    ) -> Result<Reply, Problem> {
        request.json::<Empty>()?;
        self.act(request, command, deed).await
    }

    async fn act(&self, request: &Request, command: Command, deed: Deed) -> Result<Reply, Problem> {
        let id: MissionId = request.param("id")?;
        self.is_its_agents(request, id, command.lease()).await?;
        let now = self.control.clock().now();
        let receipt = match Key::of(request)? {
            None => None,
            Some(key) => {
                let tree = self.tree_progress(request, id).await?;
                let render = move |outcome: &Outcome| told(&in_tree(outcome, tree), deed, now);
                Some(key.receipt(StatusCode::OK, render))
            }
        };
        let (by, scope) = (request.actor()?, request.scope()?);
        match self.control.command(by, scope, id, command, receipt).await? {
            Verdict::Done(_, Some(rendered)) => kept(rendered),
            Verdict::Done(outcome, None) => {
                let shown = self.control.view(outcome.missions).await?;
                Ok(Reply::json_text(told(&shown, deed, now)?))
            }
            Verdict::Replayed(rendered) => replayed(rendered),
            Verdict::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Refuses whoever acts as one agent alone where it never had the mission: then there is none. A
    /// write of such a one always names its lease, or it could fall upon an attempt that somebody
    /// else has begun meanwhile.
    pub(super) async fn is_its_agents(
        &self,
        request: &Request,
        id: MissionId,
        lease: Option<LeaseId>,
    ) -> Result<(), Problem> {
        if request.principal()?.agent.is_none() {
            return Ok(());
        }
        if !self.had(request, id, lease).await? {
            return Err(Problem::not_found());
        }
        lease.map(|_| ()).ok_or_else(|| Refusal::LeaseRequired.into())
    }

    /// Whether the agent as which alone somebody acts has the mission, had it last, or had it under
    /// this lease. Whoever acts as any agent has them all.
    pub(super) async fn had(
        &self,
        request: &Request,
        id: MissionId,
        lease: Option<LeaseId>,
    ) -> Result<bool, Problem> {
        let Some(name) = &request.principal()?.agent else { return Ok(true) };
        let scope = request.scope()?;
        let Some(mission) = self.control.mission(&scope, id).await? else { return Ok(false) };
        let is_it = async |agent: Option<AgentId>| -> Result<bool, Problem> {
            let Some(agent) = agent else { return Ok(false) };
            let agent = self.control.registered(&scope, agent).await?;
            Ok(agent.is_some_and(|agent| agent.name == *name))
        };
        if is_it(mission.agent()).await? {
            return Ok(true);
        }
        let Some(lease) = lease else { return Ok(false) };
        let attempts = self.control.attempts(&scope, id).await?;
        let named = attempts.iter().find(|attempt| attempt.lease == lease);
        is_it(named.and_then(|attempt| attempt.agent)).await
    }

    /// The progress of a mission with children. An answer that is kept is written inside the
    /// store's transaction, where nothing more can be asked; and no command on a mission changes
    /// what has been completed below it.
    async fn tree_progress(
        &self,
        request: &Request,
        id: MissionId,
    ) -> Result<Option<f64>, Problem> {
        let found = self.control.mission(&request.scope()?, id).await?;
        let Some(mission) = found.filter(|mission| mission.has_children) else { return Ok(None) };
        Ok(self.control.view(vec![mission]).await?.first().map(|shown| shown.progress))
    }
}

/// What was done to the first of `shown`, which is all there is.
pub(super) fn told(shown: &[Shown], deed: Deed, now: Timestamp) -> Result<Vec<u8>, EncodeError> {
    let shape = shown.first().map(|shown| ActionReply {
        message: deed,
        mission: show::shown(shown),
        timestamp: Word(now),
    });
    to_bytes(&shape)
}

fn in_tree(outcome: &Outcome, tree: Option<f64>) -> Vec<Shown> {
    let shown = outcome.missions.iter().map(|mission| {
        let own = mission.output().map_or(0.0, |output| output.progress.percent());
        Shown { mission: mission.clone(), progress: tree.unwrap_or(own) }
    });
    shown.collect()
}
