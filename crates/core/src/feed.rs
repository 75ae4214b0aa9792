//! A reader's own place in the journal.

use std::sync::Arc;

use mission_control_kernel::StoreError;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;

use crate::journal::{Journal, Sequenced};
use crate::tail::Batch;

/// How many entries a feed that is behind reads at a time.
const READ: u32 = 500;

/// Why a feed cannot go on from a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Gone {
    /// Retention has removed what came after it.
    #[error("the journal no longer has what came after that place")]
    TooOld,
    /// The journal has not come that far.
    #[error("the journal has not come to that place")]
    Future,
}

/// Every entry of the journal after a place, in order, once.
///
/// It costs nothing while nobody reads it. One that is read too slowly reads the journal itself and
/// goes on where it was.
pub struct Feed {
    journal: Arc<dyn Journal>,
    batches: broadcast::Receiver<Batch>,
    after: i64,
    behind: bool,
    stop: CancellationToken,
}

impl Feed {
    /// After `after`, which is the present position or lies before it. `batches` must have been
    /// subscribed to before the position was looked up.
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        batches: broadcast::Receiver<Batch>,
        after: i64,
        behind: bool,
        stop: CancellationToken,
    ) -> Self {
        Self { journal, batches, after, behind, stop }
    }

    /// The place of the last entry that was given.
    #[must_use]
    pub const fn position(&self) -> i64 {
        self.after
    }

    /// The next entries, never none; waits for them. Dropping the call loses nothing.
    ///
    /// # Errors
    /// Storage trouble while it is behind: call again. `Unavailable` for good once the mission
    /// control has stopped, or when retention has overtaken this feed.
    pub async fn next(&mut self) -> Result<Arc<[Sequenced]>, StoreError> {
        loop {
            if self.behind
                && let Some(batch) = self.read().await?
            {
                return Ok(batch);
            }
            let received = tokio::select! {
                received = self.batches.recv() => received,
                () = self.stop.cancelled() => Err(RecvError::Closed),
            };
            match received {
                Ok(batch) => match self.fresh(batch) {
                    Some(batch) => return Ok(batch),
                    None => continue,
                },
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => {
                    return Err(StoreError::Unavailable("the mission control has stopped".into()));
                }
            }
        }
    }

    /// What of a batch was not given yet; nothing where something lies in between, which the
    /// journal then gives first.
    fn fresh(&mut self, batch: Batch) -> Option<Batch> {
        let (first, last) = (batch.first()?.seq, batch.last()?.seq);
        if last <= self.after {
            return None;
        }
        if first > self.after + 1 {
            self.behind = true;
            return None;
        }
        let fresh = if first == self.after + 1 {
            batch
        } else {
            batch.iter().filter(|sequenced| sequenced.seq > self.after).cloned().collect()
        };
        self.after = last;
        Some(fresh)
    }

    async fn read(&mut self) -> Result<Option<Batch>, StoreError> {
        let entries = self.journal.read(self.after, READ).await?;
        // What was not there when a short answer was made is yet to come as a batch.
        self.behind = entries.len() >= READ as usize;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(None) };
        if first.seq != self.after + 1 {
            self.behind = true;
            let gone = format!("after place {}: {}", self.after, Gone::TooOld);
            return Err(StoreError::Unavailable(gone));
        }
        self.after = last.seq;
        Ok(Some(entries.into()))
    }
}
