//! Who is woken by what: hints inside the process, and between processes through LISTEN.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// Hints. Whoever waits for one also looks by itself from time to time.
#[derive(Clone)]
pub(super) struct Signals {
    shared: Arc<Shared>,
}

struct Shared {
    /// The journal has entries without a place.
    grew: Notify,
    /// The last place that is known to be given.
    head: watch::Sender<i64>,
    /// How often work has arrived.
    arrivals: AtomicU64,
    arrived: watch::Sender<u64>,
    /// Another process must be told of work.
    tell_work: AtomicBool,
    /// Work has arrived that is older than what was claimed already, perhaps.
    old_work: AtomicBool,
}

impl Signals {
    pub(super) fn new() -> Self {
        let shared = Shared {
            grew: Notify::new(),
            head: watch::channel(0).0,
            arrivals: AtomicU64::new(0),
            arrived: watch::channel(0).0,
            tell_work: AtomicBool::new(false),
            old_work: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// A batch with entries was committed here.
    pub(super) fn journal_grew(&self) {
        self.shared.grew.notify_one();
    }

    pub(super) async fn wait_until_grown(&self) {
        self.shared.grew.notified().await;
    }

    /// Places up to `seq` have been given.
    pub(super) fn head_is(&self, seq: i64) {
        self.shared.head.send_if_modified(|head| {
            let further = seq > *head;
            *head = (*head).max(seq);
            further
        });
    }

    /// The last place that is known to be given.
    pub(super) fn head(&self) -> i64 {
        *self.shared.head.borrow()
    }

    pub(super) async fn wait_past(&self, seq: i64) {
        let mut head = self.shared.head.subscribe();
        // The sender lives as long as `self`.
        let _ = head.wait_for(|head| *head > seq).await;
    }

    /// Work was committed here: claims of this process look again, others are told by the next pass
    /// of the sequencer, which begins at once.
    pub(super) fn work_arrived(&self) {
        self.shared.tell_work.store(true, Ordering::Relaxed);
        self.work_heard_of();
        self.journal_grew();
    }

    /// Work was committed elsewhere.
    pub(super) fn work_heard_of(&self) {
        let arrivals = self.shared.arrivals.fetch_add(1, Ordering::SeqCst) + 1;
        self.shared.arrived.send_if_modified(|seen| {
            let further = arrivals > *seen;
            *seen = (*seen).max(arrivals);
            further
        });
    }

    /// What was committed here stands far in front of its lanes; to be said before
    /// [`Self::work_arrived`].
    pub(super) fn old_work_arrived(&self) {
        self.shared.old_work.store(true, Ordering::SeqCst);
    }

    pub(super) fn take_old_work(&self) -> bool {
        self.shared.old_work.swap(false, Ordering::SeqCst)
    }

    pub(super) fn take_work_to_tell(&self) -> bool {
        self.shared.tell_work.swap(false, Ordering::Relaxed)
    }

    /// Others could not be told; those who wait here know already.
    pub(super) fn tell_work_again(&self) {
        self.shared.tell_work.store(true, Ordering::Relaxed);
    }

    pub(super) fn arrivals(&self) -> u64 {
        self.shared.arrivals.load(Ordering::SeqCst)
    }

    pub(super) async fn wait_for_arrivals(&self, seen: u64) {
        let mut arrived = self.shared.arrived.subscribe();
        let _ = arrived.wait_for(|arrivals| *arrivals > seen).await;
    }
}
