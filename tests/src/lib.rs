//! What acceptance tests hold in their hands: a client, a server process, and patience.
//!
//! - [`http`]: a client of the public API, JSON in and out, with a reader of event streams.
//! - [`live`]: a client of the live socket.
//! - [`raw`]: requests that no well-behaved client would send.
//! - [`process`]: a built program as a process that may be asked to stop, or killed: [`server`],
//!   [`worker`].
//! - [`kills`]: servers and databases that are killed, and what must hold after it.
//! - [`torture`]: what hurts an engine without killing it: zombies, races, cut cables, crowds.
//! - [`browser`]: somebody who has signed in, as their browser's requests.
//! - [`relay`]: a peer of a live socket that stands still when it is told to.
//! - [`eventually`]: the last resort where no signal tells that something has happened.

pub mod browser;
mod eventually;
pub mod http;
pub mod kills;
pub mod live;
pub mod process;
pub mod raw;
pub mod relay;
pub mod server;
pub mod sse;
pub mod torture;
pub mod worker;

pub use eventually::eventually;
