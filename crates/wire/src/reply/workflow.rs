//! Definitions of workflows.

use serde::Serialize;

use crate::{Backoff, Json, Time};

/// A version of a workflow.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Workflow<'a> {
    /// Unique in its project.
    pub name: &'a str,
    /// More about it, possibly empty.
    pub description: &'a str,
    /// From 1; another definition under the same name has the next number.
    pub version: u32,
    /// How many steps it has.
    pub steps_total: u64,
    /// Who made this version.
    pub created_by: &'a str,
    /// When this version was made.
    pub created_at: Time,
    /// In the order in which they are shown; not there in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<WorkflowStep<'a>>>,
}

/// One step, with all that its missions begin with.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WorkflowStep<'a> {
    /// Unique in its workflow.
    pub key: &'a str,
    /// What its missions are called.
    pub title: &'a str,
    /// The steps that must be done first.
    pub depends_on: Vec<&'a str>,
    /// stop or continue.
    pub on_failure: &'a str,
    /// More about it, possibly empty.
    pub description: &'a str,
    /// low, medium, high or critical.
    pub priority: &'a str,
    /// What runs it.
    pub kind: &'a str,
    /// What it works on, without what a run adds.
    pub input: Option<Json<'a>>,
    /// What its maker noted.
    pub metadata: Json<'a>,
    /// To find its missions by.
    pub labels: Vec<&'a str>,
    /// How hard it is said to be.
    pub complexity: Option<&'a str>,
    /// What an agent must be able to do.
    pub required_capabilities: Vec<&'a str>,
    /// Whose turns it takes.
    pub fairness_key: Option<&'a str>,
    /// Whose limit it counts towards.
    pub concurrency_key: Option<&'a str>,
    /// How often it is tried.
    pub max_attempts: u32,
    /// How long it waits between attempts.
    pub backoff: Backoff,
    /// How long one attempt may take.
    pub timeout_seconds: Option<f64>,
    /// Whether it waits for approval.
    pub held: bool,
    /// Which kind of agent it is for.
    pub agent_type: Option<&'a str>,
    /// Which model it is for.
    pub model_used: Option<&'a str>,
}

/// One workflow.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WorkflowReply<'a> {
    /// It.
    pub workflow: Workflow<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A page of workflows, each in its newest version.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WorkflowList<'a> {
    /// By name, without their steps.
    pub workflows: Vec<Workflow<'a>>,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<&'a str>,
}
