//! Runs of workflows, and what is asked of them.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::RunId;
use mission_control::missions::{Outcome, RunCommand, Verdict};
use mission_control_wire::request::Empty;
use mission_control_wire::{Word, reply, to_bytes};

use super::workflows::Workflows;
use crate::cursor::RunsCursor;
use crate::http::idempotency::{Key, kept, replayed};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

pub(super) async fn list(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let project = request.project()?;
    let query = parse::run_query(request.query(), &area.signer, project)?;
    let page = area.control.runs(&request.scope()?, &query).await?;
    let next = page.next.map(|run| RunsCursor::seal(&area.signer, project, run));
    Reply::json(&reply::RunList {
        runs: page.runs.iter().map(show::run).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

pub(super) async fn get(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, RunId) = (request.scope()?, request.param("id")?);
    let view = area.control.run(&scope, id).await?.ok_or_else(Problem::not_found)?;
    let missions = area.control.run_missions(&scope, id).await?;
    let missions = area.control.view(missions).await?;
    let timestamp = Word(area.control.clock().now());
    Reply::json(&reply::RunReply { run: show::whole_run(&view, &missions), timestamp })
}

pub(super) async fn cancel(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    let command = parse::cancel_run(&request.json()?)?;
    area.ask(&request, command).await
}

pub(super) async fn retry(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    request.json::<Empty>()?;
    area.ask(&request, RunCommand::Retry).await
}

pub(super) async fn pause(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    request.json::<Empty>()?;
    area.ask(&request, RunCommand::Pause).await
}

pub(super) async fn resume(area: Arc<Workflows>, request: Request) -> Result<Reply, Problem> {
    request.json::<Empty>()?;
    area.ask(&request, RunCommand::Resume).await
}

impl Workflows {
    /// The answer shows the run as it stands right after its row has changed; its missions follow.
    async fn ask(&self, request: &Request, command: RunCommand) -> Result<Reply, Problem> {
        let (by, scope, id) = (request.actor()?, request.scope()?, request.param::<RunId>("id")?);
        let now = self.control.clock().now();
        let receipt = match Key::of(request)? {
            None => None,
            Some(key) => {
                // What is kept is written inside the transaction, where nothing is counted; and what
                // is asked of a run moves none of its missions there.
                let before = self.control.run(&scope, id).await?;
                let tally = before.map(|view| view.tally).unwrap_or_default();
                let render = move |outcome: &Outcome| {
                    let run = outcome.run.as_ref().map(|run| show::run_of(run, tally));
                    to_bytes(&run.map(|run| reply::RunReply { run, timestamp: Word(now) }))
                };
                Some(key.receipt(StatusCode::OK, render))
            }
        };
        match self.control.run_command(by, scope.clone(), id, command, receipt).await? {
            Verdict::Done(_, Some(rendered)) => kept(rendered),
            Verdict::Done(_, None) => {
                let view = self.control.run(&scope, id).await?.ok_or_else(Problem::not_found)?;
                Reply::json(&reply::RunReply { run: show::run(&view), timestamp: Word(now) })
            }
            Verdict::Replayed(rendered) => replayed(rendered),
            Verdict::Refused(refusal) => Err(refusal.into()),
        }
    }
}
