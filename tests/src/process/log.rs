//! What a process writes, read as it comes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Enough to see why it failed, not so much that nobody looks.
const LINES: usize = 200;

/// Who waits for the line that says that the process is ready.
type Ready = Arc<Mutex<Option<oneshot::Sender<String>>>>;

/// The last lines of a process.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    /// Reads both outputs of `child`; the second value is what follows `mark` in the first line that
    /// begins with it.
    ///
    /// On threads: a process whose output nobody reads stands still once the pipe is full, and a
    /// test's runtime may be busy or gone.
    pub(super) fn of(child: &mut Child, mark: &'static str) -> (Self, oneshot::Receiver<String>) {
        let log = Self::default();
        let (ready, is_ready) = oneshot::channel();
        // Dropped by whichever output ends last, so that silence comes after the last word.
        let ready = Arc::new(Mutex::new(Some(ready)));
        if let Some(stdout) = child.stdout.take() {
            log.read(stdout, mark, &ready);
        }
        if let Some(stderr) = child.stderr.take() {
            log.read(stderr, mark, &ready);
        }
        (log, is_ready)
    }

    /// One per row, indented.
    pub(super) fn last_words(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    fn read(&self, output: impl Read + Send + 'static, mark: &'static str, ready: &Ready) {
        let (log, ready) = (self.clone(), Arc::clone(ready));
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if let Some(rest) = line.strip_prefix(mark) {
                    let waiting = ready.lock().unwrap_or_else(PoisonError::into_inner).take();
                    waiting.map(|waiting| waiting.send(rest.trim_end().to_owned()));
                }
                log.keep(line);
            }
        });
    }

    fn keep(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}
