//! What is said about projects and who belongs to them.

use serde::Deserialize;

use crate::Body;

/// `POST /api/projects`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateProject {
    /// Its name, for good.
    pub id: String,
}

impl Body for CreateProject {
    fn is_read_only(member: &str) -> bool {
        ["role", "created_at", "created_by", "members"].contains(&member)
    }
}

/// `PUT /api/projects/{project}/members/{login}`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutMember {
    /// What they may do in the project.
    pub role: String,
}

impl Body for PutMember {
    fn is_read_only(member: &str) -> bool {
        ["login", "name", "everywhere", "disabled"].contains(&member)
    }
}
