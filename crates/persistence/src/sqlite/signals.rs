//! Who is woken by what: hints inside the process, raised after a commit.

use tokio::sync::watch;

/// Hints. Whoever waits for one also looks by itself from time to time.
pub(super) struct Signals {
    /// The last place of the journal.
    head: watch::Sender<i64>,
    /// How often work has arrived.
    arrivals: watch::Sender<u64>,
}

/// What a transaction has done that others wait for.
#[derive(Clone, Copy, Default)]
pub(super) struct Effects {
    /// The last place of the journal, when it grew.
    pub(super) head: Option<i64>,
    /// Whether a claim may find more than before.
    pub(super) arrived: bool,
}

impl Signals {
    pub(super) fn new(head: i64) -> Self {
        Self { head: watch::Sender::new(head), arrivals: watch::Sender::new(0) }
    }

    pub(super) fn raise(&self, effects: Effects) {
        if let Some(head) = effects.head {
            self.head.send_replace(head);
        }
        if effects.arrived {
            self.arrivals.send_modify(|arrivals| *arrivals += 1);
        }
    }

    pub(super) async fn wait_past(&self, seq: i64) {
        let mut head = self.head.subscribe();
        // The sender lives as long as `self`.
        let _ = head.wait_for(|head| *head > seq).await;
    }

    pub(super) fn arrivals(&self) -> u64 {
        *self.arrivals.borrow()
    }

    pub(super) async fn wait_for_arrivals(&self, seen: u64) {
        let mut arrivals = self.arrivals.subscribe();
        let _ = arrivals.wait_for(|arrivals| *arrivals > seen).await;
    }
}
