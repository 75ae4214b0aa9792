//! What waits, what failed, and what operators set for both.

use std::sync::Arc;

use mission_control::kernel::ProjectId;
use mission_control::missions::Kind;
use mission_control::missions::queue::QueueChange;
use mission_control::{MissionControl, QueueOverview};
use mission_control_wire::Word;
use mission_control_wire::reply::{DeadLetterReply, QueueReply};
use mission_control_wire::request::{Empty, SetQueue};

use super::Services;
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
    area.change(&request, Some(kind), change).await
}

impl Queues {
    pub(super) fn new(services: &Services) -> Self {
        Self { control: services.control.clone() }
    }

    async fn set_paused(
        &self,
        request: &Request,
        kind: Option<Kind>,
        paused: bool,
    ) -> Result<Reply, Problem> {
        request.json::<Empty>()?;
        let change = QueueChange { paused: Some(paused), ..QueueChange::default() };
        self.change(request, kind, change).await
    }

    /// Answers with what is set then: of that kind alone, or of all of them.
    async fn change(
        &self,
        request: &Request,
        kind: Option<Kind>,
        change: QueueChange,
    ) -> Result<Reply, Problem> {
        let (project, by) = (request.project()?, request.actor()?);
        let queues = self.control.change_queue(project, kind.as_ref(), change, &by).await?;
        self.told(project, &queues)
    }

    fn told(&self, project: &ProjectId, queues: &QueueOverview) -> Result<Reply, Problem> {
        Reply::json(&QueueReply {
            project: show::project_queue(project, queues),
            queues: queues.kinds.iter().map(show::queue).collect(),
            more: queues.more,
            timestamp: Word(self.control.clock().now()),
        })
    }
}
