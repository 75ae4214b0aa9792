//! Performs missions: claims them from a source, runs them, keeps their leases alive, reports.
//!
//! The worker trusts a lease for as long as it can be sure of it: from the moment it *sent* the
//! request that began or extended it, for the lease's length less a margin, on a clock that nobody
//! sets. Past that the executor is stopped, whatever it is doing.

mod attempt;
mod beats;
mod builder;
mod crew;
mod delivery;
mod desk;
mod document;
mod held;
mod local;
mod relay;
mod run;
mod source;
#[cfg(test)]
mod tests;

pub use builder::{Worker, WorkerBuilder};
pub use crew::{Crew, Staffing};
pub use local::LocalSource;
pub use run::Tally;
pub use source::{Answer, Ask, Assignment, Badge, SourceError, WorkReport, WorkSource};
