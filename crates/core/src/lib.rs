//! The embeddable facade of Mission Control.
//!
//! [`MissionControl`] is every use-case over the ports: [`Stores`] (the domains' stores and the
//! [`Journal`]), made with [`MissionControl::builder`]. It keeps the counters in memory (the
//! projection, folded from the journal), hands the journal to any number of [`Feed`]s, serves the
//! agents that wait for missions, and sweeps up what time makes due.
//!
//! [`Worker`] performs missions: it claims from a [`WorkSource`] (the mission control of the same
//! process is one: [`LocalSource`]) and runs what it gets with your [`Executor`]s.

mod barrier;
mod builder;
mod commands;
mod executor;
mod feed;
mod fleet;
mod health;
mod journal;
mod mission_control;
mod pace;
mod projection;
mod queries;
mod queues;
#[cfg(test)]
mod scripted;
mod stores;
mod sweeps;
mod tail;
mod worker;

pub use builder::{Builder, DEFAULT_AGEING};
pub use executor::{Done, Executor, Report, Reporter, Work};
pub use feed::{Feed, Gone};
pub use fleet::{
    AgentView, Beat, DEFAULT_LEASE, LARGEST_CLAIM, LONGEST_LEASE, LONGEST_WAIT, SHORTEST_LEASE,
    Want,
};
pub use health::Readiness;
pub use journal::{Completion, Epoch, Journal, JournalEntry, Minute, Sequenced, Snapshot};
pub use mission_control::MissionControl;
pub use queries::{Listing, RUNNING_SHOWN, Shown, TOTAL_LIMIT};
pub use stores::Stores;
pub use worker::{
    Answer, Ask, Assignment, Badge, LocalSource, SourceError, Tally, WorkReport, WorkSource,
    Worker, WorkerBuilder,
};

pub use mission_control_agents as agents;
pub use mission_control_identity as identity;
pub use mission_control_kernel as kernel;
pub use mission_control_missions as missions;
pub use mission_control_missions::LogLevel;
