//! A program without a keeper: its group is ended, and what carries its marks.

use std::ffi::OsString;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use mission_control::Work;
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::environment::{self, Marks};
use super::process::{BURIAL, Ending, GRACE, Pipes, elapsed};
use crate::custody::Custody;
use crate::marked;
use crate::profile::{Profile, StdinRule};

/// A program that is our own child.
#[derive(Debug)]
pub(super) struct Loose {
    /// Before `child`, so that it is dropped first: an unreaped leader keeps the group's number.
    group: Group,
    child: Child,
}

impl Loose {
    pub(super) fn start(
        custody: &Custody,
        profile: &Profile,
        arguments: &[OsString],
        work: &Work,
    ) -> io::Result<(Self, Pipes)> {
        let mut command = Command::new(profile.program());
        command
            .args(arguments)
            .env_clear()
            .envs(environment::variables(custody, profile, work))
            .stdin(match profile.stdin {
                StdinRule::None => Stdio::null(),
                StdinRule::Mission => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(workdir) = &profile.workdir {
            command.current_dir(workdir);
        }
        let mut child = command.spawn()?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        let group = Group {
            leader: Some(Pid::from_raw(pid.expect("a child that was not awaited has a pid"))),
            marks: environment::marks(work),
        };
        let pipes = Pipes::of(&mut child);
        Ok((Self { group, child }, pipes))
    }

    pub(super) async fn attend(
        &mut self,
        limit: Option<Duration>,
        stop: &CancellationToken,
    ) -> Ending {
        let ending = tokio::select! {
            biased;
            exit = self.child.wait() => match exit {
                Ok(status) => Ending::Exited(status),
                Err(error) => Ending::Unobserved(error),
            },
            () = stop.cancelled() => Ending::Stopped,
            limit = elapsed(limit) => Ending::TimedOut(limit),
        };
        match ending {
            Ending::Exited(_) | Ending::Unobserved(_) => {}
            Ending::Stopped | Ending::TimedOut(_) => self.ask_to_end().await,
        }
        self.group.end().await;
        // Reaps a leader that had to be killed; one already awaited answers at once.
        if timeout(BURIAL, self.child.wait()).await.is_err() {
            tracing::warn!("a program is still not gone after SIGKILL");
        }
        ending
    }

    async fn ask_to_end(&mut self) {
        self.group.signal(Signal::SIGTERM);
        // Whether it ended or the grace is over, what follows is the same.
        let _ = timeout(GRACE, self.child.wait()).await;
    }
}

/// Everything that one attempt started.
#[derive(Debug)]
struct Group {
    /// `None` once the group is ended: its number may then belong to somebody else.
    leader: Option<Pid>,
    marks: Marks,
}

impl Group {
    fn signal(&self, signal: Signal) {
        let Some(leader) = self.leader else { return };
        match killpg(leader, signal) {
            // No such process: nobody is left in the group.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => tracing::warn!(%error, %signal, "cannot signal a process group"),
        }
    }

    /// Kills the group, then what has left it.
    ///
    /// Called in the same poll that reaped the leader, or before: the number of the group cannot
    /// have come round to somebody else in between.
    async fn end(&mut self) {
        self.signal(Signal::SIGKILL);
        self.leader = None;
        sweep(self.marks.clone()).await;
    }
}

/// Kills what carries the marks of an attempt.
pub(super) async fn sweep(marks: Marks) {
    if let Err(error) = tokio::task::spawn_blocking(move || marked::kill(&marks)).await {
        tracing::warn!(%error, "cannot look for processes that left their group");
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.leader.is_some() {
            self.signal(Signal::SIGKILL);
            marked::kill(&self.marks);
        }
    }
}
