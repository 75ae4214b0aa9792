//! What is true of this adapter alone; what every store does is the conformance suite's.

mod claims;
pub(super) mod explained;
mod identity;
pub(super) mod plenty;
mod progress;
mod schedules;
mod statements;
mod workflows;
