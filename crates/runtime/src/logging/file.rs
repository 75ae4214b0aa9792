//! The file that log lines go to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info};
use tracing_subscriber::fmt::MakeWriter;

use super::LoggingError;

/// The owner writes, the group (`adm`, as is usual for logs) reads: lines name people and missions.
const LOG_FILE_MODE: u32 = 0o640;

/// A file at whose end every line is one write, so that programs that rotate logs may cut it, or
/// move it away and have it opened anew. Clones share it.
#[derive(Clone, Debug)]
pub struct LogFile {
    path: PathBuf,
    file: Arc<RwLock<File>>,
}

impl LogFile {
    /// Opens the file, and makes it if it is missing.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, LoggingError> {
        let file = Arc::new(RwLock::new(append_to(path)?));
        Ok(Self { path: path.to_owned(), file })
    }

    /// Opens what is now at its path. Where that fails, lines go where they went before.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn reopen(&self) -> Result<(), LoggingError> {
        let file = append_to(&self.path)?;
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = file;
        Ok(())
    }

    /// Takes SIGHUP over from the system, which would end the process at one, from this call on;
    /// opens the file anew at each, for as long as the answer is polled. Needs a Tokio runtime with
    /// its I/O driver.
    ///
    /// # Errors
    /// What the system says.
    pub fn reopen_at_hangup(self) -> io::Result<impl Future<Output = ()> + Send + 'static> {
        let mut hangups = signal(SignalKind::hangup())?;
        Ok(async move {
            while hangups.recv().await.is_some() {
                match self.reopen() {
                    Ok(()) => info!("the log file is opened anew"),
                    Err(error) => error!(%error, "the log file stays the one that it was"),
                }
            }
        })
    }
}

fn append_to(path: &Path) -> Result<File, LoggingError> {
    let opened = OpenOptions::new().append(true).create(true).mode(LOG_FILE_MODE).open(path);
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoggingError::NoFolder(path.to_owned()),
        _ => LoggingError::Unwritable { path: path.to_owned(), source },
    })
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self.file.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One line on its way into the file.
#[derive(Debug)]
pub struct Line<'a>(RwLockReadGuard<'a, File>);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Only a real failure takes so long.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_file_that_was_moved_away_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("server.log"), folder.path().join("server.log.1"));
        let log = LogFile::open(&path).unwrap();
        let write = |line: &str| log.make_writer().write_all(line.as_bytes()).unwrap();
        write("one\n");
        std::fs::rename(&path, &moved).unwrap();
        write("two\n");
        log.reopen().unwrap();
        write("three\n");
        assert_eq!(std::fs::read_to_string(&moved).unwrap(), "one\ntwo\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three\n");
    }

    #[tokio::test]
    async fn a_hangup_before_anybody_waits_for_one_is_obeyed_and_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("server.log"), folder.path().join("server.log.1"));
        let log = LogFile::open(&path).unwrap();
        let reopening = log.reopen_at_hangup().unwrap();
        std::fs::rename(&path, &moved).unwrap();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGHUP).unwrap();
        let reopening = tokio::spawn(reopening);
        let there = async {
            while !path.exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, there).await.expect("the file is there again");
        reopening.abort();
    }

    #[test]
    fn a_file_that_cannot_be_opened_anew_stays_the_one_that_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("logs");
        std::fs::create_dir(&inner).unwrap();
        let log = LogFile::open(&inner.join("server.log")).unwrap();
        let moved = folder.path().join("moved");
        std::fs::rename(&inner, &moved).unwrap();
        assert!(matches!(log.reopen(), Err(LoggingError::NoFolder(_))));
        log.make_writer().write_all(b"still\n").unwrap();
        assert_eq!(std::fs::read_to_string(moved.join("server.log")).unwrap(), "still\n");
    }
}
