//! Projects, and who may do what in them.

use std::sync::Arc;

use mission_control_identity::{Addition, Login, Principal, Project, Role, User, UserChange};
use mission_control_kernel::ProjectId;
use mission_control_wire::request::CreateProject;
use mission_control_wire::{Word, reply, to_bytes};

use super::people::{Made, People, beyond, is_administrator, note};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// An agent reads nothing, not even the name of a project.
pub(super) async fn list(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let grants = &request.principal()?.grants;
    let all = area.directory.projects().await?;
    let seen = all.iter().filter_map(|project| {
        let role = grants.role_in(&project.id).filter(|role| role.covers(Role::Viewer))?;
        Some(show::project(project, role))
    });
    let projects: Vec<_> = seen.collect();
    Reply::json(&reply::ProjectList {
        total: projects.len() as u64,
        projects,
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn create(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let body: CreateProject = request.json()?;
    let id: ProjectId = body.id.parse().map_err(|invalid| Problem::invalid("id", invalid))?;
    let role = request.principal()?.grants.role_in(&id).ok_or_else(Problem::not_found)?;
    let made = id.clone();
    let render = move |created_at| {
        let project = Project { id: made.clone(), created_at };
        to_bytes(&reply::ProjectReply { project: show::project(&project, role) })
    };
    let key = area.key(&request)?;
    let at = match area.make(key, Addition::Project(id.clone()), render.clone()).await? {
        Made::Now(at) => at,
        Made::Before(reply) => return Ok(reply),
        Made::Taken => {
            return Err(Problem::conflict("project_taken", "there is a project of this name"));
        }
    };
    area.projects.add(id.clone());
    note(&request, "there is a new project", &id);
    Reply::json_text(render(at)?).created(&format!("/api/projects/{id}/members"))
}

pub(super) async fn members(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let project = request.project()?;
    let users = area.directory.users().await?;
    let members: Vec<_> = users.iter().filter_map(|user| show::member(user, project)).collect();
    Reply::json(&reply::MemberList {
        project: project.as_str(),
        total: members.len() as u64,
        members,
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn put_member(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let (login, project): (Login, _) = (request.param("login")?, request.project()?);
    let role = parse::member(&request.json()?)?;
    let user = area.belong(&request, &login, Some(role)).await?;
    let member = show::member(&user, project).ok_or_else(Problem::internal)?;
    Reply::json(&reply::MemberReply { member })
}

pub(super) async fn remove_member(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    area.belong(&request, &request.param("login")?, None).await?;
    Ok(Reply::empty())
}

impl People {
    /// Gives somebody a role of their own in the project of the request, or takes it from them.
    async fn belong(
        &self,
        request: &Request,
        login: &Login,
        role: Option<Role>,
    ) -> Result<User, Problem> {
        let (project, by) = (request.project()?, request.principal()?);
        let above_all = is_administrator(by);
        let user = self.change(login, |user| {
            if !above_all && !sees(by, user) {
                return Err(Problem::not_found());
            }
            let own = user.grants.projects().find(|(own, _)| *own == project).map(|(_, it)| it);
            if role.is_none() && own.is_none() {
                return Err(Problem::not_found());
            }
            if user.grants.role_everywhere().is_some() && !above_all {
                let detail = "they hold a role in every project: what they may do here is not \
                              for an administrator of this project alone to say";
                return Err(beyond(detail));
            }
            let grants = user.grants.clone().with_project(project.clone(), role);
            Ok(UserChange { grants: (own != role).then_some(grants), ..UserChange::default() })
        });
        let user = user.await?;
        note(request, "what somebody may do in a project was said", login);
        Ok(user)
    }
}

/// Whether somebody belongs to a project of which `by` is an administrator, who reads there that they
/// are known. To `by` all others are as if they were not: who could bring anybody in by their login would
/// learn which logins there are.
fn sees(by: &Principal, somebody: &User) -> bool {
    let mut own = by.grants.projects().filter(|(_, role)| *role == Role::Admin);
    own.any(|(project, _)| somebody.grants.role_in(project).is_some())
}
