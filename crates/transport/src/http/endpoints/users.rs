//! People, for an administrator of everything.

use std::sync::Arc;

use mission_control_identity::{Addition, Login, NewUser, UserChange};
use mission_control_wire::{Word, reply, to_bytes};

use super::people::{Made, People, note};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

pub(super) async fn list(area: Arc<People>, _: Request) -> Result<Reply, Problem> {
    let users = area.directory.users().await?;
    Reply::json(&reply::UserList {
        users: users.iter().map(show::user).collect(),
        total: users.len() as u64,
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn get(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let user = area.user(&request.param("login")?).await?;
    Reply::json(&reply::UserReply { user: show::user(&user) })
}

pub(super) async fn create(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let newcomer = parse::newcomer(request.json()?)?;
    area.all_exist(newcomer.grants.projects().map(|(project, _)| project)).await?;
    let key = area.key(&request)?;
    let password = area.hash(newcomer.password).await?;
    let parse::Newcomer { login, name, grants, .. } = newcomer;
    let user = NewUser { login: login.clone(), name, grants, password };
    let made = user.clone();
    let render = move |at| {
        let user = made.clone().known_since(at);
        to_bytes(&reply::UserReply { user: show::user(&user) })
    };
    let at = match area.make(key, Addition::User(user), render.clone()).await? {
        Made::Now(at) => at,
        Made::Before(reply) => return Ok(reply),
        Made::Taken => {
            let detail = "somebody has this login, or had it: logins are never given twice";
            return Err(Problem::conflict("login_taken", detail));
        }
    };
    note(&request, "somebody is known from now on", &login);
    Reply::json_text(render(at)?).created(&format!("/api/users/{login}"))
}

/// Whatever takes something from them, or may, ends their sessions.
pub(super) async fn edit(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let login: Login = request.param("login")?;
    let edit = parse::user_edit(request.json()?)?;
    let given = edit.projects.iter().filter(|(_, role)| role.is_some());
    area.all_exist(given.map(|(project, _)| project)).await?;
    area.user(&login).await?;
    let password = area.hash(edit.password.clone()).await?;
    let make = |user: &mission_control_identity::User| {
        Ok(UserChange {
            name: edit.name.clone(),
            grants: edit.grants(&user.grants),
            disabled: edit.disabled.filter(|disabled| *disabled != user.disabled),
            password: password.clone(),
            ..UserChange::default()
        })
    };
    let user = area.change(&login, make).await?;
    note(&request, "somebody was changed", &login);
    Reply::json(&reply::UserReply { user: show::user(&user) })
}
