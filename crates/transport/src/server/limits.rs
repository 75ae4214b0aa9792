//! What a connection may cost.

use std::time::Duration;

/// The bounds of the server; [`Limits::default`] is what production runs with.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once; further ones wait in the kernel's backlog.
    pub connections: usize,
    /// Connections at once from one address (an IPv6 /64 counts as one); further ones are closed.
    pub connections_per_address: usize,
    /// Bytes of request line and headers together.
    pub head_bytes: usize,
    /// From the first byte of a head (on a fresh connection: from its acceptance) to its last.
    pub head: Duration,
    /// How long a connection may lie unused between requests.
    pub idle: Duration,
    /// How long a client may leave unread what was written to it.
    pub stalled_write: Duration,
    /// How long a client may go on sending what is not read any more, so that it hears the answer.
    pub farewell: Duration,
    /// How long requests in flight may go on once draining has begun.
    pub drain: Duration,
    /// Requests in flight on one HTTP/2 connection.
    pub streams: u32,
}

/// Far above a fleet of workers and screens, and below the usual limit of open files of a service.
const CONNECTIONS: usize = 10_000;
/// A reverse proxy or one big machine full of agents is a single address.
const CONNECTIONS_PER_ADDRESS: usize = 4_096;
/// Cookies and a token fit many times over. The same number is the size of the read buffer.
const HEAD_BYTES: usize = 16 * 1024;
/// A head is one packet or two; whoever takes longer is holding the connection.
const HEAD: Duration = Duration::from_secs(10);
/// Longer than the 60 s after which common proxies drop their side, so that they do it first.
const IDLE: Duration = Duration::from_secs(75);
/// Long enough for a network that changes hands, short enough to get memory back.
const STALLED_WRITE: Duration = Duration::from_secs(30);
/// A body of the largest size fits in at the speed of a slow network; nothing is kept of it.
const FAREWELL: Duration = Duration::from_secs(5);
/// Fits, with what else shutdown does, into the 25 s in which the process exits.
const DRAIN: Duration = Duration::from_secs(10);
/// More than a page asks for at once; each costs a task.
const STREAMS: u32 = 256;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            connections_per_address: CONNECTIONS_PER_ADDRESS,
            head_bytes: HEAD_BYTES,
            head: HEAD,
            idle: IDLE,
            stalled_write: STALLED_WRITE,
            farewell: FAREWELL,
            drain: DRAIN,
            streams: STREAMS,
        }
    }
}
