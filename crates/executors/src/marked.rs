//! Kills by mark: the processes whose environment carries certain variables.
//!
//! Every program of an attempt inherits the variables that name worker and attempt, and Linux shows
//! the environment of our own processes in `/proc`. A program that hides its environment on purpose
//! is not found here: that takes a keeper. Where there is no `/proc`, nothing is found.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, getpid};

/// How often the table of processes is read again because something was found: each round kills
/// what it sees, and only what forks faster than that is left after eight.
const ROUNDS: usize = 8;

/// How long a process that is becoming another program is given to show its environment again: it
/// needs microseconds, and a little more where it waits for a processor.
const PAUSE: Duration = Duration::from_millis(5);

/// Kills every other process that carries all of `marks`, wherever it went, and says how many it
/// was. Without marks it is nobody.
pub(crate) fn kill(marks: &[Vec<u8>]) -> usize {
    let mut killed = HashSet::new();
    for _ in 0..ROUNDS {
        let found = look(marks);
        if found.carriers.is_empty() {
            if !found.is_unclear {
                break;
            }
            thread::sleep(PAUSE);
        }
        for process in found.carriers {
            strike(process, marks);
            killed.insert(process);
        }
    }
    killed.len()
}

/// What one reading of the table of processes shows.
#[derive(Default)]
struct Found {
    carriers: Vec<Pid>,
    /// Whether somebody was becoming another program, of whom nothing can be said.
    is_unclear: bool,
}

fn look(marks: &[Vec<u8>]) -> Found {
    let mut found = Found::default();
    let Ok(processes) = std::fs::read_dir("/proc") else { return found };
    if marks.is_empty() {
        return found;
    }
    let own = getpid();
    let numbers = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw));
    for process in numbers.filter(|process| *process != own) {
        match environment(process) {
            Some(environment) if carries(&environment, marks) => found.carriers.push(process),
            Some(environment) if environment.is_empty() => found.is_unclear |= is_changing(process),
            Some(_) | None => {}
        }
    }
    found
}

/// What belongs to others or has just ended shows none; that of a zombie is empty.
fn environment(process: Pid) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{}/environ", process.as_raw_nonzero())).ok()
}

fn carries(environment: &[u8], marks: &[Vec<u8>]) -> bool {
    let has =
        |mark: &Vec<u8>| environment.split(|byte| *byte == 0).any(|variable| variable == mark);
    !marks.is_empty() && marks.iter().all(has)
}

/// Whether a process without an environment is within `execve`, and will have one again.
fn is_changing(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    stat.is_ok_and(|stat| has_no_place_yet(&stat))
}

/// Whether `stat`, as proc(5) has it, is of one that has memory, as neither zombies nor threads of
/// the kernel have, but no place in it for an environment, as even one has that is empty on purpose.
fn has_no_place_yet(stat: &str) -> bool {
    // "pid (name) state …": fields are counted from 1, and a name may hold anything.
    let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
    let mut fields = rest.split_ascii_whitespace();
    let (memory, place) = (fields.nth(23 - 3), fields.nth(51 - 23 - 1));
    memory.is_some_and(|bytes| bytes != "0") && place == Some("0")
}

/// Kills `process` if it carries `marks`. One that is gone by now is what we want.
///
/// The handle is opened before the marks are read again: were the number somebody else's by then,
/// the handle would still be that of the one who is gone, and nobody is hit.
#[cfg(target_os = "linux")]
fn strike(process: Pid, marks: &[Vec<u8>]) {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

    let _gone = match pidfd_open(process, PidfdFlags::empty()) {
        Ok(handle) if still_carries(process, marks) => pidfd_send_signal(handle, Signal::KILL),
        // A kernel or a sandbox without handles.
        Err(Errno::NOSYS | Errno::PERM) => kill_process(process, Signal::KILL),
        Ok(_) | Err(_) => Ok(()),
    };
}

#[cfg(target_os = "linux")]
fn still_carries(process: Pid, marks: &[Vec<u8>]) -> bool {
    environment(process).is_some_and(|environment| carries(&environment, marks))
}

/// Where environments are not shown, nobody is found to carry any.
#[cfg(not(target_os = "linux"))]
fn strike(_: Pid, _: &[Vec<u8>]) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn stat(process: u32) -> String {
        std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap()
    }

    /// The same with another value for a field.
    fn with(stat: &str, field: usize, value: &str) -> String {
        let (name, rest) = stat.rsplit_once(") ").unwrap();
        let mut fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        fields[field - 3] = value;
        format!("{name}) {}", fields.join(" "))
    }

    #[test]
    fn only_one_with_memory_and_no_place_for_an_environment_is_becoming_another() {
        let own = stat(std::process::id());
        assert!(!has_no_place_yet(&own), "{own}");
        let changing = with(&own, 51, "0");
        assert!(has_no_place_yet(&changing), "{changing}");
        let zombie = with(&changing, 23, "0");
        assert!(!has_no_place_yet(&zombie), "{zombie}");
    }

    #[test]
    fn an_environment_that_is_empty_on_purpose_is_clear() {
        let mut bare = Command::new("sh");
        bare.args(["-c", "echo up; read _"]).env_clear();
        let mut bare = bare.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = std::io::BufReader::new(bare.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        let process = Pid::from_raw(bare.id().try_into().unwrap()).unwrap();
        assert_eq!(environment(process).as_deref(), Some(&b""[..]));
        assert!(!is_changing(process));
        bare.kill().unwrap();
        bare.wait().unwrap();
        assert!(!is_changing(process));
    }
}
