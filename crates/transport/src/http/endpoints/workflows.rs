//! Workflows: their definitions, and the runs that are launched of them.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::Timestamp;
use mission_control::missions::{Outcome, Verdict};
use mission_control::workflows::{Saved, SavedAs, Tally, Workflow, WorkflowName};
use mission_control::{LaunchRefusal, MissionControl};
use mission_control_wire::{EncodeError, Word, reply, to_bytes};

use super::Services;
use crate::Signer;
use crate::cursor::WorkflowsCursor;
use crate::http::idempotency::{Key, answered, kept, once, replayed};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// What endpoints about workflows and their runs need.
pub(super) struct Workflows {
    pub(super) control: MissionControl,
    pub(super) signer: Signer,
}

pub(super) async fn list(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let (project, limit) = (request.project()?, request.query().limit()?);
    let after = match request.query().text("cursor") {
        None => None,
        Some(text) => {
            let place = WorkflowsCursor::open(&area.signer, project, text);
            Some(place.ok_or_else(parse::invalid_cursor)?)
        }
    };
    let found = area.control.workflows(project, after.as_ref(), limit + 1).await?;
    let page = &found[..found.len().min(limit as usize)];
    let last = page.last().filter(|_| found.len() > page.len());
    let next = last.map(|last| WorkflowsCursor::seal(&area.signer, project, &last.name));
    Reply::json(&reply::WorkflowList {
        workflows: page.iter().map(show::workflow_summary).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

/// A definition that is the newest one already is no news, so that sending one again does no harm.
pub(super) async fn create(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let (project, by) = (request.project()?, request.principal()?.signature());
    let definition = parse::definition(request.json()?, &by)?;
    let now = area.control.clock().now();
    let render = move |saved: &Saved| to_bytes(&told(&saved.workflow, now));
    let receipt = Key::of(&request)?.map(|key| key.receipt_by(status, render));
    let saved = area.control.save_workflow(project, &definition, &by, receipt).await??;
    once(saved, |saved| {
        let reply = Reply::json_text(render(&saved)?);
        let (name, version) = (definition.name(), saved.workflow.version);
        match saved.how {
            SavedAs::New | SavedAs::NewVersion => {
                reply.created(&format!("/api/workflows/{name}?version={version}"))
            }
            SavedAs::Same => Ok(reply),
        }
    })
}

pub(super) async fn get(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let name: WorkflowName = request.param("name")?;
    let version = request.query().number("version", 1..=parse::LAST_VERSION)?;
    let workflow = area.control.workflow(request.project()?, &name, version).await?;
    let workflow = workflow.ok_or_else(Problem::not_found)?;
    Reply::json(&told(&workflow, area.control.clock().now()))
}

pub(super) async fn launch(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let (project, name): (_, WorkflowName) = (request.project()?, request.param("name")?);
    let by = request.principal()?.signature();
    if let Some(before) = answered(&request, &area.control).await? {
        return Ok(before);
    }
    let launch = parse::launch((project, name.clone()), request.json()?, by)?;
    let now = area.control.clock().now();
    let render = move |outcome: &Outcome| launched(outcome, now);
    let receipt = Key::of(&request)?.map(|key| key.receipt(StatusCode::CREATED, render));
    let verdict = match area.control.launch_run(launch, receipt).await? {
        Ok(verdict) => verdict,
        Err(LaunchRefusal::UnknownVersion { .. })
            if area.control.workflow(project, &name, None).await?.is_none() =>
        {
            return Err(Problem::not_found());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    match verdict {
        Verdict::Done(outcome, rendered) => {
            let run = outcome.run.as_ref().ok_or_else(Problem::internal)?;
            let reply = match rendered {
                Some(rendered) => kept(rendered)?,
                None => Reply::json_text(launched(&outcome, now)?),
            };
            reply.created(&format!("/api/runs/{}", run.id))
        }
        Verdict::Replayed(rendered) => replayed(rendered),
        Verdict::Refused(refusal) => Err(refusal.into()),
    }
}

impl Workflows {
    pub(super) fn new(services: &Services) -> Self {
        Self { control: services.control.clone(), signer: services.signer.clone() }
    }
}

fn told(workflow: &Workflow, now: Timestamp) -> reply::WorkflowReply<'_> {
    reply::WorkflowReply { workflow: show::workflow(workflow), timestamp: Word(now) }
}

fn status(saved: &Saved) -> StatusCode {
    match saved.how {
        SavedAs::New | SavedAs::NewVersion => StatusCode::CREATED,
        SavedAs::Same => StatusCode::OK,
    }
}

/// Nothing of a new run has begun.
fn launched(outcome: &Outcome, now: Timestamp) -> Result<Vec<u8>, EncodeError> {
    let shape = outcome.run.as_ref().map(|run| reply::RunLaunched {
        run_id: Word(run.id),
        run: show::run_of(run, Tally { pending: run.steps, ..Tally::default() }),
        timestamp: Word(now),
    });
    to_bytes(&shape)
}
