//! What the system says of this process.

use std::fs;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage};
use nix::sys::time::TimeVal;

/// A reading; what the system does not tell is nothing.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Process {
    /// Seconds of all its threads on a processor.
    pub(super) cpu_seconds: f64,
    /// Bytes of memory that it has.
    pub(super) resident_bytes: u64,
    /// Descriptors that it has open.
    pub(super) open_fds: u64,
    /// Descriptors that it may have open.
    pub(super) max_fds: u64,
    /// Its threads.
    pub(super) threads: u64,
}

impl Process {
    /// Reads it now; some microseconds.
    pub(super) fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let open = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        let usage = getrusage(UsageWho::RUSAGE_SELF);
        Self {
            cpu_seconds: usage
                .map_or(0.0, |usage| seconds(usage.user_time()) + seconds(usage.system_time())),
            resident_bytes: number(&status, "VmRSS:") * 1_024,
            // One of them is the folder that is being read.
            open_fds: u64::try_from(open).unwrap_or(0).saturating_sub(1),
            max_fds: getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft),
            threads: number(&status, "Threads:"),
        }
    }
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}

/// The number after `name` at the begin of a line; 0 when there is none.
fn number(status: &str, name: &str) -> u64 {
    let rest = status.lines().find_map(|line| line.strip_prefix(name));
    let first = rest.and_then(|rest| rest.split_whitespace().next());
    first.and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_page_is_read_by_its_names() {
        let status = "Name:\tserver\nVmRSS:\t   12345 kB\nThreads:\t7\n";
        assert_eq!((number(status, "VmRSS:"), number(status, "Threads:")), (12_345, 7));
        assert_eq!(number(status, "VmSwap:"), 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory_threads_and_descriptors() {
        let process = Process::read();
        assert!(process.resident_bytes > 1 << 20 && process.threads >= 1, "{process:?}");
        assert!((3..=process.max_fds).contains(&process.open_fds), "{process:?}");
    }
}
