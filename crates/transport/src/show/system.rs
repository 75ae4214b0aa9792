//! How the process is doing.

use std::time::Duration;

use mission_control::Minute;
use mission_control::kernel::Timestamp;
use mission_control_wire::{Word, reply};

use crate::metrics::SystemReading;

/// The sliding hour.
const MINUTES: f64 = 60.0;

/// What was found out of the process.
pub(crate) struct Process {
    pub(crate) reading: SystemReading,
    pub(crate) disk_free: Option<u64>,
    pub(crate) store_bytes: Option<u64>,
}

/// What was found out.
pub(crate) struct Facts<'a> {
    /// None for whoever may not know.
    pub(crate) process: Option<Process>,
    /// The sliding hour of the project.
    pub(crate) minutes: &'a [(Timestamp, Minute)],
    pub(crate) uptime: Duration,
    pub(crate) now: Timestamp,
}

/// How the process is doing.
pub(crate) fn system(facts: &Facts<'_>) -> reply::System {
    let process = facts.process.as_ref();
    let reading = process.map(|process| &process.reading);
    let sum =
        |count: fn(&Minute) -> u64| facts.minutes.iter().map(|(_, it)| count(it)).sum::<u64>();
    let (completed, failed) = (sum(|minute| minute.completed), sum(|minute| minute.failed));
    let finished = completed + failed;
    let error_rate = if finished == 0 { 0.0 } else { failed as f64 / finished as f64 * 100.0 };
    reply::System {
        cpu_percent: reading.map(|reading| reading.cpu_percent),
        rss_bytes: reading.map(|reading| reading.resident_bytes),
        disk_free_bytes: process.and_then(|process| process.disk_free),
        store_bytes: process.and_then(|process| process.store_bytes),
        pool: reading.and_then(|reading| reading.pool.as_ref()).map(|pool| reply::Pool {
            busy: pool.busy,
            free: pool.free,
            waiting: pool.waiting,
        }),
        sockets: reading.map(|reading| reply::Sockets {
            connections: reading.connections,
            sse: reading.sse,
            websocket: reading.websocket,
        }),
        api: reading.map(|reading| reply::Api {
            requests: reading.api.requests,
            p50_ms: reading.api.p50_ms,
            p95_ms: reading.api.p95_ms,
            error_rate: reading.api.error_rate,
        }),
        missions_per_minute: finished as f64 / MINUTES,
        error_rate,
        uptime: facts.uptime.as_secs_f64(),
        timestamp: Word(facts.now),
    }
}
