//! The registry of agents: their life, load and tier, as pure code.
//!
//! [`Agent`] is what is stored, [`Standing`] what the journal tells about its results; [`decide`]
//! moves its life. Whether it is busy is derived from what it runs, never stored.

mod agent;
mod event;
mod life;
mod load;
mod store;
mod tier;

pub use agent::{
    Agent, AgentName, AgentStatus, AgentType, Duty, KindName, MAX_CONCURRENT, Registration,
};
pub use event::{AgentEntry, AgentEvent};
pub use life::{AgentCommand, AgentRefusal, SILENT_AFTER, decide};
pub use load::{Load, LoadLevel};
pub use store::{AgentStore, AgentVerdict};
pub use tier::{Standing, Thresholds, Tier};
