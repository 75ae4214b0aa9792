//! What `GET /api/system` shows of this process.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use tokio::time::Instant;

use super::Metrics;
use super::process::Process;
use super::recent::Answered;

/// How long the processor is watched at least: less says what it did for this very request.
const WATCHED: Duration = Duration::from_secs(5);

/// A reading of the process.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct SystemReading {
    /// Percent of one processor since some seconds ago.
    pub(crate) cpu_percent: f64,
    /// Bytes of memory that it has.
    pub(crate) resident_bytes: u64,
    /// Connections of HTTP that are open.
    pub(crate) connections: u64,
    /// Live streams over server-sent events.
    pub(crate) sse: u64,
    /// Live streams over WebSockets.
    pub(crate) websocket: u64,
    /// The pool that reads from the store, where there is one and it was used.
    pub(crate) pool: Option<PoolReading>,
    /// The requests of the last minute.
    pub(crate) api: Answered,
}

/// A pool of connections, when one was last taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PoolReading {
    /// In use.
    pub(crate) busy: u64,
    /// Not in use.
    pub(crate) free: u64,
    /// Callers without one.
    pub(crate) waiting: u64,
}

/// What the processor did for this process, from one reading to the next.
pub(super) struct Processor(Mutex<[Sample; 2]>);

#[derive(Clone, Copy)]
struct Sample {
    at: Instant,
    seconds: f64,
}

impl Processor {
    pub(super) fn new(now: Instant) -> Self {
        let seconds = Process::read().cpu_seconds;
        Self(Mutex::new([Sample { at: now, seconds }; 2]))
    }

    /// Percent since the sample before the last, which is [`WATCHED`] old once there was time.
    fn percent(&self, at: Instant, seconds: f64) -> f64 {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at.saturating_duration_since(samples[1].at) >= WATCHED {
            *samples = [samples[1], Sample { at, seconds }];
        }
        let since = at.saturating_duration_since(samples[0].at).as_secs_f64();
        if since > 0.0 { ((seconds - samples[0].seconds) / since * 100.0).max(0.0) } else { 0.0 }
    }
}

impl Metrics {
    /// How this process is doing, from memory and from what the system says at once.
    pub(crate) fn system(&self) -> SystemReading {
        let (now, process) = (Instant::now(), Process::read());
        SystemReading {
            cpu_percent: self.0.processor.percent(now, process.cpu_seconds),
            resident_bytes: process.resident_bytes,
            connections: self.0.http.connections(),
            sse: self.0.live.viewers("sse"),
            websocket: self.0.live.viewers("websocket"),
            pool: self.0.store.pool(),
            api: self.0.http.recent.answered(now),
        }
    }
}

/// Bytes that are free, for whoever is not root, where `folder` lies.
pub(crate) fn disk_free(folder: &Path) -> Option<u64> {
    let stat = statvfs(folder).ok()?;
    stat.blocks_available().checked_mul(stat.fragment_size())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_watched_for_some_seconds() {
        let begin = Instant::now();
        let processor = Processor(Mutex::new([Sample { at: begin, seconds: 1.0 }; 2]));
        let percent =
            |at: u64, seconds| processor.percent(begin + Duration::from_secs(at), seconds);
        assert!(percent(0, 1.0).abs() < 1e-9);
        assert!((percent(10, 6.0) - 50.0).abs() < 1e-9);
        assert!((percent(12, 13.0) - 100.0).abs() < 1e-9, "still since the begin");
        assert!((percent(20, 26.0) - 200.0).abs() < 1e-9, "since the tenth second");
    }

    #[test]
    fn a_folder_has_free_bytes_and_nowhere_has_none() {
        assert!(disk_free(Path::new("/")).is_some());
        assert_eq!(disk_free(Path::new("/no such folder")), None);
    }
}
