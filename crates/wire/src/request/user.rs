//! What is said about people.

use std::fmt;

use serde::de::{Deserialize, Deserializer};

use crate::Body;

use super::Roles;
use super::patch::given;

/// Members of a person that the server alone sets.
pub const READ_ONLY_USER_FIELDS: &[&str] =
    &["id", "has_password", "created_at", "created_by", "owner", "scopes", "sessions"];

/// `POST /api/users`.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// What they sign in with, for good.
    pub login: String,
    /// Name for people; the login without one.
    pub name: Option<String>,
    /// What they sign in with besides; none means that they cannot yet.
    pub password: Option<String>,
    /// In every project.
    pub role: Option<String>,
    /// In single projects.
    pub projects: Option<Roles>,
}

impl Body for CreateUser {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_USER_FIELDS.contains(&member) || member == "disabled"
    }
}

impl fmt::Debug for CreateUser {
    /// Hides the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateUser").field("login", &self.login).finish_non_exhaustive()
    }
}

/// `PATCH /api/users/{login}`, as JSON Merge Patch (RFC 7396): what is left out stays.
#[derive(Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchUser {
    /// Name for people.
    #[serde(default, deserialize_with = "given")]
    pub name: Option<String>,
    /// In every project; `Some(None)`, which is `null`, takes it away.
    #[serde(default, deserialize_with = "given_or_null")]
    pub role: Option<Option<String>>,
    /// In single projects, merged into what is there; `null` takes one away.
    #[serde(default, deserialize_with = "given")]
    pub projects: Option<Roles>,
    /// Whether they are kept out.
    #[serde(default, deserialize_with = "given")]
    pub disabled: Option<bool>,
    /// A new password.
    #[serde(default, deserialize_with = "given")]
    pub password: Option<String>,
}

impl Body for PatchUser {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_USER_FIELDS.contains(&member) || member == "login"
    }
}

impl fmt::Debug for PatchUser {
    /// Hides the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatchUser(…)")
    }
}

/// Tells a member that is `null` from one that is left out.
#[expect(clippy::option_option, reason = "three things can be said: nothing, none, and one")]
fn given_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
