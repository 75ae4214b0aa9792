//! The mission object.

use mission_control_kernel::{AgentId, MissionId, RunId};
use serde::Serialize;

use crate::{Backoff, Cost, Json, Lease, Time, Word};

/// A mission: the members of seed 002 in its order, then ours.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Mission<'a> {
    /// Its id.
    pub id: Word<MissionId>,
    /// What it is called.
    pub title: &'a str,
    /// More about it, possibly empty.
    pub description: &'a str,
    /// pending, running, completed, failed or cancelled.
    pub status: &'a str,
    /// low, medium, high or critical.
    pub priority: &'a str,
    /// When it was made.
    pub created_at: Time,
    /// When the current attempt began.
    pub started_at: Option<Time>,
    /// When it ended.
    pub completed_at: Option<Time>,
    /// From begin to end of the last attempt, in seconds.
    pub duration: Option<f64>,
    /// Percent.
    pub progress: f64,
    /// What went wrong last.
    pub error_message: Option<&'a str>,
    /// What came out.
    pub result: Option<Json<'a>>,
    /// What its maker noted.
    pub metadata: Json<'a>,
    /// Which kind of agent performs it.
    pub agent_type: Option<&'a str>,
    /// Which model is used.
    pub model_used: Option<&'a str>,
    /// Over all attempts.
    pub tokens_used: u64,
    /// Over all attempts.
    pub cost_estimate: Cost,
    /// Whose it is.
    pub project_id: &'a str,
    /// What runs it.
    pub kind: &'a str,
    /// What it works on.
    pub input: Option<Json<'a>>,
    /// The mission that it is a part of.
    pub parent_id: Option<Word<MissionId>>,
    /// The top of its tree; its own id when it has no parent.
    pub root_id: Word<MissionId>,
    /// The missions that it waits for.
    pub depends_on: Vec<Word<MissionId>>,
    /// trivial, simple, moderate, complex or expert.
    pub complexity: Option<&'a str>,
    /// To find it by.
    pub labels: Vec<&'a str>,
    /// What an agent must be able to do.
    pub required_capabilities: Vec<&'a str>,
    /// Whose turns it takes.
    pub fairness_key: Option<&'a str>,
    /// Whose limit it counts towards.
    pub concurrency_key: Option<&'a str>,
    /// Who performs or performed it.
    pub agent_id: Option<Word<AgentId>>,
    /// From 1; 0 before the first.
    pub attempt: u32,
    /// How often it is tried.
    pub max_attempts: u32,
    /// How long it waits between attempts.
    pub backoff: Backoff,
    /// The fence of the last start or claim.
    pub lease_id: Lease,
    /// How long its worker may stay silent.
    pub lease_expires_at: Option<Time>,
    /// Not before then.
    pub scheduled_at: Option<Time>,
    /// Not after then.
    pub expires_at: Option<Time>,
    /// How long one attempt may take, in seconds.
    pub timeout_seconds: Option<f64>,
    /// What is going on.
    pub progress_message: Option<&'a str>,
    /// Read by the model, over all attempts.
    pub tokens_in: u64,
    /// Written by the model, over all attempts.
    pub tokens_out: u64,
    /// Why the last attempt ended badly.
    pub failure_class: Option<&'a str>,
    /// The run of a workflow that it is a step of.
    pub run_id: Option<Word<RunId>>,
    /// Which step.
    pub step_key: Option<&'a str>,
    /// The template that it was made from.
    pub template: Option<&'a str>,
    /// Who made it.
    pub created_by: Option<&'a str>,
    /// Whether it failed and nobody has retried or discarded it yet.
    pub dead_letter: bool,
    /// Whether it waits for approval.
    pub held: bool,
    /// When anything about it last changed.
    pub updated_at: Time,
    /// How often a person has edited it; its `ETag`.
    pub revision: i64,
}
