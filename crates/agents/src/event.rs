//! What the journal tells about agents.

use mission_control_kernel::{AgentId, ProjectId, Timestamp, closed_words};

use crate::agent::AgentName;

closed_words! {
    /// What happened to an agent.
    AgentEvent, "invalid_agent_event", "is no event of an agent",
    {
        /// It is new.
        Registered = "registered",
        /// It was heard of again.
        Online = "online",
        /// It fell silent.
        Offline = "offline",
        /// It finishes what it has.
        Draining = "draining",
        /// An operator switched it off.
        Disabled = "disabled",
        /// An operator switched it on.
        Enabled = "enabled",
        /// What it can do, or how much, has changed.
        Changed = "changed",
        /// It is gone.
        Removed = "removed",
    }
}

/// One line of the journal about an agent. Busy and idle are no entries: they follow from what the
/// journal says about missions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgentEntry {
    /// When, on the store's clock.
    pub at: Timestamp,
    /// Whose.
    pub project: ProjectId,
    /// Which agent.
    pub agent: AgentId,
    /// Its name.
    pub name: AgentName,
    /// What happened.
    pub event: AgentEvent,
}
