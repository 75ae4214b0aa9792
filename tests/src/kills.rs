//! Kills, and what must hold after them.
//!
//! - [`scenario`]: the kills, each in a small and in a full size.
//! - `arena`: a store and the servers that come and go on it.
//! - `probe`: a profile whose program keeps a ledger that no server can improve.
//! - `writers`: clients that ask again until each of their missions is accepted.
//! - [`four`]: two servers and two workers, any of which is killed while missions flow.
//! - [`record`]: what a run left behind, read through the API and from the ledger.
//! - [`check`]: what must hold of a record; `control`: whether the checks see at all.

mod arena;
pub mod check;
mod control;
pub mod four;
mod probe;
pub mod record;
pub mod scenario;
mod writers;

pub use arena::Engine;
