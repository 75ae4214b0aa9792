//! What is said about tokens of programs.

use serde::Deserialize;

use crate::{Body, Time, Whole};

/// Members of a token that the server alone sets.
pub const READ_ONLY_TOKEN_FIELDS: &[&str] = &[
    "id",
    "token",
    "hint",
    "owner",
    "scopes",
    "created_at",
    "created_by",
    "last_used_at",
    "principal",
];

/// `POST /api/tokens`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// Name for people.
    pub name: String,
    /// What its bearer may do.
    pub role: String,
    /// Where; every project without one.
    pub project: Option<String>,
    /// As which agent alone.
    pub agent: Option<String>,
    /// In how many seconds it is over.
    pub expires_in: Option<Whole>,
    /// When it is over.
    pub expires_at: Option<Time>,
}

impl Body for CreateToken {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_TOKEN_FIELDS.contains(&member)
    }
}
