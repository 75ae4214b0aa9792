//! How many more missions agents may take.

use std::collections::HashMap;

use mission_control_kernel::AgentId;

/// What is left of the capacity of agents. One that is not in it may take nothing.
#[derive(Clone, Debug, Default)]
pub struct Rooms {
    left: HashMap<AgentId, u32>,
}

impl Rooms {
    /// How many more an agent may take.
    #[must_use]
    pub fn left(&self, agent: AgentId) -> u32 {
        self.left.get(&agent).copied().unwrap_or(0)
    }

    /// An agent has taken so many.
    pub fn take(&mut self, agent: AgentId, count: u32) {
        if let Some(left) = self.left.get_mut(&agent) {
            *left = left.saturating_sub(count);
        }
    }

    /// What another look has found of some of them counts for more.
    pub fn set_all(&mut self, newer: &Self) {
        self.left.extend(&newer.left);
    }
}

impl FromIterator<(AgentId, u32)> for Rooms {
    fn from_iter<T: IntoIterator<Item = (AgentId, u32)>>(rooms: T) -> Self {
        Self { left: rooms.into_iter().collect() }
    }
}
