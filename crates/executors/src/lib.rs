//! What runs a mission on a worker: command profiles and the shipped profile `default`.
//!
//! - [`Profiles`] reads the operator's TOML file and makes one executor of each profile; the name
//!   of a profile is the kind of the missions that it runs.
//! - `profile` is what an operator may write: an argv template, typed parameters, what goes in and
//!   what comes out. A mission only ever fills in parameters; it never names a program.
//! - `command` runs such a profile: a process group of its own, a clean environment, output that is
//!   streamed, capped and cleaned, and nothing left behind.
//! - [`Custody`] says how programs are held, so that none outlives its worker, not even one that is
//!   killed; [`keeper`] is the process that sees to it.
//! - `default_profile` runs in this process and needs nothing installed.

mod command;
mod custody;
mod default_profile;
mod failure;
pub mod keeper;
mod marked;
mod profile;
mod profiles;

pub use custody::Custody;
pub use profile::ProfileError;
pub use profiles::Profiles;
