//! Small purpose-made ports for unit tests: what they answer is written down by the test. How real
//! stores behave is tested over real stores.

mod agents;
mod journal;
mod queue;
mod source;
mod story;
mod upkeep;
mod workflows;

pub(crate) use agents::ScriptedAgents;
pub(crate) use journal::ScriptedJournal;
pub(crate) use queue::ScriptedQueue;
pub(crate) use source::{Call, ScriptedSource, assignment};
pub(crate) use story::{Story, agent, mission, project};
pub(crate) use upkeep::ScriptedUpkeep;
pub(crate) use workflows::ScriptedWorkflows;
