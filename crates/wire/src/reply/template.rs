//! Templates.

use serde::Serialize;

use crate::{Backoff, Json, Time};

/// What missions are like that are made again and again.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MissionPlan<'a> {
    /// What they are called.
    pub title: &'a str,
    /// More about them, possibly empty.
    pub description: &'a str,
    /// low, medium, high or critical.
    pub priority: &'a str,
    /// What runs them.
    pub kind: &'a str,
    /// What they work on.
    pub input: Option<Json<'a>>,
    /// What their maker noted.
    pub metadata: Json<'a>,
    /// To find them by.
    pub labels: Vec<&'a str>,
    /// How hard they are said to be.
    pub complexity: Option<&'a str>,
    /// What an agent must be able to do.
    pub required_capabilities: Vec<&'a str>,
    /// Whose turns they take.
    pub fairness_key: Option<&'a str>,
    /// Whose limit they count towards.
    pub concurrency_key: Option<&'a str>,
    /// How often they are tried.
    pub max_attempts: u32,
    /// How long they wait between attempts.
    pub backoff: Backoff,
    /// How long one attempt may take, in seconds.
    pub timeout_seconds: Option<f64>,
    /// Whether they wait for approval.
    pub held: bool,
    /// Which kind of agent they are for.
    pub agent_type: Option<&'a str>,
    /// Which model they are for.
    pub model_used: Option<&'a str>,
}

/// A member of a result that is a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct TemplateMetric<'a> {
    /// Which member.
    pub key: &'a str,
    /// In what it is counted.
    pub unit: &'a str,
    /// What it is called.
    pub title: Option<&'a str>,
}

/// A template.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Template<'a> {
    /// Unique in its project.
    pub name: &'a str,
    /// What it is for, possibly empty.
    pub description: &'a str,
    /// Whether it comes with the program.
    pub builtin: bool,
    /// Its missions.
    pub mission: MissionPlan<'a>,
    /// The kinds of agents that a launch may ask for; empty for any.
    pub agent_types: Vec<&'a str>,
    /// The models that a launch may ask for; empty for any.
    pub models: Vec<&'a str>,
    /// A JSON Schema of an object.
    pub parameters: Json<'a>,
    /// Members of the result that are figures.
    pub metrics: Vec<TemplateMetric<'a>>,
    /// How often it was changed.
    pub revision: i64,
    /// Who made it; nobody one that is built in.
    pub created_by: Option<&'a str>,
    /// Since when; never for one that is built in.
    pub created_at: Option<Time>,
    /// When it was last changed.
    pub updated_at: Option<Time>,
}

/// One template.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TemplateReply<'a> {
    /// It.
    pub template: Template<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A page of templates.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TemplateList<'a> {
    /// By name.
    pub templates: Vec<Template<'a>>,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins.
    pub next_cursor: Option<&'a str>,
}
