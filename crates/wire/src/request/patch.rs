//! Edits of a mission, as JSON Merge Patch (RFC 7396).

use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};

use crate::{Body, CheckedJson};

use super::READ_ONLY_MISSION_FIELDS;

/// Members that are settled when a mission is made.
const SETTLED_FIELDS: &[&str] = &[
    "kind",
    "input",
    "complexity",
    "parent_id",
    "depends_on",
    "required_capabilities",
    "fairness_key",
    "concurrency_key",
    "max_attempts",
    "backoff",
    "scheduled_at",
    "expires_at",
    "timeout_seconds",
    "held",
    "agent_type",
    "model_used",
];

/// `PATCH /api/missions/{id}`: what is left out stays.
///
/// In a merge patch `null` takes a member away, and none of these can be away: it is refused.
#[derive(Clone, PartialEq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchMission {
    /// What it is called.
    #[serde(default, deserialize_with = "given")]
    pub title: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "given")]
    pub description: Option<String>,
    /// Only while it is pending.
    #[serde(default, deserialize_with = "given")]
    pub priority: Option<String>,
    /// Merged into what is there, member by member.
    #[serde(default, deserialize_with = "given_json")]
    pub metadata: Option<CheckedJson>,
    /// In place of those that are there.
    #[serde(default, deserialize_with = "given")]
    pub labels: Option<Vec<String>>,
}

impl Body for PatchMission {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_MISSION_FIELDS.contains(&member) || SETTLED_FIELDS.contains(&member)
    }
}

/// A member that may be left out, but not be `null`.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn given_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CheckedJson>, D::Error> {
    let json = CheckedJson::deserialize(deserializer)?;
    if json.is_null() {
        return Err(D::Error::invalid_type(Unexpected::Unit, &"a value"));
    }
    Ok(Some(json))
}
