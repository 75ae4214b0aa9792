//! The ports that a mission control stands on.

use std::fmt;
use std::sync::Arc;

use mission_control_agents::AgentStore;
use mission_control_identity::Directory;
use mission_control_missions::MissionStore;
use mission_control_workflows::WorkflowStore;
use mission_control_workflows::schedule::ScheduleStore;
use mission_control_workflows::template::TemplateStore;

use crate::history::History;
use crate::journal::Journal;
use crate::previews::Previews;
use crate::retention::Retention;

/// Where everything is kept.
#[derive(Clone)]
pub struct Stores {
    /// Missions and their queue.
    pub missions: Arc<dyn MissionStore>,
    /// Workflows, and what becomes of their runs.
    pub workflows: Arc<dyn WorkflowStore>,
    /// Missions with parameters.
    pub templates: Arc<dyn TemplateStore>,
    /// What is made again and again at its time.
    pub schedules: Arc<dyn ScheduleStore>,
    /// Agents.
    pub agents: Arc<dyn AgentStore>,
    /// The order of all changes.
    pub journal: Arc<dyn Journal>,
    /// The counters as they were, minute by minute.
    pub history: Arc<dyn History>,
    /// Selections that wait to be carried out.
    pub previews: Arc<dyn Previews>,
    /// What is old, and leaves.
    pub retention: Arc<dyn Retention>,
    /// Who may come in.
    pub directory: Arc<dyn Directory>,
}

impl Stores {
    /// All of them in one store, as a database is.
    #[must_use]
    pub fn of<T>(store: Arc<T>) -> Self
    where
        T: MissionStore
            + WorkflowStore
            + TemplateStore
            + ScheduleStore
            + AgentStore
            + Journal
            + History
            + Previews
            + Retention
            + Directory,
    {
        Self {
            missions: store.clone(),
            workflows: store.clone(),
            templates: store.clone(),
            schedules: store.clone(),
            agents: store.clone(),
            journal: store.clone(),
            history: store.clone(),
            previews: store.clone(),
            retention: store.clone(),
            directory: store,
        }
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
