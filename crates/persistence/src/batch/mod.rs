//! What waits together is carried out together: requests are folded, in the order in which they
//! came, over the missions that they need, into one set of rows to write.
//!
//! Both adapters do the same three steps: load and lock what [`Needs`] names, [`Fold`] the
//! requests, write [`Writes`] in one transaction.

mod fold;
mod needs;
mod runs;
mod weight;
mod writes;

pub(crate) use fold::{Answer, Fold};
pub(crate) use needs::{Needs, unknown_dependencies};
pub(crate) use runs::Runs;
pub(crate) use weight::{PLAIN_BYTES, bytes_of};
pub(crate) use writes::{LeaseInsert, LeaseWrite, MissionWrite, ReadyKey, RunWrite, Writes};
