//! What makes missions in numbers: workflows, their runs, templates and schedules, as pure code.
//!
//! A [`Definition`] is a graph that has been parsed: nothing unknown, nothing twice, no cycle. A run
//! of it is missions with edges between them and one row of its own; how the run stands is
//! [derived](Tally) from the missions whenever somebody asks. [`WorkflowStore`] keeps definitions and
//! counts runs.
//!
//! A [`template::Template`] is a mission with parameters, and a [`schedule::Schedule`] makes missions or
//! runs at its time.

mod definition;
mod graph;
mod run;
mod store;

pub mod schedule;
pub mod template;

pub use definition::{
    Definition, DefinitionRefusal, MAX_EDGES, MAX_STEPS, OnFailure, StepDefinition, StepKey,
    WorkflowName,
};
pub use run::{RunState, Tally};
pub use store::{
    MOST_VERSIONS, MOST_WORKFLOWS, Members, NoRoom, RunPage, RunQuery, RunView, Saved, SavedAs,
    Workflow, WorkflowStore, WorkflowSummary,
};
