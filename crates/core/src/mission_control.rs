//! The facade itself: what it consists of, what it tells about itself, and its end.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mission_control_agents::Thresholds;
use mission_control_kernel::{Clock, Ids, MissionId, StoreError};
use mission_control_missions::queue::Turns;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::barrier::Barrier;
use crate::builder::Builder;
use crate::feed::{Feed, Gone};
use crate::fleet::{Lookout, Returns, Waiter};
use crate::health::{Health, Readiness};
use crate::journal::Epoch;
use crate::logged::Logged;
use crate::projection::Projection;
use crate::stores::Stores;
use crate::tail::Batch;

/// How long the end may take: background tasks hold nothing that waits for more than a store call.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Missions, agents and what happens to them, over any stores. Clones share everything.
///
/// Background tasks end with [`Self::stop`], or when the last clone is dropped.
#[derive(Clone)]
pub struct MissionControl {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) ageing: Duration,
    pub(crate) tiers: Thresholds,
    pub(crate) epoch: Epoch,
    pub(crate) projection: Arc<Projection>,
    pub(crate) barrier: Barrier,
    pub(crate) health: Arc<Health>,
    pub(crate) batches: broadcast::Sender<Batch>,
    pub(crate) logged: broadcast::Sender<MissionId>,
    pub(crate) lookout: Arc<Lookout>,
    pub(crate) turns: Arc<Mutex<Turns>>,
    pub(crate) returns: Arc<Returns>,
    pub(crate) waiters: mpsc::Sender<Waiter>,
    pub(crate) follow_ups: Arc<Notify>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl MissionControl {
    /// A mission control over these stores, to be set going with [`Builder::start`].
    #[must_use]
    pub fn builder(stores: Stores) -> Builder {
        Builder::new(stores)
    }

    pub(crate) fn over(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Where "now" comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// Where new ids come from.
    #[must_use]
    pub fn ids(&self) -> &dyn Ids {
        &*self.inner.ids
    }

    /// Which history the places of the journal belong to.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.inner.epoch
    }

    /// Up to where the journal is folded here.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.inner.projection.position()
    }

    /// Whether this process can serve, from memory.
    #[must_use]
    pub fn health(&self) -> Readiness {
        self.inner.health.readiness()
    }

    /// Every entry of the journal from now on.
    #[must_use]
    pub fn subscribe(&self) -> Feed {
        let batches = self.inner.batches.subscribe();
        self.feed(batches, self.position(), false)
    }

    /// Every entry of the journal after a place.
    ///
    /// A place that another replica has just given may be ahead of what is known here: call
    /// [`Self::catch_up`] first.
    ///
    /// # Errors
    /// When the journal has nothing there any more, or not yet.
    pub fn resume(&self, after_seq: i64) -> Result<Feed, Gone> {
        if after_seq < self.inner.health.removed_until() {
            return Err(Gone::TooOld);
        }
        if after_seq > self.inner.health.known_head() {
            return Err(Gone::Future);
        }
        Ok(self.feed(self.inner.batches.subscribe(), after_seq, true))
    }

    /// Tells whose logs grow, as far as it happens through this process.
    #[must_use]
    pub fn logged(&self) -> Logged {
        Logged::new(self.inner.logged.subscribe())
    }

    /// Waits until everything that was durable before the call is folded here; says up to where
    /// that is at least. One look at the journal serves all who wait.
    ///
    /// # Errors
    /// `Busy` after a second; storage trouble.
    pub async fn catch_up(&self) -> Result<i64, StoreError> {
        self.inner.barrier.pass().await
    }

    /// Ends the background tasks and saves the projection. Calls that wait are answered.
    pub async fn stop(self) {
        let inner = &self.inner;
        inner.stop.cancel();
        if timeout(STOP_WITHIN, inner.tasks.wait()).await.is_err() {
            warn!(seconds = STOP_WITHIN.as_secs(), "background tasks did not end in time");
        }
        let snapshot = inner.projection.snapshot();
        match timeout(STOP_WITHIN, inner.stores.journal.save_checkpoint(&snapshot)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the projection could not be saved"),
            Err(_) => warn!("the projection could not be saved in time"),
        }
    }

    fn feed(&self, batches: broadcast::Receiver<Batch>, after: i64, behind: bool) -> Feed {
        let journal = Arc::clone(&self.inner.stores.journal);
        Feed::new(journal, batches, after, behind, self.inner.stop.clone())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for MissionControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MissionControl")
            .field("epoch", &self.inner.epoch)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}
