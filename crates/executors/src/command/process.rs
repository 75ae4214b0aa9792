//! The program of one attempt, from its start to its certain end.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use mission_control::Work;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio_util::sync::CancellationToken;

use super::kept::Kept;
use super::loose::Loose;
use crate::custody::Custody;
use crate::profile::Profile;

/// How long a program may tidy up after SIGTERM: half of the two seconds in which a cancelled
/// mission's process must be gone.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// How long the system may take to bury a process after SIGKILL; one stuck in the kernel is left to
/// the runtime, which reaps it later.
pub(super) const BURIAL: Duration = Duration::from_millis(500);

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

/// Why a program did not start.
#[derive(Debug)]
pub(super) enum StartError {
    /// The system refused to start it.
    Program(io::Error),
    /// The system refused to start the keeper that was to start it.
    Keeper {
        /// Which.
        keeper: PathBuf,
        /// What the system says; or that the keeper said nothing.
        source: io::Error,
    },
}

/// The near ends of a program's pipes.
#[derive(Debug)]
pub(super) struct Pipes {
    /// `None` also when somebody else feeds the program.
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// A program that leads a process group of its own.
///
/// Dropping it kills the group and everything else that the attempt started.
#[derive(Debug)]
pub(super) enum Process {
    /// A keeper stands between us.
    Kept(Kept),
    /// Our own child.
    Loose(Loose),
}

impl Process {
    /// Starts the program of `profile`.
    pub(super) async fn start(
        custody: &Custody,
        profile: &Profile,
        arguments: &[OsString],
        work: &Work,
    ) -> Result<(Self, Pipes), StartError> {
        match custody.keeper() {
            Some(keeper) => {
                let (kept, pipes) = Kept::start(keeper, custody, profile, arguments, work).await?;
                Ok((Self::Kept(kept), pipes))
            }
            None => {
                let started = Loose::start(custody, profile, arguments, work);
                let (loose, pipes) = started.map_err(StartError::Program)?;
                Ok((Self::Loose(loose), pipes))
            }
        }
    }

    /// Waits until the program ends, `limit` is over or `stop` is cancelled, and then ends whatever
    /// of the attempt is still alive.
    pub(super) async fn attend(
        &mut self,
        limit: Option<Duration>,
        stop: &CancellationToken,
    ) -> Ending {
        match self {
            Self::Kept(kept) => kept.attend(limit, stop).await,
            Self::Loose(loose) => loose.attend(limit, stop).await,
        }
    }
}

impl Pipes {
    /// Those of a child whose outputs are piped.
    pub(super) fn of(child: &mut Child) -> Self {
        Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take().expect("standard output is piped"),
            stderr: child.stderr.take().expect("standard error is piped"),
        }
    }
}

/// Never ends without a limit.
pub(super) async fn elapsed(limit: Option<Duration>) -> Duration {
    match limit {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            limit
        }
        None => std::future::pending().await,
    }
}
