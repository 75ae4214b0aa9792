//! Everything that descends from a keeper, to its certain end.

use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, kill_process_group,
    wait, waitid,
};

/// Between two rounds of killing: a moment in which the dead can be handed over to us.
const PAUSE: Duration = Duration::from_millis(2);

/// The program and all that it started.
pub(super) struct Family {
    leader: Pid,
    /// The wait status of the leader once it is buried. Whoever signals or buries holds the lock: a
    /// child that nobody buries meanwhile keeps its number, so no signal can hit a stranger.
    ended: Mutex<Option<i32>>,
}

impl Family {
    /// That of `child`, which must lead its group.
    pub(super) fn of(child: &Child) -> Self {
        Self { leader: Pid::from_child(child), ended: Mutex::new(None) }
    }

    /// SIGTERM to the program's group, while it is certainly the program's.
    pub(super) fn ask_to_end(&self) {
        let ended = self.lock();
        self.signal_group(&ended, Signal::TERM);
    }

    /// Waits for the end of the program, and buries strays as they end. Gives its wait status.
    ///
    /// # Errors
    /// What the system says; or that another thread has ended all.
    pub(super) fn wait(&self) -> io::Result<i32> {
        loop {
            match waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return self.lock().ok_or_else(|| error.into()),
            }
            let mut ended = self.lock();
            bury(&mut ended, self.leader);
            if let Some(status) = *ended {
                return Ok(status);
            }
        }
    }

    /// Kills until nobody is left or `bound` is over; says whether nobody is left.
    ///
    /// Those who lose their parent by it become our children and are killed in the next round.
    pub(super) fn end(&self, bound: Duration) -> bool {
        let since = Instant::now();
        loop {
            {
                let mut ended = self.lock();
                if !bury(&mut ended, self.leader) {
                    return true;
                }
                self.signal_group(&ended, Signal::KILL);
                for child in children() {
                    // One with the rights of somebody else is left to that one.
                    let _refused = kill_process(child, Signal::KILL);
                }
            }
            if since.elapsed() >= bound {
                return false;
            }
            thread::sleep(PAUSE);
        }
    }

    fn signal_group(&self, ended: &Option<i32>, signal: Signal) {
        if ended.is_none() {
            let _nobody_left = kill_process_group(self.leader, signal);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<i32>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Buries all children that have ended, and notes the leader's status; says whether any are left.
fn bury(ended: &mut Option<i32>, leader: Pid) -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((child, status))) if child == leader => *ended = Some(status.as_raw()),
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// Our children as `/proc` shows them; nobody where there is none.
fn children() -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let own = getpid();
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|process| parent(*process) == Some(own))
        .collect()
}

/// `/proc/PID/stat` is "pid (name) state ppid …", and a name may hold anything.
fn parent(process: Pid) -> Option<Pid> {
    let path = format!("/proc/{}/stat", process.as_raw_nonzero());
    let stat = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let (_, rest) = stat.rsplit_once(") ")?;
    Pid::from_raw(rest.split(' ').nth(1)?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_child_is_found_by_its_parent() {
        let mut child = std::process::Command::new("sleep").arg("300").spawn().unwrap();
        assert!(children().contains(&Pid::from_child(&child)));
        assert_eq!(parent(getpid()), rustix::process::getppid());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
