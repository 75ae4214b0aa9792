//! Moving the write-ahead log into the file, beside the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;

/// A log of this many pages (4 MiB) is moved: small enough that a start after a crash reads it in
/// no time, large enough that pages written often are moved once.
const PAGES: i32 = 1_024;
/// A log of this many pages (32 MiB) has outrun the thread that moves it: commits that never pause
/// leave it no moment at which everything is moved, and only then does the log begin anew.
const OUTRUN: i32 = 8 * PAGES;

/// Nudges of the writer's commits.
pub(super) struct Nudges(Receiver<()>);

/// How long the log is, for the writer.
pub(super) struct Log {
    pages: Arc<AtomicI32>,
    /// At which length the writer last tried to move it.
    tried: i32,
}

/// Lets the commits of `writer` ask for a checkpoint. The nudges end with that connection.
pub(super) fn hook(writer: &mut Connection) -> rusqlite::Result<(Nudges, Log)> {
    let (nudge, nudges): (SyncSender<()>, _) = sync_channel(1);
    let log = Log { pages: Arc::default(), tried: 0 };
    let length = Arc::clone(&log.pages);
    writer.wal_hook(Some(move |_: &mut Wal, pages| {
        length.store(pages, Ordering::Relaxed);
        if pages >= PAGES {
            // Full means that one is due already.
            let _ = nudge.try_send(());
        }
        Ok(())
    }))?;
    Ok((Nudges(nudges), log))
}

/// Checkpoints on a connection of their own until the writer is gone, and then the last one.
pub(super) fn run(connection: &Connection, nudges: &Nudges) {
    while nudges.0.recv().is_ok() {
        // It waits for nobody: pages that someone still reads stay in the log for the next one.
        checkpoint(connection, CheckpointMode::PASSIVE);
    }
    checkpoint(connection, CheckpointMode::TRUNCATE);
}

impl Log {
    /// Moves the rest of a log that was outrun, between two commits of the writer. Where someone
    /// still reads an old page it is tried again when the log has grown further.
    pub(super) fn keep_short(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < OUTRUN {
            self.tried = 0;
        } else if pages - self.tried >= PAGES {
            self.tried = pages;
            checkpoint(writer, CheckpointMode::PASSIVE);
        }
    }
}

fn checkpoint(connection: &Connection, mode: CheckpointMode) {
    match connection.wal_checkpoint_v2(None::<&str>, mode) {
        Ok(_) => {}
        // The other one of the two is at it.
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {}
        Err(error) => tracing::warn!(%error, "the log could not be moved into the database"),
    }
}
