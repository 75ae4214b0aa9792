//! The registry of agents, and what operators decide about them.

use std::sync::Arc;

use mission_control::AgentView;
use mission_control::agents::AgentCommand;
use mission_control::kernel::{AgentId, Scope};
use mission_control_wire::request::{Empty, RegisterAgent};
use mission_control_wire::{Word, reply};

use super::workers::Workers;
use crate::current::current_missions;
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

pub(super) async fn list(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let agents = area.control.agents(request.project()?).await?;
    let current = current_missions(&area.control, &request.scope()?, &agents).await?;
    let shapes = agents.iter().map(|view| {
        show::agent(view, current.get(&view.agent.id).map_or(&[], |missions| missions))
    });
    Reply::json(&reply::AgentList {
        agents: shapes.collect(),
        total: agents.len() as u64,
        timestamp: Word(area.control.clock().now()),
        next_cursor: None,
    })
}

pub(super) async fn get(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let scope = request.scope()?;
    let view = area.control.agent(&scope, request.param("id")?).await?;
    area.show(&scope, view.ok_or_else(Problem::not_found)?).await
}

/// 201 for a new agent, 200 for one that was known by its name.
pub(super) async fn register(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let body: RegisterAgent = request.json()?;
    let fresh = AgentId::new(area.control.ids().next(area.control.clock().now()));
    let registration = parse::registration(body, fresh, request.project()?)?;
    let only = request.principal()?.agent.as_ref();
    if only.is_some_and(|name| *name != registration.name) {
        let detail = "this token acts as one agent alone, which has another name";
        return Err(Problem::forbidden("not_your_agent", detail));
    }
    let (view, new) = area.control.register(registration).await?;
    let location = format!("/api/agents/{}", view.agent.id);
    let reply = area.show(&request.scope()?, view).await?;
    if new { reply.created(&location) } else { Ok(reply) }
}

pub(super) async fn drain(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    area.order(&request, AgentCommand::Drain).await
}

pub(super) async fn enable(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    area.order(&request, AgentCommand::Enable).await
}

pub(super) async fn disable(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    area.order(&request, AgentCommand::Disable).await
}

pub(super) async fn remove(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let (scope, id) = (request.scope()?, request.param("id")?);
    area.control.agent_command(&scope, id, AgentCommand::Remove).await??;
    Ok(Reply::empty())
}

impl Workers {
    async fn order(&self, request: &Request, command: AgentCommand) -> Result<Reply, Problem> {
        request.json::<Empty>()?;
        let (scope, id) = (request.scope()?, request.param("id")?);
        let view = self.control.agent_command(&scope, id, command).await??;
        self.show(&scope, view.ok_or_else(Problem::not_found)?).await
    }

    async fn show(&self, scope: &Scope, view: AgentView) -> Result<Reply, Problem> {
        let views = [view];
        let current = current_missions(&self.control, scope, &views).await?;
        let [view] = &views;
        let current = current.get(&view.agent.id).map_or(&[][..], |missions| missions);
        Reply::json(&reply::AgentReply { agent: show::agent(view, current) })
    }
}
