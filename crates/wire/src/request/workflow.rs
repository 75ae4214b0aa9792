//! Definitions of workflows.

use serde::Deserialize;

use crate::{Backoff, Body, CheckedJson, List, Whole};

/// The most steps of one workflow: what one transaction makes of a run without holding others up.
pub const MAX_STEPS: usize = 1_000;

/// Members of a workflow, or of one of its steps, that the server alone sets.
pub const READ_ONLY_WORKFLOW_FIELDS: &[&str] = &[
    "id",
    "version",
    "status",
    "state",
    "position",
    "project_id",
    "created_by",
    "created_at",
    "updated_at",
    "revision",
];

/// `POST /api/workflows`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkflow {
    /// Unique in its project; the next version of the one that has it.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// What is to be done, in the order in which it is shown.
    pub steps: List<WorkflowStep, 1, MAX_STEPS>,
}

/// One step, and what its missions have in common.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowStep {
    /// Unique in its workflow.
    pub key: String,
    /// What its missions are called; its key without one.
    pub title: Option<String>,
    /// The keys of the steps that must be done first.
    pub depends_on: Option<Vec<String>>,
    /// stop or continue: whether what depends on it goes on when it fails for good.
    pub on_failure: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// low, medium, high or critical.
    pub priority: Option<String>,
    /// What its maker notes.
    pub metadata: Option<CheckedJson>,
    /// What runs it.
    pub kind: Option<String>,
    /// What it works on; an object takes in the members of the run's.
    pub input: Option<CheckedJson>,
    /// To find its missions by.
    pub labels: Option<Vec<String>>,
    /// How hard it is said to be.
    pub complexity: Option<String>,
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
    /// How long one attempt may take.
    pub timeout_seconds: Option<f64>,
    /// Whether it waits for approval once its dependencies are done.
    pub held: Option<bool>,
    /// Which kind of agent it is for.
    pub agent_type: Option<String>,
    /// Which model it is for.
    pub model_used: Option<String>,
}

impl Body for CreateWorkflow {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_WORKFLOW_FIELDS.contains(&member)
    }
}
