//! SQLite: one file, one writer thread with group commit, a pool of readers.
//!
//! [`Sqlite::open`] takes the lock, migrates and starts two threads. Every write is a job of the
//! writer (`writer`): what waits while one transaction commits is the next transaction, in which
//! requests are folded together (`apply`) and `claim`s see what they left. Reads run on
//! connections of their own (`readers`) and never wait for a write; what the log has gathered is
//! moved into the file by a third kind of connection (`checkpoints`).

mod agents;
mod apply;
mod checkpoints;
mod claim;
mod closing;
mod dead_letter;
mod fault;
mod identity;
mod inbox;
mod job;
mod journal;
mod lanes;
mod leaving;
mod lists;
mod load;
mod logs;
mod open;
mod port;
mod previews;
mod queue;
mod queues;
mod readers;
mod reads;
mod receipts;
mod renew;
mod runs;
mod schedules;
mod search;
mod signals;
mod snapshot;
mod sweep;
mod templates;
#[cfg(test)]
mod tests;
mod upkeep;
mod workflows;
mod write;
mod writer;

use std::fs::File;
use std::sync::Arc;
use std::thread::JoinHandle;

use mission_control_kernel::{Clock, StoreError, Timestamp};
use rusqlite::Connection;
use tokio::sync::oneshot;

pub use open::{Durability, OpenError};

use fault::Fault;
use inbox::Inbox;
use job::{Job, Turn};
use readers::Readers;
use signals::Signals;
use writer::Tx;

/// A statement of our own, whole.
macro_rules! sql {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/sqlite/", $file, ".sql"))
    };
}
use sql;

/// A store in one SQLite file. Dropping it ends its threads, empties the log into the file and
/// gives back the lock; nothing that was answered is lost if that never happens.
pub struct Sqlite {
    inbox: Arc<Inbox>,
    readers: Arc<Readers>,
    signals: Arc<Signals>,
    clock: Arc<dyn Clock>,
    threads: Vec<JoinHandle<()>>,
    /// Held until the threads have ended.
    _lock: File,
}

impl Sqlite {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries out `work` in the writer; it may be called again when its transaction has failed
    /// because of another one's work.
    async fn write<T, F>(&self, turn: Turn, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.inbox.put(Job::task(turn, work, reply)).await?;
        answer.await.map_err(|_| StoreError::OutcomeUnknown)?
    }

    /// Answers a question from one instant of the store.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.readers.read(work).await
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.inbox.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the SQLite store had panicked");
            }
        }
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}
