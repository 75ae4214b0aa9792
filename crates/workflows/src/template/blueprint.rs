//! What a mission is to be like, before there is one.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Capabilities, JsonText, MissionId, ProjectId};
use mission_control_missions::{
    Backoff, Complexity, DEFAULT_ATTEMPTS, Description, Kind, Label, NewMission, Priority,
    QueueKey, ShortName, Spec, Title,
};

use super::TemplateName;

/// Everything about a mission that can be said before it has a title.
#[derive(Clone, PartialEq, Debug)]
pub struct Blueprint {
    /// How soon.
    pub priority: Priority,
    /// What runs it.
    pub kind: Kind,
    /// What it works on: a JSON object, over which parameters are laid.
    pub input: Option<JsonText>,
    /// What its maker noted: a JSON object.
    pub metadata: JsonText,
    /// Sorted, no repeats.
    pub labels: Vec<Label>,
    /// How hard it is said to be.
    pub complexity: Option<Complexity>,
    /// What an agent must be able to do.
    pub required_capabilities: Capabilities,
    /// Missions with different keys take turns.
    pub fairness_key: Option<QueueKey>,
    /// Missions with the same key share a limit.
    pub concurrency_key: Option<QueueKey>,
    /// 1–100.
    pub max_attempts: u32,
    /// The wait between them.
    pub backoff: Backoff,
    /// The longest attempt.
    pub timeout: Option<Duration>,
    /// The kind of agent that it is meant for.
    pub agent_type: Option<ShortName>,
    /// The model that it is meant for.
    pub model_used: Option<ShortName>,
    /// Whether it waits for an approval.
    pub held: bool,
}

/// What only the moment knows in which a mission is made.
#[derive(Clone, Debug)]
pub struct Birth {
    /// Its id, drawn for this moment.
    pub id: MissionId,
    /// Whose.
    pub project: ProjectId,
    /// Who makes it.
    pub created_by: ShortName,
    /// What it is made from.
    pub template: Option<TemplateName>,
}

impl Default for Blueprint {
    /// As missions are when nothing is said.
    fn default() -> Self {
        Self {
            priority: Priority::Medium,
            kind: Kind::default_kind(),
            input: None,
            metadata: JsonText::empty_object(),
            labels: Vec::new(),
            complexity: None,
            required_capabilities: Capabilities::default(),
            fairness_key: None,
            concurrency_key: None,
            max_attempts: DEFAULT_ATTEMPTS,
            backoff: Backoff::Exponential,
            timeout: None,
            agent_type: None,
            model_used: None,
            held: false,
        }
    }
}

impl Blueprint {
    /// The mission that it is a plan of.
    #[must_use]
    pub fn mission(self, birth: Birth, title: Title, description: Description) -> NewMission {
        let spec = Spec {
            title,
            description,
            priority: self.priority,
            kind: self.kind,
            metadata: self.metadata,
            input: self.input,
            labels: self.labels,
            complexity: self.complexity,
            required_capabilities: self.required_capabilities,
            fairness_key: self.fairness_key,
            concurrency_key: self.concurrency_key,
            max_attempts: self.max_attempts,
            backoff: self.backoff,
            timeout: self.timeout,
            step: None,
            template: birth.template.map(|name| {
                ShortName::parse(name.as_str()).expect("a name of a template is shorter")
            }),
            created_by: birth.created_by,
        };
        NewMission {
            id: birth.id,
            project: birth.project,
            spec: Arc::new(spec),
            parent: None,
            under: None,
            depends_on: Vec::new(),
            held: self.held,
            scheduled_at: None,
            expires_at: None,
            agent_type: self.agent_type,
            model_used: self.model_used,
        }
    }
}

/// Whether JSON that a parser has accepted is an object.
#[must_use]
pub fn is_object(json: &JsonText) -> bool {
    json.as_str().trim_start().starts_with('{')
}
