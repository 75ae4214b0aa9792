//! How the process is doing.

use serde::Serialize;

use crate::Time;

/// `GET /api/system`. What is of the process is null for whoever does not read in every project: it
/// tells how much the others do.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct System {
    /// Percent of one processor, over some seconds.
    pub cpu_percent: Option<f64>,
    /// Memory that the process has.
    pub rss_bytes: Option<u64>,
    /// Free where the data folder lies; null when the system does not tell.
    pub disk_free_bytes: Option<u64>,
    /// What the store takes; null while it does not answer.
    pub store_bytes: Option<u64>,
    /// Connections to the store; null without a pool.
    pub pool: Option<Pool>,
    /// What is open.
    pub sockets: Option<Sockets>,
    /// Requests of the last minute.
    pub api: Option<Api>,
    /// Completed or failed in the last hour ÷ 60, in the project.
    pub missions_per_minute: f64,
    /// Failed ÷ (completed + failed) × 100 in the last hour, in the project; 0 without any.
    pub error_rate: f64,
    /// Since the server began, in seconds.
    pub uptime: f64,
    /// When this was said.
    pub timestamp: Time,
}

/// The pool that reads from the store, when a connection was last taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Pool {
    /// In use.
    pub busy: u64,
    /// Not in use.
    pub free: u64,
    /// Callers without one.
    pub waiting: u64,
}

/// Sockets that are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Sockets {
    /// Connections, those of WebSockets not counted.
    pub connections: u64,
    /// Streams of server-sent events.
    pub sse: u64,
    /// WebSockets.
    pub websocket: u64,
}

/// How the API answered in the last minute.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Api {
    /// How many requests there were, those that wait not counted.
    pub requests: u64,
    /// Half of them took no longer; 0 without any.
    pub p50_ms: f64,
    /// 95 of 100 took no longer; 0 without any.
    pub p95_ms: f64,
    /// Percent that ended in a fault of the server; 0 without any.
    pub error_rate: f64,
}
