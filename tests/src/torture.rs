//! What hurts an engine without killing it, and what must hold of it meanwhile. Each scenario has a
//! size, so that a small form runs with every change and a large one by hand, and a control in which
//! its invariant must break: one that does not is reported as blind.
//!
//! - [`zombies`]: workers that are stopped until their missions are somebody else's, and go on.
//! - [`edges`]: heartbeat, completion, cancel and rescue at the instant at which a lease is over.
//! - [`crowd`]: many clients at few missions, which must not wait for each other in a circle.
//! - [`cuts`]: the cable to the database is cut at every statement of an operation.
//! - [`cancels`]: a cancel against a completion, and how soon a cancel reaches a process.
//! - [`fairness`]: a few beside a flood.
//! - [`ticks`]: schedules on servers that are killed by turns.
//! - [`findings`]: what came of one. `ground`, `agent`, `program` and `cable` are what they stand on;
//!   `audit` looks for halves of operations in the tables.

mod agent;
mod audit;
mod cable;
pub mod cancels;
pub mod crowd;
pub mod cuts;
pub mod edges;
pub mod fairness;
pub mod findings;
mod ground;
mod program;
pub mod ticks;
pub mod zombies;

pub use findings::Findings;

use std::time::Duration;

/// Only a real failure takes so long.
const LONG: Duration = Duration::from_secs(120);
