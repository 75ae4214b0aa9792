//! Sockets: accepting them, bounding what each may cost, and ending them in order.
//!
//! The loop is ours because a stock one has no head, idle or write deadline and hangs at shutdown
//! on a request that was half sent. What a request means is none of its business: it hands each to
//! an [`Answer`].

mod accept;
mod activity;
mod admission;
mod connection;
mod farewell;
mod limits;
mod refusals;
mod switched;
mod watched;

pub use accept::{DrainReport, serve};
pub(crate) use admission::counted_as;
pub use connection::Answer;
pub use limits::Limits;
pub(crate) use switched::Switched;
