//! The server's processes, held on a leash so that they never outlive the test.
//!
//! A shell stands between the test and the server and reads from a pipe that the test holds open.
//! A line means "stop, keep the data". The end of the pipe means that the test is over or dead:
//! the shell stops the server and removes its folder. The server's log is a pipe as well: its end
//! tells that the last of its processes is gone, which after SIGKILL is the only thing that does.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::oneshot;

use super::{PostgresError, blocking};

/// Runs `"$@"`, says its process id, and waits for word; `$0` is the folder to remove.
///
/// A server that has only just been started still ignores SIGQUIT, as all that a shell runs in the
/// background does: hence SIGKILL after more time than a stop ever takes.
pub(super) const LEASH: &str = r#"
"$@" </dev/null >&2 &
postmaster=$!
exec 2>/dev/null
echo "$postmaster"
exec >/dev/null
read -r _ && keep=yes
kill -s QUIT "$postmaster"
(sleep 10; kill -s KILL "$postmaster") &
insistence=$!
wait "$postmaster"
kill "$insistence"
[ "${keep:-no}" = yes ] || rm -rf -- "$0"
"#;

/// Recovery after a crash on a busy machine takes seconds; this is past all hope.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A backend notices the postmaster's death at its next wait; a busy one takes a little longer.
const GONE_WITHIN: Duration = Duration::from_secs(30);

/// Enough of the log to see why it failed.
const LOG_LINES: usize = 100;

/// A running server.
#[derive(Debug)]
pub(super) struct Postmaster {
    leash: Child,
    pid: Pid,
    log: Log,
}

impl Postmaster {
    /// Starts `command`, which runs [`LEASH`], and waits until the server accepts connections.
    pub(super) async fn launch(command: Command) -> Result<Self, PostgresError> {
        let (ready, is_ready) = oneshot::channel();
        let server = blocking(move || Self::spawn(command, ready)).await?;
        match tokio::time::timeout(READY_WITHIN, is_ready).await {
            Ok(Ok(())) => Ok(server),
            _ => {
                let log = server.log.last_words();
                blocking(move || server.end()).await?;
                Err(PostgresError::NotReady { log })
            }
        }
    }

    /// SIGKILL for the postmaster alone; its children find out by themselves.
    pub(super) fn kill(&self) {
        // It is the shell's child and not waited for yet, so the id can be nobody else's.
        let _already_dead = kill(self.pid, Signal::SIGKILL);
    }

    /// Stops it the quick way, keeps its folder, and waits until its last process is gone.
    pub(super) fn end(mut self) -> Result<(), PostgresError> {
        if let Some(mut pipe) = self.leash.stdin.take() {
            let _dead_already = pipe.write_all(b"\n");
        }
        self.leash.wait().map_err(PostgresError::while_doing("waiting for the server's end"))?;
        self.log.wait_for_end()
    }

    fn spawn(mut command: Command, ready: oneshot::Sender<()>) -> Result<Self, PostgresError> {
        let failed = || PostgresError::while_doing("starting the private server");
        // In a group of its own: an interrupt at the terminal is for the test, then for the leash.
        let mut leash = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let log = Log::read(leash.stderr.take().expect("stderr is piped"), ready);
        let mut line = String::new();
        let stdout = leash.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).map_err(failed())?;
        match line.trim().parse() {
            Ok(pid) => Ok(Self { leash, pid: Pid::from_raw(pid), log }),
            Err(_) => Err(PostgresError::NotReady { log: log.last_words() }),
        }
    }
}

impl Drop for Postmaster {
    /// Lets go of the leash and waits for it, so that nothing is left when the test has ended.
    fn drop(&mut self) {
        drop(self.leash.stdin.take());
        let _unknown = self.leash.wait();
    }
}

/// The end of a server's log, and the signals read from it.
#[derive(Debug)]
struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    /// Closes with the log. Behind a lock only so that a server can be shared among tasks.
    ended: Mutex<Receiver<()>>,
}

impl Log {
    /// Reads on a thread: a server whose log nobody reads would stand still once the pipe is full.
    fn read(stderr: ChildStderr, ready: oneshot::Sender<()>) -> Self {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let (open, ended) = channel();
        let mut ready = Some(ready);
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || {
            let _open = open;
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if line.contains("database system is ready to accept connections") {
                    ready.take().map(|ready| ready.send(()));
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == LOG_LINES {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
        });
        Self { lines, ended: Mutex::new(ended) }
    }

    fn last_words(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    fn wait_for_end(&self) -> Result<(), PostgresError> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match ended.recv_timeout(GONE_WITHIN) {
            Err(RecvTimeoutError::Timeout) => {
                Err(PostgresError::NotGone { log: self.last_words() })
            }
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Ok(()),
        }
    }
}
