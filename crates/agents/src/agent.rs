//! An agent, as it is stored.

use mission_control_kernel::{AgentId, Capabilities, ProjectId, Text, Timestamp, closed_words};

use crate::life::SILENT_AFTER;

/// The most missions that one agent may run at a time.
pub const MAX_CONCURRENT: u32 = 1_000;

/// 1–100 characters, unique in the project.
pub type AgentName = Text<1, 100>;
/// What kind of agent it is, 1–100 characters.
pub type AgentType = Text<1, 100>;
/// A kind of mission that it performs; the missions domain parses it more strictly.
pub type KindName = Text<1, 64>;

closed_words! {
    /// What an operator has decided about an agent.
    Duty, "invalid_duty", "must be active, draining or disabled",
    {
        /// It takes missions.
        Active = "active",
        /// It finishes what it has and takes no more.
        Draining = "draining",
        /// It takes nothing until it is enabled.
        Disabled = "disabled",
    }
}

closed_words! {
    /// How an agent is seen.
    AgentStatus, "invalid_agent_status", "must be idle, busy, draining, disabled or offline",
    {
        /// Online with nothing to do.
        Idle = "idle",
        /// Online with something to do.
        Busy = "busy",
        /// Finishing what it has.
        Draining = "draining",
        /// Switched off by an operator.
        Disabled = "disabled",
        /// Silent.
        Offline = "offline",
    }
}

/// Something that performs missions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agent {
    /// Which one.
    pub id: AgentId,
    /// Whose.
    pub project: ProjectId,
    /// Its name, unique in the project: the same name is the same agent.
    pub name: AgentName,
    /// What kind of agent it is.
    pub agent_type: AgentType,
    /// What it can do.
    pub capabilities: Capabilities,
    /// The kinds of mission that it performs; none for all.
    pub kinds: Option<Vec<KindName>>,
    /// The most missions at a time, from 1.
    pub max_concurrent: u32,
    /// What an operator has decided.
    pub duty: Duty,
    /// Whether it was online when someone last looked; decides when the journal tells of a change.
    pub online: bool,
    /// When it registered first.
    pub registered_at: Timestamp,
    /// When it last came online.
    pub connected_at: Timestamp,
    /// When it was last heard of.
    pub last_active: Timestamp,
    /// When its life last moved.
    pub last_state_change: Timestamp,
}

/// What an agent says when it registers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    /// The id it gets when the name is new.
    pub id: AgentId,
    /// Whose.
    pub project: ProjectId,
    /// Its name.
    pub name: AgentName,
    /// What kind of agent.
    pub agent_type: AgentType,
    /// What it can do.
    pub capabilities: Capabilities,
    /// The kinds of mission that it performs; none for all.
    pub kinds: Option<Vec<KindName>>,
    /// The most missions at a time.
    pub max_concurrent: u32,
}

impl Duty {
    /// How many more missions an agent may take that holds so many and may hold so many.
    #[must_use]
    pub const fn room(self, max_concurrent: u32, held: u32) -> u32 {
        match self {
            Self::Active => max_concurrent.saturating_sub(held),
            Self::Draining | Self::Disabled => 0,
        }
    }
}

impl Agent {
    /// How it is seen at `now` while it runs `running` missions.
    #[must_use]
    pub fn status(&self, running: u32, now: Timestamp) -> AgentStatus {
        match self.duty {
            Duty::Disabled => AgentStatus::Disabled,
            Duty::Draining if running > 0 => AgentStatus::Draining,
            Duty::Draining => AgentStatus::Offline,
            Duty::Active if !self.heard_of(now) => AgentStatus::Offline,
            Duty::Active if running > 0 => AgentStatus::Busy,
            Duty::Active => AgentStatus::Idle,
        }
    }

    /// Whether it was heard of in time.
    #[must_use]
    pub fn heard_of(&self, now: Timestamp) -> bool {
        now.since(self.last_active) < SILENT_AFTER
    }

    /// Whether it may take missions: heard of in time, neither draining nor disabled.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.duty == Duty::Active && self.heard_of(now)
    }
}
