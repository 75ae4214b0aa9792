//! A process that carries bytes between a client and a server, and may stand still meanwhile.

use std::process::Stdio;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{Join, join};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::http::Client;
use crate::live::{LiveSocket, address_of};

/// One connection of its own; it ends when the server ends that.
const CARRY: &str = r#"exec 3<>"/dev/tcp/$0/$1" || exit; cat <&3 & exec cat >&3"#;

/// The relay's ends as one stream.
pub type Carried = Join<ChildStdout, ChildStdin>;

/// A client's peer as a process of its own, killed when dropped. While it is stopped the server's
/// side stays open and nothing goes either way, as when a laptop is shut or a cable is pulled.
#[derive(Debug)]
pub struct Relay {
    group: Pid,
    _child: Child,
}

impl Relay {
    /// Opens `/api/live?query` as `client` would, through a relay.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(client: &Client, query: &str) -> Result<(Self, LiveSocket<Carried>)> {
        let (host, port) = address_of(client).rsplit_once(':').context("an address")?;
        let mut child = Command::new("bash")
            .args(["-c", CARRY, host, port])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting a relay")?;
        let group = child.id().context("a process id")?;
        let group = Pid::from_raw(i32::try_from(group).context("a process id")?);
        let pipes = (child.stdout.take(), child.stdin.take());
        let relay = Self { group, _child: child };
        let (Some(stdout), Some(stdin)) = pipes else { anyhow::bail!("a relay has no pipes") };
        Ok((relay, LiveSocket::over(join(stdout, stdin), client, query).await?))
    }

    /// It carries nothing from now on, and closes nothing.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn stop(&self) -> Result<()> {
        killpg(self.group, Signal::SIGSTOP).context("stopping a relay")
    }

    /// It goes on.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn go_on(&self) -> Result<()> {
        killpg(self.group, Signal::SIGCONT).context("letting a relay go on")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Its leader is not waited for yet, so the group is nobody else's.
        let _ended_already = killpg(self.group, Signal::SIGKILL);
    }
}
