//! How the programs of a worker are held, so that none outlives it.

use std::path::{Path, PathBuf};

use crate::marked;

/// The variable that tells a program, and everything that it starts, whose it is.
pub(crate) const WORKER_MARK: &str = "MISSION_WORKER_ID";

/// This very program, also when its file has been replaced since it was started.
#[cfg(target_os = "linux")]
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How a worker holds the programs that it starts. What is certain depends on it (on Linux; other
/// systems know process groups alone):
///
/// | | with a keeper | named, without one | neither |
/// |---|---|---|---|
/// | an attempt ends, is stopped or dropped | every descendant is killed | its group and what carries its marks | the same |
/// | the worker is killed (SIGKILL) | every descendant is killed at once | what carries its name, at its next [`Self::sweep`] | its programs go on |
/// | worker and keeper are killed together | at the next [`Self::sweep`] | – | – |
///
/// A descendant is whatever a program started, also in a session of its own and with an environment
/// of its own. Beyond reach is what another service starts on a program's behalf.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Custody {
    keeper: Option<PathBuf>,
    worker: Option<String>,
}

impl Custody {
    /// No keeper, no name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The running program is the keeper too: its `main` begins with
    /// [`keeper::take_over`](crate::keeper::take_over). A `main` that does not would run itself
    /// again with each attempt.
    #[must_use]
    pub fn kept(self) -> Self {
        #[cfg(target_os = "linux")]
        let keeper = Some(PathBuf::from(THIS_PROGRAM));
        #[cfg(not(target_os = "linux"))]
        let keeper = std::env::current_exe().ok();
        Self { keeper, ..self }
    }

    /// The program at `keeper` keeps: `mission-control-keeper`, which this package builds, or any
    /// other whose `main` begins with [`keeper::take_over`](crate::keeper::take_over).
    #[must_use]
    pub fn kept_by(self, keeper: impl Into<PathBuf>) -> Self {
        Self { keeper: Some(keeper.into()), ..self }
    }

    /// Programs are told that they are `worker`'s, in `MISSION_WORKER_ID`: an id that stays the same
    /// after a restart and that nobody else on this machine uses at the same time. Without a
    /// character it is none.
    #[must_use]
    pub fn named(self, worker: &str) -> Self {
        Self { worker: (!worker.is_empty()).then(|| worker.to_owned()), ..self }
    }

    /// Kills what an earlier life of this worker left running, and says how many processes it was:
    /// all that carry its name. Must be called before its first attempt and while no other process
    /// can use the name; reads the table of processes, so it blocks for some milliseconds.
    #[must_use]
    pub fn sweep(&self) -> usize {
        self.worker.as_deref().map_or(0, |worker| marked::kill(&[mark(WORKER_MARK, worker)]))
    }

    /// As [`Self::sweep`], beside whatever else the process does, with a word about it in the log.
    pub async fn clear_away(&self) {
        let custody = self.clone();
        match tokio::task::spawn_blocking(move || custody.sweep()).await {
            Ok(0) => {}
            Ok(killed) => tracing::warn!(killed, "an earlier life had left programs running"),
            Err(error) => tracing::warn!(%error, "cannot look for what an earlier life left"),
        }
    }

    pub(crate) fn keeper(&self) -> Option<&Path> {
        self.keeper.as_deref()
    }

    pub(crate) fn worker(&self) -> Option<&str> {
        self.worker.as_deref()
    }
}

/// One variable as it stands in an environment.
pub(crate) fn mark(name: &str, value: &str) -> Vec<u8> {
    format!("{name}={value}").into_bytes()
}
