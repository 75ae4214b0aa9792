//! Finds what left its process group: daemons that forked twice into a session of their own.
//!
//! Every program of an attempt inherits the variables that name the attempt, and Linux shows the
//! environment of our own processes in `/proc`. A program that hides its environment on purpose is
//! not found: that takes a sandbox. Where there is no `/proc`, nothing is found.

use nix::sys::signal::{Signal, kill as send};
use nix::unistd::Pid;

use super::environment::Marks;

/// How often the table of processes is read again because something was found: each round kills
/// what it sees, and only what forks faster than that is left after eight.
const ROUNDS: usize = 8;

/// Kills every process that carries `marks`, wherever it went.
pub(super) fn kill(marks: &Marks) {
    let marks = marks.each_ref().map(|(name, value)| format!("{name}={value}").into_bytes());
    for _ in 0..ROUNDS {
        let found = carriers(&marks);
        if found.is_empty() {
            return;
        }
        for process in found {
            // One that is gone by now is what we want.
            let _ = send(process, Signal::SIGKILL);
        }
    }
}

fn carriers(marks: &[Vec<u8>; 2]) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let own = Pid::this();
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Pid::from_raw))
        .filter(|process| *process != own && carries(*process, marks))
        .collect()
}

/// What belongs to others, is a zombie or has just ended shows no environment.
fn carries(process: Pid, marks: &[Vec<u8>; 2]) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{process}/environ")) else { return false };
    marks.iter().all(|mark| environment.split(|byte| *byte == 0).any(|variable| variable == mark))
}
