//! Missions to be made.

use mission_control_kernel::{Capabilities, JsonText, LeaseId, MissionId, ProjectId, Text};
use mission_control_missions::{Backoff, DEFAULT_ATTEMPTS, Kind, NewMission, Priority, Spec};

/// A mission to be made, as plain as can be until something is said.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) new: NewMission,
    pub(crate) spec: Spec,
}

impl Draft {
    pub(crate) fn new(id: MissionId, project: ProjectId) -> Self {
        let spec = Spec {
            title: text("Chart the reef"),
            description: text(""),
            priority: Priority::Medium,
            kind: Kind::default_kind(),
            metadata: JsonText::empty_object(),
            input: None,
            labels: Vec::new(),
            complexity: None,
            required_capabilities: Capabilities::default(),
            fairness_key: None,
            concurrency_key: None,
            max_attempts: DEFAULT_ATTEMPTS,
            backoff: Backoff::Exponential,
            timeout: None,
            step: None,
            template: None,
            created_by: text("ada"),
        };
        let new = NewMission {
            id,
            project,
            spec: spec.clone().into(),
            parent: None,
            under: None,
            depends_on: Vec::new(),
            held: false,
            scheduled_at: None,
            expires_at: None,
            agent_type: None,
            model_used: None,
        };
        Self { new, spec }
    }

    pub(crate) fn spec(mut self, say: impl FnOnce(&mut Spec)) -> Self {
        say(&mut self.spec);
        self
    }

    pub(crate) fn place(mut self, say: impl FnOnce(&mut NewMission)) -> Self {
        say(&mut self.new);
        self
    }

    pub(crate) fn titled(self, title: &str) -> Self {
        self.spec(|spec| spec.title = text(title))
    }

    pub(crate) fn priority(self, priority: Priority) -> Self {
        self.spec(|spec| spec.priority = priority)
    }

    pub(crate) fn kind(self, name: &str) -> Self {
        self.spec(|spec| spec.kind = kind(name))
    }

    pub(crate) fn needs(self, able: &[&str]) -> Self {
        self.spec(|spec| spec.required_capabilities = capabilities(able))
    }

    pub(crate) fn below(self, parent: MissionId) -> Self {
        self.place(|new| new.parent = Some(parent))
    }

    /// As its parent's attempt under this lease makes it.
    pub(crate) fn under(self, lease: LeaseId) -> Self {
        self.place(|new| new.under = Some(lease))
    }

    pub(crate) fn after(self, dependencies: &[MissionId]) -> Self {
        self.place(|new| new.depends_on = dependencies.to_vec())
    }

    pub(crate) fn into_new(self) -> NewMission {
        NewMission { spec: self.spec.into(), ..self.new }
    }
}

/// Text that the suite itself has written within its bounds.
pub(crate) fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::parse(text).expect("written within its bounds")
}

pub(crate) fn kind(name: &str) -> Kind {
    name.parse().expect("written as a kind")
}

pub(crate) fn project(name: &str) -> ProjectId {
    name.parse().expect("written as a project")
}

pub(crate) fn capabilities(names: &[&str]) -> Capabilities {
    Capabilities::new(names.iter().map(|name| text(name))).expect("few enough")
}

pub(crate) fn json(text: &str) -> JsonText {
    JsonText::from_checked(text).expect("small enough")
}
