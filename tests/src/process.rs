//! A built program as a process of its own.
//!
//! Most acceptance tests run the server inside the test. A process is for what cannot be had
//! there: signals, exit codes, kills. It is run from cargo's target folder, so it has to be built
//! first, which `tests/run` does.

mod log;

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::timeout;

use crate::eventually;
use log::Log;

/// Migrations on a busy machine take seconds; this is past all hope.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A program drains within 25 s; one that takes longer has hung.
const END_WITHIN: Duration = Duration::from_secs(40);

/// Kills the process once nobody holds the other end of its pipe; a line sends it home.
const WATCHDOG: &str = r#"read -r _ || kill -s KILL "$0""#;

/// How a program is to be started: knowing nothing of our environment.
#[derive(Debug)]
pub struct Launch {
    command: Command,
    what: &'static str,
    ready: &'static str,
}

impl Launch {
    /// The program with this name among those of the workspace, in this folder; `what` is it in
    /// words. It is ready when it writes a line that begins with `ready`.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn built(
        program: &str,
        what: &'static str,
        folder: &Path,
        ready: &'static str,
    ) -> Result<Self> {
        Ok(Self::of(&built(program)?, what, folder, ready))
    }

    /// The program at this path.
    #[must_use]
    pub fn of(program: &Path, what: &'static str, folder: &Path, ready: &'static str) -> Self {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.current_dir(folder).stdin(Stdio::null());
        Self { command, what, ready }
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Adds a flag or an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Starts it and waits until it says that it is ready; gives the rest of that line too.
    ///
    /// # Errors
    /// When it ends before, or stays silent; the error carries what it wrote.
    pub async fn start(mut self) -> Result<(Process, String)> {
        let what = self.what;
        let spawned = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("starting {:?}", self.command))?;
        let watchdog = watchdog_of(&child);
        let (log, ready) = Log::of(&mut child, self.ready);
        // Held from here on, so that one which is not let in is ended all the same.
        let mut process = Process { what, watchdog: None, child, log };
        process.watchdog = Some(watchdog?);
        match timeout(READY_WITHIN, ready).await {
            Ok(Ok(rest)) => Ok((process, rest)),
            Ok(Err(_)) => bail!("the {what} ended before it was ready:\n{}", process.log()),
            Err(_) => bail!("the {what} is not ready in {READY_WITHIN:?}:\n{}", process.log()),
        }
    }
}

/// A running program; killed when dropped, and when the test's process dies.
///
/// What it wrote is printed then, which the test harness shows for a test that failed.
#[derive(Debug)]
pub struct Process {
    what: &'static str,
    child: Child,
    watchdog: Option<Child>,
    log: Log,
}

impl Process {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last of what it wrote, to stdout and to stderr.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.last_words()
    }

    /// SIGKILL; returns when it is gone.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn kill_hard(&mut self) -> Result<ExitStatus> {
        self.child.kill().with_context(|| format!("killing the {}", self.what))?;
        self.dismiss_watchdog();
        self.child.wait().with_context(|| format!("waiting for the killed {}", self.what))
    }

    /// SIGTERM.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn ask_to_end(&self) -> Result<()> {
        self.signal(Signal::SIGTERM).with_context(|| format!("asking the {} to stop", self.what))
    }

    /// SIGSTOP: it stands still, and so do its clocks' alarms, but not what it has started.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn halt(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP).with_context(|| format!("halting the {}", self.what))
    }

    /// SIGCONT: it goes on where it stood.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn go_on(&self) -> Result<()> {
        self.signal(Signal::SIGCONT).with_context(|| format!("letting the {} go on", self.what))
    }

    /// SIGTERM; returns how it ended.
    ///
    /// # Errors
    /// When the machine refuses.
    ///
    /// # Panics
    /// When it is still there after 40 s, with what it wrote.
    pub async fn terminate(&mut self) -> Result<ExitStatus> {
        self.ask_to_end()?;
        Ok(self.ended().await)
    }

    /// How it ended, for one that is about to end by itself.
    ///
    /// # Panics
    /// When it is still there after 40 s, with what it wrote.
    pub async fn ended(&mut self) -> ExitStatus {
        // Before the process id can go to somebody else.
        self.dismiss_watchdog();
        let Self { child, log, what, .. } = self;
        eventually(&format!("the {what} ends"), END_WITHIN, async || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            outcome => Err((outcome, log.last_words())),
        })
        .await
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        // Not waited for yet, so the id can be nobody else's.
        let pid = Pid::from_raw(i32::try_from(self.child.id()).context("a process id")?);
        Ok(kill(pid, signal)?)
    }

    fn dismiss_watchdog(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            if let Some(mut pipe) = watchdog.stdin.take() {
                let _gone = std::io::Write::write_all(&mut pipe, b"\n");
            }
            let _unknown = watchdog.wait();
        }
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "the harness keeps it for the report of a failure")]
    fn drop(&mut self) {
        let _ended_already = self.kill_hard();
        eprintln!("what the {} wrote:\n{}", self.what, self.log());
    }
}

/// A program of this workspace, beside the running one or, for a test in `deps`, one folder up.
fn built(program: &str) -> Result<PathBuf> {
    let running = std::env::current_exe().context("finding the running test")?;
    let folders = running.ancestors().skip(1).take(2);
    let mut paths = folders.map(|folder| folder.join(program));
    paths.find(|path| path.is_file()).ok_or_else(|| {
        let beside = running.display();
        anyhow!("{program} is not beside {beside}: run `cargo build --workspace --bins` first")
    })
}

fn watchdog_of(process: &Child) -> Result<Child> {
    Command::new("sh")
        .args(["-c", WATCHDOG])
        .arg(process.id().to_string())
        // An interrupt at the terminal ends the test, and only then the watch.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting a watchdog")
}

#[cfg(test)]
mod tests;
