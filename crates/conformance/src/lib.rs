//! What is true of every adapter of a port, written once and run by each of them.
//!
//! An adapter's test is a [`Subject`]: it hands out fresh stores and opens them again. [`run_all`]
//! puts every one of [`BEHAVIOURS`] before it and names those that it does not show.
//! [`twins::run`] plays random sequences on two stores at once and compares every answer.
//!
//! [`private_postgres`] gives a test a PostgreSQL of its own, which it may kill.

pub mod private_postgres;
pub mod twins;

mod behaviours;
mod draft;
mod entrance;
mod folded;
mod following;
mod graph;
mod json;
mod stage;
mod subject;
mod suite;

pub use behaviours::BEHAVIOURS;
pub use subject::{Store, Subject};
pub use suite::{Behaviour, run_all};
