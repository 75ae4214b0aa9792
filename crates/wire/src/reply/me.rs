//! Whoever asks, as the server knows them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Time;

/// `GET /api/me`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Me<'a> {
    /// Their lasting id.
    pub principal: &'a str,
    /// Name for people.
    pub name: &'a str,
    /// What they may do in every project.
    pub role: Option<&'a str>,
    /// What they may do in single ones, whatever they may do elsewhere.
    pub projects: BTreeMap<&'a str, &'a str>,
    /// The project that is meant when a request names none.
    pub project: &'a str,
    /// The one agent as which they may act; null for any that their role allows.
    pub agent: Option<&'a str>,
    /// The session that lets them in, by the id that their list of sessions has.
    pub session: Option<String>,
    /// The token as whose bearer they came in.
    pub token: Option<String>,
    /// Whether they can sign in with a password; absent where they are no person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_password: Option<bool>,
    /// Whether anybody at all is let in, as an administrator; absent where nobody is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_auth: bool,
    /// When this was said.
    pub timestamp: Time,
}

/// Where somebody is signed in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Session<'a> {
    /// Tells it from others; it opens nothing.
    pub id: String,
    /// What the browser says it is.
    pub user_agent: &'a str,
    /// Since when.
    pub created_at: Time,
    /// When it was used last, to the minute or so.
    pub last_used_at: Time,
    /// When it is over if it is not used again.
    pub ends_at: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /api/me/sessions`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionList<'a> {
    /// Newest first; none for whoever is no person.
    pub sessions: Vec<Session<'a>>,
    /// How many there are.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
}
