//! Templates, and what one is launched with.

use serde::Deserialize;

use crate::{Backoff, Body, CheckedJson, List, Object, Time, Whole};

/// The most figures of one template.
pub const MAX_TEMPLATE_METRICS: usize = 20;

/// Members of a template that the server alone sets.
pub const READ_ONLY_TEMPLATE_FIELDS: &[&str] =
    &["id", "builtin", "revision", "project_id", "created_by", "created_at", "updated_at"];

/// What missions are to be like that are made again and again.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissionPlan {
    /// What they are called.
    pub title: String,
    /// More about them.
    pub description: Option<String>,
    /// low, medium, high or critical.
    pub priority: Option<String>,
    /// What their maker notes.
    pub metadata: Option<CheckedJson>,
    /// What runs them.
    pub kind: Option<String>,
    /// What they work on: an object.
    pub input: Option<CheckedJson>,
    /// To find them by.
    pub labels: Option<Vec<String>>,
    /// trivial, simple, moderate, complex or expert.
    pub complexity: Option<String>,
    /// What an agent must be able to do.
    pub required_capabilities: Option<Vec<String>>,
    /// Whose turns they take.
    pub fairness_key: Option<String>,
    /// Whose limit they count towards.
    pub concurrency_key: Option<String>,
    /// How often they are tried.
    pub max_attempts: Option<Whole>,
    /// How long they wait between attempts.
    pub backoff: Option<Backoff>,
    /// How long one attempt may take.
    pub timeout_seconds: Option<f64>,
    /// Whether they wait for approval.
    pub held: Option<bool>,
    /// Which kind of agent they are for.
    pub agent_type: Option<String>,
    /// Which model they are for.
    pub model_used: Option<String>,
}

/// A member of a result that is a figure.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateMetric {
    /// Which member.
    pub key: String,
    /// In what it is counted.
    pub unit: Option<String>,
    /// What it is called.
    pub title: Option<String>,
}

/// `PUT /api/templates/{name}`: all that it says.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutTemplate {
    /// What it is for.
    pub description: Option<String>,
    /// Its missions, in whose title and description `{{name}}` stands for a parameter.
    pub mission: Object<MissionPlan>,
    /// The kinds of agents that a launch may ask for.
    pub agent_types: Option<Vec<String>>,
    /// The models that a launch may ask for.
    pub models: Option<Vec<String>>,
    /// A JSON Schema of an object.
    pub parameters: Option<CheckedJson>,
    /// Members of the result that are figures.
    pub metrics: Option<List<TemplateMetric, 0, MAX_TEMPLATE_METRICS>>,
}

impl Body for PutTemplate {
    fn is_read_only(member: &str) -> bool {
        member == "name" || READ_ONLY_TEMPLATE_FIELDS.contains(&member)
    }
}

/// `POST /api/templates`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTemplate {
    /// Unique in its project.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its missions, in whose title and description `{{name}}` stands for a parameter.
    pub mission: Object<MissionPlan>,
    /// The kinds of agents that a launch may ask for.
    pub agent_types: Option<Vec<String>>,
    /// The models that a launch may ask for.
    pub models: Option<Vec<String>>,
    /// A JSON Schema of an object.
    pub parameters: Option<CheckedJson>,
    /// Members of the result that are figures.
    pub metrics: Option<List<TemplateMetric, 0, MAX_TEMPLATE_METRICS>>,
}

impl Body for CreateTemplate {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_TEMPLATE_FIELDS.contains(&member)
    }
}

impl CreateTemplate {
    /// Its name, and all that it says.
    #[must_use]
    pub fn split(self) -> (String, PutTemplate) {
        let Self { name, description, mission, agent_types, models, parameters, metrics } = self;
        let said = PutTemplate { description, mission, agent_types, models, parameters, metrics };
        (name, said)
    }
}

/// `POST /api/templates/{name}/launch`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchTemplate {
    /// What fills its places: an object that its schema takes.
    pub parameters: Option<CheckedJson>,
    /// In place of the template's title.
    pub title: Option<String>,
    /// In place of the template's.
    pub priority: Option<String>,
    /// Not before then.
    pub scheduled_at: Option<Time>,
    /// Beside the template's.
    pub labels: Option<Vec<String>>,
    /// Whether it waits for approval.
    pub held: Option<bool>,
    /// One of those that the template lets choose from.
    pub agent_type: Option<String>,
    /// One of those that the template lets choose from.
    pub model_used: Option<String>,
}

impl Body for LaunchTemplate {
    const MAY_BE_EMPTY: bool = true;

    fn is_read_only(member: &str) -> bool {
        super::READ_ONLY_MISSION_FIELDS.contains(&member)
    }
}
