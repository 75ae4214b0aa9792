//! Programs that say who they are and stay until they are let go or killed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::LONG;
use crate::eventually;

const SCRIPT: &str = include_str!("program.sh");

/// How many processes each program has that say who they are.
const PROCESSES: usize = 2;

/// A process that an attempt has started.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    mission: String,
    lease: i64,
    pid: i32,
}

/// The programs of a run: their ledger and their gates, in a folder.
#[derive(Debug)]
pub(super) struct Programs {
    folder: PathBuf,
}

/// The processes of one attempt; killed when dropped, so that a test that fails leaves nobody.
#[derive(Debug)]
pub(super) struct Tribe {
    /// The lease under which they began.
    pub(super) lease: i64,
    pids: Vec<i32>,
}

impl Programs {
    /// Lays the ledger out in a folder.
    pub(super) fn new(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(folder.join("gates"))?;
        std::fs::write(folder.join("program.sh"), SCRIPT)?;
        std::fs::write(folder.join("ledger"), "")?;
        Ok(Self { folder })
    }

    /// The profile with this name.
    pub(super) fn profile(&self, kind: &str) -> String {
        let quoted = |name: &str| json!(self.folder.join(name).to_string_lossy()).to_string();
        format!(
            "[profiles.{kind}]\ncommand = [\"sh\", {}]\n\n[profiles.{kind}.env]\n\
             LEDGER = {}\nGATES = {}\n",
            quoted("program.sh"),
            quoted("ledger"),
            quoted("gates"),
        )
    }

    /// The processes of a mission's attempt under a lease past `lease`, once all have said who they
    /// are.
    pub(super) async fn begun(&self, mission: &str, lease: i64) -> Tribe {
        eventually("a program has begun", LONG, async || {
            let lines = self.lines().map_err(|error| format!("{error:#}"))?;
            let own = lines.iter().filter(|it| it.mission == mission && it.lease > lease);
            let Some(first) = own.clone().next() else { return Err(format!("{mission}: none")) };
            let pids: Vec<i32> =
                own.filter(|it| it.lease == first.lease).map(|it| it.pid).collect();
            if pids.len() < PROCESSES {
                Err(format!("{pids:?}"))
            } else {
                Ok(Tribe::new(first, pids))
            }
        })
        .await
    }

    /// Lets the program of a mission end by itself.
    pub(super) fn let_go(&self, mission: &str) -> Result<()> {
        std::fs::write(self.folder.join("gates").join(mission), "").context("opening a gate")
    }

    /// The last line may be half there; the next look sees it whole.
    fn lines(&self) -> Result<Vec<Line>> {
        let text = std::fs::read_to_string(self.folder.join("ledger"))?;
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(line).collect()
    }
}

impl Tribe {
    fn new(line: &Line, pids: Vec<i32>) -> Self {
        Self { lease: line.lease, pids }
    }

    /// Of one process that is no mission's.
    pub(super) fn of(pid: u32) -> Result<Self> {
        Ok(Self { lease: 0, pids: vec![i32::try_from(pid)?] })
    }

    /// Those that still do something.
    pub(super) fn survivors(&self) -> Vec<i32> {
        self.pids.iter().copied().filter(|pid| is_alive(*pid)).collect()
    }

    /// Waits until nobody is left, at most for `bound`.
    pub(super) async fn gone(&self, bound: Duration) {
        eventually("the processes of an attempt are gone", bound, async || {
            let survivors = self.survivors();
            if survivors.is_empty() { Ok(()) } else { Err(survivors) }
        })
        .await;
    }
}

impl Drop for Tribe {
    fn drop(&mut self) {
        // Numbers come round to others slowly enough.
        for pid in self.survivors() {
            let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

fn line(text: &str) -> Result<Line> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [mission, lease, pid] = parts[..] else { anyhow::bail!("{text:?} is no line") };
    Ok(Line { mission: mission.to_owned(), lease: lease.parse()?, pid: pid.parse()? })
}

fn is_alive(pid: i32) -> bool {
    let stat = Path::new("/proc").join(pid.to_string()).join("stat");
    let Ok(stat) = std::fs::read_to_string(stat) else { return false };
    // "pid (name) state …": one that is only waiting to be buried is dead.
    !matches!(stat.rsplit_once(") ").map(|(_, rest)| &rest[..1]), None | Some("Z" | "X"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_alive_until_it_is_killed() -> Result<()> {
        let mut child = std::process::Command::new("tail").args(["-f", "/dev/null"]).spawn()?;
        let tribe = Tribe::of(child.id())?;
        assert_eq!(tribe.survivors().len(), 1);
        child.kill()?;
        child.wait()?;
        assert_eq!(tribe.survivors(), [0; 0]);
        Ok(())
    }
}
