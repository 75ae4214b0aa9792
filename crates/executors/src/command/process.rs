//! One process group, from its start to its certain end.

use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use mission_control::Work;
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::environment::{self, Marks};
use super::escaped;
use crate::profile::{Profile, StdinRule};

/// How long a program may tidy up after SIGTERM: half of the two seconds in which a cancelled
/// mission's process must be gone.
const GRACE: Duration = Duration::from_secs(1);

/// How long the system may take to bury a process after SIGKILL; one stuck in the kernel is left to
/// the runtime, which reaps it later.
const BURIAL: Duration = Duration::from_millis(500);

/// How a program ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// By itself, or killed by somebody else.
    Exited(ExitStatus),
    /// It ran for this long, which is more than it may.
    TimedOut(Duration),
    /// It was stopped from outside.
    Stopped,
    /// The system would not say.
    Unobserved(io::Error),
}

/// The near ends of a program's pipes.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// A program that leads a process group of its own.
///
/// Dropping it kills the group and everything else that the attempt started.
#[derive(Debug)]
pub(super) struct Process {
    /// Before `child`, so that it is dropped first: an unreaped leader keeps the group's number.
    group: Group,
    child: Child,
}

impl Process {
    /// Starts the program of `profile`.
    pub(super) fn spawn(
        profile: &Profile,
        arguments: &[OsString],
        work: &Work,
    ) -> io::Result<(Self, Pipes)> {
        let mut command = Command::new(profile.program());
        command
            .args(arguments)
            .env_clear()
            .envs(environment::variables(profile, work))
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
        let pipes = Pipes {
            stdin: child.stdin.take(),
            stdout: child.stdout.take().expect("standard output is piped above"),
            stderr: child.stderr.take().expect("standard error is piped above"),
        };
        Ok((Self { group, child }, pipes))
    }

    /// Waits until the program ends, `limit` is over or `stop` is cancelled, and then ends whatever
    /// of the attempt is still alive.
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

/// Never ends without a limit.
async fn elapsed(limit: Option<Duration>) -> Duration {
    match limit {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            limit
        }
        None => std::future::pending().await,
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
        let marks = self.marks.clone();
        let sweep = tokio::task::spawn_blocking(move || escaped::kill(&marks));
        if let Err(error) = sweep.await {
            tracing::warn!(%error, "cannot look for processes that left their group");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.leader.is_some() {
            self.signal(Signal::SIGKILL);
            escaped::kill(&self.marks);
        }
    }
}
