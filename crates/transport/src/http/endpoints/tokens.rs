//! Tokens of programs, and those who make them.

use std::sync::Arc;

use http::StatusCode;
use mission_control_identity::{
    Grants, Login, NewToken, Principal, SignedInAs, TokenId, TokenScope,
};
use mission_control_wire::request::CreateToken;
use mission_control_wire::{Word, reply};

use super::people::{People, beyond, is_administrator, note, settled, unknown_project};
use crate::auth;
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// What [`list`] takes.
pub(super) const PARAMETERS: &[&str] = &["all"];

pub(super) async fn list(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let principal = request.principal()?;
    no_agent(principal)?;
    let all = request.query().flag("all")?.unwrap_or(false);
    if all && !is_administrator(principal) {
        return Err(Problem::forbidden("forbidden", "your role does not show others' tokens"));
    }
    let owner = (!all).then_some(&principal.id);
    let tokens = area.directory.tokens(owner).await?;
    Reply::json(&reply::TokenList {
        tokens: tokens.iter().map(show::api_token).collect(),
        total: tokens.len() as u64,
        timestamp: Word(area.control.clock().now()),
    })
}

/// The one answer that holds the token.
pub(super) async fn create(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let owner = request.principal()?;
    no_agent(owner)?;
    if owner.id.token().is_some() {
        let detail = "tokens are made by people: whoever finds one must not get a second";
        return Err(Problem::forbidden("people_alone", detail));
    }
    let wanted = parse::wanted_token(&request.json::<CreateToken>()?, area.control.store_now())?;
    let grants = area.makers_grants(&request).await?;
    area.within_reach(&grants, &wanted.scope).await?;
    let minted = auth::mint();
    let now = area.control.clock().now();
    let id = TokenId::new(area.control.ids().next(now).as_u128());
    let token = NewToken {
        id,
        digest: minted.digest,
        hint: minted.hint,
        name: wanted.name,
        owner: owner.id.clone(),
        scope: wanted.scope,
        expires_at: wanted.expires_at,
    };
    settled(area.directory.add_token(token).await?)?;
    note(&request, "a token was made", &id);
    let tokens = area.directory.tokens(Some(&owner.id)).await?;
    let made = tokens.iter().find(|token| token.id == id).ok_or_else(Problem::not_found)?;
    let shape = reply::TokenCreated {
        token: minted.token.expose(),
        api_token: show::api_token(made),
        timestamp: Word(now),
    };
    Ok(Reply::json(&shape)?.status(StatusCode::CREATED))
}

/// An administrator of everything takes back anybody's.
pub(super) async fn revoke(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let principal = request.principal()?;
    no_agent(principal)?;
    let id: TokenId = request.param("id")?;
    let owner = (!is_administrator(principal)).then_some(&principal.id);
    settled(area.taken_away(area.directory.revoke_token(id, owner).await)?)?;
    note(&request, "a token was taken back", &id);
    Ok(Reply::empty())
}

impl People {
    /// What the maker of a token may do, as the token will be judged: where the administrator of the
    /// settings shares the id of a person, by what that person may do.
    async fn makers_grants(&self, request: &Request) -> Result<Grants, Problem> {
        let known = request.known()?;
        match &known.who {
            None => {
                let detail = "nobody is asked who they are here, so that nobody can be the maker of \
                              a token";
                Err(Problem::forbidden("people_alone", detail))
            }
            Some(SignedInAs::FixedAdmin(_)) => {
                let person = self.directory.user(&Login::first_administrator()).await?;
                let own = || known.principal.grants.clone();
                Ok(person.map_or_else(own, |(person, _)| person.grants))
            }
            Some(SignedInAs::User(_) | SignedInAs::Token(_)) => Ok(known.principal.grants.clone()),
        }
    }

    /// Refuses a token that would let its bearer do what its maker may not.
    async fn within_reach(&self, owner: &Grants, scope: &TokenScope) -> Result<(), Problem> {
        if let Some(project) = &scope.project {
            let seen = owner.role_in(project).is_some();
            if !seen || !self.projects.has(project).await? {
                return Err(unknown_project("project".to_owned()));
            }
        }
        let detail = "a token lets nobody do more than its maker may: ask for a lesser role, or \
                      for one project";
        scope.grants(owner).map(|_| ()).ok_or_else(|| beyond(detail))
    }
}

/// An agent's token lies on machines that run other people's code: it does not even learn which
/// tokens there are.
fn no_agent(principal: &Principal) -> Result<(), Problem> {
    if principal.grants.are_an_agents() {
        return Err(Problem::forbidden("forbidden", "an agent has nothing to do with tokens"));
    }
    Ok(())
}
