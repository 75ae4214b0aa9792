//! The ports that a mission control stands on.

use std::fmt;
use std::sync::Arc;

use mission_control_agents::AgentStore;
use mission_control_missions::MissionStore;

use crate::journal::Journal;

/// Where everything is kept.
#[derive(Clone)]
pub struct Stores {
    /// Missions and their queue.
    pub missions: Arc<dyn MissionStore>,
    /// Agents.
    pub agents: Arc<dyn AgentStore>,
    /// The order of all changes.
    pub journal: Arc<dyn Journal>,
}

impl Stores {
    /// All three in one store, as a database is.
    #[must_use]
    pub fn of<T: MissionStore + AgentStore + Journal>(store: Arc<T>) -> Self {
        Self { missions: store.clone(), agents: store.clone(), journal: store }
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
