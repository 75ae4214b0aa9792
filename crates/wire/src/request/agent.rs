//! What an agent says about itself and asks for.

use mission_control_kernel::MissionId;
use serde::Deserialize;

use crate::{Body, Cost, Lease, List, Whole, Word};

use super::Usage;

/// The most missions that one heartbeat renews: more than any agent may hold, and one statement.
pub const MAX_RUNNING: usize = 1_000;

/// Members of an agent that the server alone sets.
pub const READ_ONLY_AGENT_FIELDS: &[&str] = &[
    "id",
    "status",
    "current_missions",
    "current_titles",
    "load",
    "load_level",
    "tier",
    "success_rate",
    "attempts",
    "completed",
    "failed",
    "last_active",
    "connected_at",
    "last_state_change",
];

/// `POST /api/agents`: the same name is the same agent.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterAgent {
    /// Unique in its project.
    pub name: String,
    /// Which kind of agent.
    #[serde(rename = "type")]
    pub agent_type: String,
    /// What it can do.
    pub capabilities: Option<Vec<String>>,
    /// How many missions it takes at a time.
    pub max_concurrent: Option<Whole>,
}

impl Body for RegisterAgent {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_AGENT_FIELDS.contains(&member)
    }
}

/// `POST /api/agents/{id}/heartbeat`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What it holds, at most [`MAX_RUNNING`].
    pub running: Option<List<RunningMission, 0, MAX_RUNNING>>,
    /// How long to wait for one of them to be called off.
    pub wait_seconds: Option<f64>,
}

impl Body for Heartbeat {
    const MAY_BE_EMPTY: bool = true;
}

/// One mission that an agent holds.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningMission {
    /// Which.
    pub mission_id: Word<MissionId>,
    /// Its fence.
    pub lease_id: Lease,
    /// Percent.
    pub progress: Option<f64>,
    /// What is going on.
    pub message: Option<String>,
    /// Running total.
    pub tokens_used: Option<Whole>,
    /// Running total.
    pub tokens_in: Option<Whole>,
    /// Running total.
    pub tokens_out: Option<Whole>,
    /// Running total.
    pub cost_estimate: Option<Cost>,
}

impl RunningMission {
    /// What it says about tokens and money.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage::of(self.tokens_used, self.tokens_in, self.tokens_out, self.cost_estimate)
    }
}

/// `POST /api/agents/{id}/claim`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// At most so many.
    pub max: Option<Whole>,
    /// How long to wait for work.
    pub wait_seconds: Option<f64>,
    /// Of these kinds alone.
    pub kinds: Option<Vec<String>>,
    /// How long the lease may go unrenewed.
    pub lease_seconds: Option<f64>,
}

impl Body for Claim {
    const MAY_BE_EMPTY: bool = true;
}
