//! What waits, what failed, and what operators set for both.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::{ProjectId, Timestamp};
use mission_control::missions::Kind;
use mission_control::missions::queue::QueueChange;
use mission_control::{MissionControl, QueueOverview};
use mission_control_wire::reply::{DeadLetterReply, QueueReply};
use mission_control_wire::request::{Empty, SetQueue};
use mission_control_wire::{Word, to_bytes};

use super::Services;
use crate::http::idempotency::{Key, once};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// Every parameter of the list of queues.
pub(super) const PARAMETERS: &[&str] = &["kind"];

/// What endpoints about queues need.
pub(super) struct Queues {
    control: MissionControl,
}

pub(super) async fn list(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    let (project, kinds) = (request.project()?, parse::kinds(request.query())?);
    let queues = area.control.queues(project, &kinds).await?;
    area.told(project, &queues)
}

pub(super) async fn dead_letter(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    let (project, limit) = (request.project()?, request.query().limit()?);
    let letter = area.control.dead_letter(project, limit).await?;
    let totals = area.control.totals(&request.scope()?).await?;
    Reply::json(&DeadLetterReply {
        groups: letter.groups.iter().map(show::failure_group).collect(),
        total: totals.sums.dead_letter.unsigned_abs(),
        more: letter.more,
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn pause_all(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    area.set_paused(&request, None, true).await
}

pub(super) async fn resume_all(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    area.set_paused(&request, None, false).await
}

pub(super) async fn pause(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    area.set_paused(&request, Some(request.param("kind")?), true).await
}

pub(super) async fn resume(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    area.set_paused(&request, Some(request.param("kind")?), false).await
}

pub(super) async fn set(area: Arc<Queues>, request: Request) -> Result<Reply, Problem> {
    let kind = request.param("kind")?;
    let limits = parse::queue_limits(&request.json::<SetQueue>()?)?;
    let change = QueueChange { limits: Some(limits), ..QueueChange::default() };
    let (project, by) = (request.project()?, request.actor()?);
    let set = area.control.change_queue(project, Some(&kind), change, &by, None).await?;
    once(set, |set| area.told(project, &set))
}

impl Queues {
    pub(super) fn new(services: &Services) -> Self {
        Self { control: services.control.clone() }
    }

    /// Answers with what is set then: of that kind alone, or of all of them.
    async fn set_paused(
        &self,
        request: &Request,
        kind: Option<Kind>,
        paused: bool,
    ) -> Result<Reply, Problem> {
        request.json::<Empty>()?;
        let change = QueueChange { paused: Some(paused), ..QueueChange::default() };
        let (project, by) = (request.project()?, request.actor()?);
        let (now, of) = (self.control.clock().now(), project.clone());
        let render = move |queues: &QueueOverview| to_bytes(&shape(&of, queues, now));
        let receipt = Key::of(request)?.map(|key| key.receipt(StatusCode::OK, render.clone()));
        let set = self.control.change_queue(project, kind.as_ref(), change, &by, receipt).await?;
        once(set, |set| Ok(Reply::json_text(render(&set)?)))
    }

    fn told(&self, project: &ProjectId, queues: &QueueOverview) -> Result<Reply, Problem> {
        Reply::json(&shape(project, queues, self.control.clock().now()))
    }
}

fn shape<'a>(project: &'a ProjectId, queues: &'a QueueOverview, now: Timestamp) -> QueueReply<'a> {
    QueueReply {
        project: show::project_queue(project, queues),
        queues: queues.kinds.iter().map(show::queue).collect(),
        more: queues.more,
        timestamp: Word(now),
    }
}
