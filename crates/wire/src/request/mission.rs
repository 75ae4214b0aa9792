//! New missions.

use mission_control_kernel::MissionId;
use serde::Deserialize;

use crate::{Backoff, Body, CheckedJson, Lease, List, Time, Whole, Word};

/// The most missions of one batch: what one transaction inserts without holding others up.
pub const MAX_BATCH: usize = 1_000;

/// Members of a mission that the server alone sets.
pub const READ_ONLY_MISSION_FIELDS: &[&str] = &[
    "id",
    "status",
    "created_at",
    "started_at",
    "completed_at",
    "duration",
    "progress",
    "error_message",
    "result",
    "tokens_used",
    "cost_estimate",
    "project_id",
    "root_id",
    "agent_id",
    "attempt",
    "lease_id",
    "lease_expires_at",
    "progress_message",
    "tokens_in",
    "tokens_out",
    "failure_class",
    "run_id",
    "step_key",
    "template",
    "created_by",
    "dead_letter",
    "updated_at",
    "revision",
];

/// `POST /api/missions`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateMission {
    /// What it is called.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// low, medium, high or critical.
    pub priority: Option<String>,
    /// What its maker notes.
    pub metadata: Option<CheckedJson>,
    /// What runs it.
    pub kind: Option<String>,
    /// What it works on.
    pub input: Option<CheckedJson>,
    /// To find it by.
    pub labels: Option<Vec<String>>,
    /// trivial, simple, moderate, complex or expert.
    pub complexity: Option<String>,
    /// The mission that it is a part of.
    pub parent_id: Option<Word<MissionId>>,
    /// The lease of the parent's attempt that makes it.
    pub lease_id: Option<Lease>,
    /// The missions that it waits for.
    pub depends_on: Option<Vec<Word<MissionId>>>,
    /// What an agent must be able to do.
    pub required_capabilities: Option<Vec<String>>,
    /// Whose turns it takes.
    pub fairness_key: Option<String>,
    /// Whose limit it counts towards.
    pub concurrency_key: Option<String>,
    /// How often it is tried.
    pub max_attempts: Option<Whole>,
    /// How long it waits between attempts.
    pub backoff: Option<Backoff>,
    /// Not before then.
    pub scheduled_at: Option<Time>,
    /// Not after then.
    pub expires_at: Option<Time>,
    /// How long one attempt may take.
    pub timeout_seconds: Option<f64>,
    /// Whether it waits for approval.
    pub held: Option<bool>,
    /// Which kind of agent it is for.
    pub agent_type: Option<String>,
    /// Which model it is for.
    pub model_used: Option<String>,
}

impl Body for CreateMission {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_MISSION_FIELDS.contains(&member)
    }
}

/// `POST /api/missions/batch`: all of them or none.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchCreate {
    /// 1 to [`MAX_BATCH`].
    pub missions: List<CreateMission, 1, MAX_BATCH>,
}

impl Body for BatchCreate {
    fn is_read_only(member: &str) -> bool {
        CreateMission::is_read_only(member)
    }
}
