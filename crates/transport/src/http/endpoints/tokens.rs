//! Tokens of programs, and those who make them.

use std::sync::Arc;

use http::StatusCode;
use mission_control_identity::{
    Addition, Grants, NewToken, Principal, PrincipalId, SignedInAs, TokenId, TokenScope,
};
use mission_control_kernel::{Secret, Timestamp};
use mission_control_wire::request::CreateToken;
use mission_control_wire::{EncodeError, Word, reply, to_bytes};

use super::people::{Made, People, beyond, is_administrator, note, settled, unknown_project};
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
    let owner = owner(&request)?;
    let tokens = area.directory.tokens((!all).then_some(&owner)).await?;
    let shown = |token| show::api_token(token, area.authenticator.is_orphaned(&token.owner));
    Reply::json(&reply::TokenList {
        tokens: tokens.iter().map(shown).collect(),
        total: tokens.len() as u64,
        timestamp: Word(area.control.clock().now()),
    })
}

/// The one answer that holds the token: what is kept under a key is without it.
pub(super) async fn create(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let principal = request.principal()?;
    no_agent(principal)?;
    if principal.id.token().is_some() {
        let detail = "tokens are made by people: whoever finds one must not get a second";
        return Err(Problem::forbidden("people_alone", detail));
    }
    let wanted = parse::wanted_token(&request.json::<CreateToken>()?, area.control.store_now())?;
    let grants = makers_grants(&request)?;
    area.within_reach(grants, &wanted.scope).await?;
    let (now, minted) = (area.control.clock().now(), auth::mint());
    let token = NewToken {
        id: TokenId::new(area.control.ids().next(now).as_u128()),
        digest: minted.digest,
        hint: minted.hint,
        name: wanted.name,
        owner: owner(&request)?,
        scope: wanted.scope,
        expires_at: wanted.expires_at,
    };
    let (made, key) = (token.clone(), area.key(&request)?);
    let kept = token.clone();
    let render = move |at| shown(kept.clone(), None, at, now);
    let at = match area.make(key, Addition::Token(token), render).await? {
        Made::Now(at) => at,
        Made::Before(reply) => return Ok(reply),
        Made::Taken => return Err(Problem::internal()),
    };
    note(&request, "a token was made", &made.id);
    let text = shown(made, Some(&minted.token), at, now)?;
    Ok(Reply::json_text(text).status(StatusCode::CREATED))
}

/// An administrator of everything takes back anybody's.
pub(super) async fn revoke(area: Arc<People>, request: Request) -> Result<Reply, Problem> {
    let principal = request.principal()?;
    no_agent(principal)?;
    let id: TokenId = request.param("id")?;
    let owner = owner(&request)?;
    let owner = (!is_administrator(principal)).then_some(&owner);
    settled(area.taken_away(area.directory.revoke_token(id, owner).await)?)?;
    note(&request, "a token was taken back", &id);
    Ok(Reply::empty())
}

impl People {
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

/// Whose the tokens are that the request makes, lists or takes back: with those of the settings go the
/// tokens that were made with theirs.
fn owner(request: &Request) -> Result<PrincipalId, Problem> {
    let known = request.known()?;
    Ok(match &known.who {
        Some(SignedInAs::FixedAdmin(token)) => PrincipalId::of_settings(token),
        Some(SignedInAs::User(_) | SignedInAs::Token(_)) | None => known.principal.id.clone(),
    })
}

/// What the maker of a token may do.
fn makers_grants(request: &Request) -> Result<&Grants, Problem> {
    let known = request.known()?;
    if known.who.is_none() {
        let detail =
            "nobody is asked who they are here, so that nobody can be the maker of a token";
        return Err(Problem::forbidden("people_alone", detail));
    }
    Ok(&known.principal.grants)
}

/// A token that was just made, with what its bearer shows or without.
fn shown(
    token: NewToken,
    secret: Option<&Secret>,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<u8>, EncodeError> {
    let token = token.counting_since(at);
    to_bytes(&reply::TokenCreated {
        token: secret.map(Secret::expose),
        api_token: show::api_token(&token, false),
        timestamp: Word(now),
    })
}

/// An agent's token lies on machines that run other people's code: it does not even learn which
/// tokens there are.
fn no_agent(principal: &Principal) -> Result<(), Problem> {
    if principal.grants.are_an_agents() {
        return Err(Problem::forbidden("forbidden", "an agent has nothing to do with tokens"));
    }
    Ok(())
}
