//! People, projects and tokens.

use mission_control_identity::{self as identity, Role, User};
use mission_control_kernel::ProjectId;
use mission_control_wire::{Word, reply};

/// A person, for an administrator of everything.
pub(crate) fn user(user: &User) -> reply::User<'_> {
    let projects = user.grants.projects().map(|(id, role)| (id.as_str(), role.as_str()));
    reply::User {
        login: user.login.as_str(),
        name: user.name.as_str(),
        role: user.grants.role_everywhere().map(Role::as_str),
        projects: projects.collect(),
        disabled: user.disabled,
        has_password: user.has_password,
        created_at: Word(user.created_at),
    }
}

/// A project in which somebody has a role.
pub(crate) fn project(project: &identity::Project, role: Role) -> reply::Project<'_> {
    reply::Project {
        id: project.id.as_str(),
        role: role.as_str(),
        created_at: Word(project.created_at),
    }
}

/// A person, for whoever sees to one project: nothing of others is shown. `None` for somebody to whom
/// the project does not exist.
pub(crate) fn member<'a>(user: &'a User, project: &ProjectId) -> Option<reply::Member<'a>> {
    let role = user.grants.role_in(project)?;
    let own = user.grants.projects().any(|(own, _)| own == project);
    Some(reply::Member {
        login: user.login.as_str(),
        name: user.name.as_str(),
        role: role.as_str(),
        everywhere: !own,
        disabled: user.disabled,
    })
}

/// The administrator of the settings as an owner: no login has a colon. Which token of the settings it
/// was is not told, since that would let people check what they guess of it.
const OF_SETTINGS: &str = "settings:admin";

/// A token, without what its bearer shows; `orphaned` is whether its maker's went away.
pub(crate) fn api_token(token: &identity::ApiToken, orphaned: bool) -> reply::ApiToken<'_> {
    reply::ApiToken {
        id: token.id.to_string(),
        name: token.name.as_str(),
        hint: &token.hint,
        owner: if token.owner.is_of_settings() { OF_SETTINGS } else { token.owner.as_str() },
        orphaned,
        role: token.scope.role.as_str(),
        project: token.scope.project.as_ref().map(ProjectId::as_str),
        agent: token.scope.agent.as_ref().map(identity::AgentScope::as_str),
        created_at: Word(token.created_at),
        expires_at: token.expires_at.map(Word),
        last_used_at: token.last_used_at.map(Word),
    }
}
