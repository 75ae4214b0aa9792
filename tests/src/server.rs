//! The built server as a process of its own.
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
use crate::http::Client;
use log::Log;

/// Migrations on a busy machine take seconds; this is past all hope.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server drains within 25 s; one that takes longer has hung.
const END_WITHIN: Duration = Duration::from_secs(40);

/// Kills the server once nobody holds the other end of its pipe; a line sends it home.
const WATCHDOG: &str = r#"read -r _ || kill -s KILL "$0""#;

/// How a server is to be started: on loopback, on a free port, knowing nothing of the environment.
#[derive(Debug)]
pub struct ServerCommand {
    command: Command,
}

impl ServerCommand {
    /// The built server with this data folder.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn new(data_folder: &Path) -> Result<Self> {
        Ok(Self::of(&built("mission-control-server")?, data_folder))
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

    /// Starts it and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it ends before, or stays silent; the error carries what it wrote.
    pub async fn start(mut self) -> Result<ServerProcess> {
        let spawned = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("starting {:?}", self.command))?;
        let watchdog = watchdog_of(&child);
        let (log, ready) = Log::of(&mut child);
        // Held from here on, so that a server which is not let in is ended all the same.
        let mut server = ServerProcess { base_url: String::new(), watchdog: None, child, log };
        server.watchdog = Some(watchdog?);
        match timeout(READY_WITHIN, ready).await {
            Ok(Ok(base_url)) => server.base_url = base_url,
            Ok(Err(_)) => bail!("the server ended before it was ready:\n{}", server.log()),
            Err(_) => bail!("the server is not ready in {READY_WITHIN:?}:\n{}", server.log()),
        }
        Ok(server)
    }

    fn of(program: &Path, data_folder: &Path) -> Self {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("MISSION_DASHBOARD_HOST", "127.0.0.1")
            .env("MISSION_DASHBOARD_PORT", "0")
            .env("MISSION_CONTROL_DATA_DIR", data_folder)
            .current_dir(data_folder)
            .stdin(Stdio::null());
        Self { command }
    }
}

/// A running server; killed when dropped, and when the test's process dies.
///
/// What it wrote is printed then, which the test harness shows for a test that failed.
#[derive(Debug)]
pub struct ServerProcess {
    base_url: String,
    child: Child,
    watchdog: Option<Child>,
    log: Log,
}

impl ServerProcess {
    /// Where it listens, such as `http://127.0.0.1:40213`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }

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
        self.child.kill().context("killing the server")?;
        self.dismiss_watchdog();
        self.child.wait().context("waiting for the killed server")
    }

    /// SIGTERM; returns how it ended.
    ///
    /// # Errors
    /// When the machine refuses.
    ///
    /// # Panics
    /// When it is still there after 40 s, with what it wrote.
    pub async fn terminate(&mut self) -> Result<ExitStatus> {
        // Not waited for yet, so the id can be nobody else's.
        let pid = Pid::from_raw(i32::try_from(self.child.id()).context("a process id")?);
        kill(pid, Signal::SIGTERM).context("asking the server to stop")?;
        Ok(self.ended().await)
    }

    /// How it ended, for a server that is about to end by itself.
    ///
    /// # Panics
    /// When it is still there after 40 s, with what it wrote.
    pub async fn ended(&mut self) -> ExitStatus {
        // Before the process id can go to somebody else.
        self.dismiss_watchdog();
        let Self { child, log, .. } = self;
        eventually("the server ends", END_WITHIN, async || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            outcome => Err((outcome, log.last_words())),
        })
        .await
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

impl Drop for ServerProcess {
    #[expect(clippy::print_stderr, reason = "the harness keeps it for the report of a failure")]
    fn drop(&mut self) {
        let _ended_already = self.kill_hard();
        eprintln!("what the server at {} wrote:\n{}", self.base_url, self.log());
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

fn watchdog_of(server: &Child) -> Result<Child> {
    Command::new("sh")
        .args(["-c", WATCHDOG])
        .arg(server.id().to_string())
        // An interrupt at the terminal ends the test, and only then the watch.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the server's watchdog")
}

#[cfg(test)]
mod tests;
