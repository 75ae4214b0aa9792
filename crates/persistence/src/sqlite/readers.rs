//! Connections that read, on threads that may block.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mission_control_kernel::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::fault::Fault;

/// Connections that read at a time: reads are short, and the cores are the writer's too.
pub(super) const READERS: usize = 4;
/// A question that finds no connection free for this long is told that the store is busy.
const BUSY_AFTER: Duration = Duration::from_secs(2);

/// A pool of connections that cannot write.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    room: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Arc<Self> {
        let room = Arc::new(Semaphore::new(connections.len()));
        Arc::new(Self { idle: Mutex::new(connections), room })
    }

    /// Runs `work` in a transaction, so that all it reads is of one instant.
    pub(super) async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let gone = || StoreError::Unavailable("the store is closing".to_owned());
        let permit = tokio::time::timeout(BUSY_AFTER, Arc::clone(&self.room).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy("too many questions at a time".to_owned()))?
            .map_err(|_| gone())?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            // Given back in reverse order: first the connection, then the permit.
            let _permit = permit;
            let mut lent = Lent { connection: readers.borrow(), readers: &readers };
            let connection = lent.connection.as_mut().ok_or_else(gone)?;
            let transaction = connection.transaction().map_err(Fault::from)?;
            Ok(work(&transaction)?)
        });
        reading.await.map_err(|error| StoreError::Defect(format!("a read ended early: {error}")))?
    }

    /// A connection; there is one for each permit.
    fn borrow(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// A connection that goes back even when the reading panics.
struct Lent<'a> {
    connection: Option<Connection>,
    readers: &'a Readers,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.connection.take());
    }
}
