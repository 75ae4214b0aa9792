//! Every JSON shape that Mission Control reads or writes, and nothing else.
//!
//! [`request`] holds what comes in. [`decode()`] turns bytes into one of those, or says which
//! member is wrong and why. [`reply`] holds what goes out over HTTP and [`live`] what goes out over
//! a socket; [`to_bytes`] and [`write_mission`] put them on the wire. Free JSON, what a person or a
//! worker made up, comes in as text in [`CheckedJson`] and goes out untouched in [`Json`].
//!
//! The domains have no encoding and this crate has no rules: titles, priorities and bounds are text
//! and numbers here, and whoever stands between the two parses them. `golden/` shows each reply as
//! it is written; a test compares it to the byte. `bodies/` shows requests, and [`sample`] hands out both.

mod checked;
mod decode;
mod encode;
pub mod live;
pub mod reply;
pub mod request;
pub mod sample;
mod words;

pub use checked::{CheckedJson, MAX_DEPTH, MAX_EXPONENT, MAX_NUMBER_CHARS};
pub use decode::{Body, DecodeError, DecodeKind, List, Object, decode, decode_all};
pub use encode::{EncodeError, Encoded, to_bytes, write_mission};
pub use words::{Backoff, Cost, Json, Lease, Time, Whole, Word};
