//! People, their projects and the tokens of their programs. Nothing here holds a password, a digest
//! or a hash; a token itself is in [`TokenCreated`] alone.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Time;

/// A person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct User<'a> {
    /// What they sign in with; their lasting id.
    pub login: &'a str,
    /// Name for people.
    pub name: &'a str,
    /// What they may do in every project.
    pub role: Option<&'a str>,
    /// What they may do in single ones, whatever they may do elsewhere.
    pub projects: BTreeMap<&'a str, &'a str>,
    /// Whether they are kept out.
    pub disabled: bool,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// Since when they are known.
    pub created_at: Time,
}

/// One person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserReply<'a> {
    /// They.
    pub user: User<'a>,
}

/// Everybody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserList<'a> {
    /// By login.
    pub users: Vec<User<'a>>,
    /// How many there are.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
}

/// A project, as whoever asks sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Project<'a> {
    /// Its name.
    pub id: &'a str,
    /// What whoever asks may do there.
    pub role: &'a str,
    /// Since when it is there.
    pub created_at: Time,
}

/// One project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ProjectReply<'a> {
    /// It.
    pub project: Project<'a>,
}

/// The projects that whoever asks sees.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ProjectList<'a> {
    /// By name.
    pub projects: Vec<Project<'a>>,
    /// How many there are.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
}

/// Somebody who may do something in a project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Member<'a> {
    /// What they sign in with.
    pub login: &'a str,
    /// Name for people.
    pub name: &'a str,
    /// What they may do there.
    pub role: &'a str,
    /// Whether they may because of the role that they hold in every project.
    pub everywhere: bool,
    /// Whether they are kept out.
    pub disabled: bool,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MemberReply<'a> {
    /// They.
    pub member: Member<'a>,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MemberList<'a> {
    /// The project.
    pub project: &'a str,
    /// By login.
    pub members: Vec<Member<'a>>,
    /// How many there are.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
}

/// A token, without what its bearer shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApiToken<'a> {
    /// Its lasting id.
    pub id: String,
    /// Name for people.
    pub name: &'a str,
    /// Its first characters.
    pub hint: &'a str,
    /// Who made it; `settings:admin` for the administrator of the settings.
    pub owner: &'a str,
    /// Whether it lets nobody in any more because it was made with a token of the settings that they
    /// no longer have.
    pub orphaned: bool,
    /// What its bearer may do, as long as whoever made it may.
    pub role: &'a str,
    /// Where; null for every project.
    pub project: Option<&'a str>,
    /// As which agent alone.
    pub agent: Option<&'a str>,
    /// Since when.
    pub created_at: Time,
    /// When it is over; null for never.
    pub expires_at: Option<Time>,
    /// When it was used last, to the minute or so.
    pub last_used_at: Option<Time>,
}

/// A token that was just made.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenCreated<'a> {
    /// What its bearer shows. It is not told again: null where the same request was answered before.
    pub token: Option<&'a str>,
    /// The rest.
    pub api_token: ApiToken<'a>,
    /// When this was said.
    pub timestamp: Time,
}

impl std::fmt::Debug for TokenCreated<'_> {
    /// Hides the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenCreated").field("api_token", &self.api_token).finish_non_exhaustive()
    }
}

/// Tokens that count or have run out by themselves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TokenList<'a> {
    /// Newest first.
    pub tokens: Vec<ApiToken<'a>>,
    /// How many there are.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
}
