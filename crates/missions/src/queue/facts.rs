//! What holds for whole lanes at one instant.

use std::collections::HashMap;

use mission_control_kernel::{Capabilities, ProjectId};

use super::lane::LaneKey;
use crate::words::{Kind, QueueKey};

/// Missions with the same concurrency key run one at a time unless their queue says otherwise.
pub const DEFAULT_KEY_LIMIT: u32 = 1;

/// What an operator has set for the queue of a kind; without a kind, for the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueSetting {
    /// Whether nothing is claimed.
    pub paused: bool,
    /// The most that run at a time.
    pub limit: Option<u32>,
    /// The most that run at a time with one concurrency key.
    pub key_limit: Option<u32>,
}

/// An agent as the gates see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgentFacts {
    /// Whose.
    pub project: ProjectId,
    /// The kinds that it performs; none for all.
    pub kinds: Option<Vec<Kind>>,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// Everything that lane gates and turns look at.
#[derive(Clone, Debug, Default)]
pub struct QueueFacts {
    /// By project and kind; the project's own setting under no kind.
    pub settings: HashMap<(ProjectId, Option<Kind>), QueueSetting>,
    /// Running missions by project and kind, where the kind has a limit.
    pub running_by_kind: HashMap<(ProjectId, Kind), u32>,
    /// Running missions by project and concurrency key, of the keys that were asked about.
    pub running_by_key: HashMap<(ProjectId, QueueKey), u32>,
    /// Running missions by project and fairness key, of the keys that compete; each counted up to
    /// [`FAIRNESS_COUNTED`](super::FAIRNESS_COUNTED).
    pub running_by_fairness: HashMap<(ProjectId, QueueKey), u32>,
    /// The agents that are online.
    pub agents: Vec<AgentFacts>,
}

/// What lane gates look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaneFacts {
    /// Whether the queue of its kind is paused.
    pub kind_paused: bool,
    /// Whether its project is paused.
    pub project_paused: bool,
    /// The most of its kind.
    pub kind_limit: Option<u32>,
    /// How many of its kind run.
    pub kind_running: u32,
    /// The most with its concurrency key.
    pub key_limit: u32,
    /// How many with its concurrency key run.
    pub key_running: u32,
    /// How many online agents could take it.
    pub capable_agents: u32,
}

impl LaneFacts {
    /// Whether a claim by an agent that matches may take from the lane. The gates say the same in
    /// words; a test holds the two together.
    #[must_use]
    pub fn open(&self, has_key: bool) -> bool {
        !self.kind_paused
            && !self.project_paused
            && self.kind_limit.is_none_or(|limit| self.kind_running < limit)
            && (!has_key || self.key_running < self.key_limit)
    }
}

impl QueueFacts {
    /// What holds for one lane.
    #[must_use]
    pub fn lane(&self, key: &LaneKey) -> LaneFacts {
        let capable = self.agents.iter().filter(|agent| agent.matches(key)).count();
        LaneFacts { capable_agents: u32::try_from(capable).unwrap_or(u32::MAX), ..self.limits(key) }
    }

    /// The same without asking who could take it: claims know that of their own agents.
    pub(super) fn limits(&self, key: &LaneKey) -> LaneFacts {
        let of_kind = self.setting(&key.project, Some(&key.kind));
        LaneFacts {
            kind_paused: of_kind.paused,
            project_paused: self.setting(&key.project, None).paused,
            kind_limit: of_kind.limit,
            kind_running: self.kind_running(key),
            key_limit: of_kind.key_limit.unwrap_or(DEFAULT_KEY_LIMIT),
            key_running: self.key_running(key),
            capable_agents: 0,
        }
    }

    /// Missions that run with the lane's fairness key.
    #[must_use]
    pub fn fairness_running(&self, key: &LaneKey) -> u32 {
        let id = (key.project.clone(), key.fairness_key.clone());
        self.running_by_fairness.get(&id).copied().unwrap_or(0)
    }

    fn kind_running(&self, key: &LaneKey) -> u32 {
        let id = (key.project.clone(), key.kind.clone());
        self.running_by_kind.get(&id).copied().unwrap_or(0)
    }

    fn key_running(&self, key: &LaneKey) -> u32 {
        let Some(limit_key) = &key.concurrency_key else { return 0 };
        let id = (key.project.clone(), limit_key.clone());
        self.running_by_key.get(&id).copied().unwrap_or(0)
    }

    fn setting(&self, project: &ProjectId, kind: Option<&Kind>) -> QueueSetting {
        self.settings.get(&(project.clone(), kind.cloned())).copied().unwrap_or_default()
    }
}

impl AgentFacts {
    /// Whether the agent could take missions of the lane.
    #[must_use]
    pub fn matches(&self, key: &LaneKey) -> bool {
        self.project == key.project
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&key.kind))
            && self.capabilities.cover(&key.capabilities)
    }
}
