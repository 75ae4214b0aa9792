//! The leases that a worker holds, and for how long it may trust them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mission_control_missions::{HeldLease, Renewal};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The part of a lease that is not trusted, for clocks that run at different speeds and for the
/// time that stopping takes; within these bounds.
const MARGIN_PART: u32 = 10;
const LEAST_MARGIN: Duration = Duration::from_millis(50);
const LARGEST_MARGIN: Duration = Duration::from_secs(2);

/// Every lease that the worker holds.
#[derive(Default)]
pub(super) struct Held {
    holds: Mutex<HashMap<HeldLease, Hold>>,
    more: Notify,
}

struct Hold {
    length: Duration,
    trusted: watch::Sender<Instant>,
    revoked: CancellationToken,
}

/// One lease, for as long as its attempt keeps it.
pub(super) struct Lease {
    pub(super) held: HeldLease,
    pub(super) length: Duration,
    table: Arc<Held>,
    trusted: watch::Receiver<Instant>,
    revoked: CancellationToken,
}

impl Held {
    /// Takes a lease that began no earlier than `sent`.
    pub(super) fn take(
        self: &Arc<Self>,
        held: HeldLease,
        length: Duration,
        sent: Instant,
    ) -> Lease {
        let (trusted, watched) = watch::channel(trusted_until(sent, length));
        let revoked = CancellationToken::new();
        let hold = Hold { length, trusted, revoked: revoked.clone() };
        self.lock().insert(held, hold);
        self.more.notify_one();
        Lease { held, length, table: Arc::clone(self), trusted: watched, revoked }
    }

    /// All leases, and the shortest length among them.
    pub(super) fn all(&self) -> (Vec<HeldLease>, Option<Duration>) {
        let holds = self.lock();
        (holds.keys().copied().collect(), holds.values().map(|hold| hold.length).min())
    }

    /// Waits until a lease has come since this was last waited for.
    pub(super) async fn more(&self) {
        self.more.notified().await;
    }

    /// Takes in the answer to a request about the leases `asked` that was sent at `sent`.
    pub(super) fn renewed(&self, asked: &[HeldLease], sent: Instant, renewal: &Renewal) {
        for (held, _) in &renewal.renewed {
            self.extend(*held, sent);
        }
        let over = renewal.cancelled.iter().chain(&renewal.lost);
        for mission in over {
            let of_mission = asked.iter().filter(|held| held.mission == *mission);
            for held in of_mission {
                let current = renewal.renewed.iter().any(|(renewed, _)| renewed == held);
                if !current && let Some(hold) = self.lock().get(held) {
                    hold.revoked.cancel();
                }
            }
        }
    }

    /// The lease was extended by a request that was sent at `sent`.
    fn extend(&self, held: HeldLease, sent: Instant) {
        if let Some(hold) = self.lock().get(&held) {
            let until = trusted_until(sent, hold.length);
            hold.trusted.send_if_modified(|trusted| {
                let later = until > *trusted;
                *trusted = until.max(*trusted);
                later
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HeldLease, Hold>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Waits until the lease is over or can be trusted no longer.
    pub(super) async fn over(&self) {
        let mut trusted = self.trusted.clone();
        loop {
            let until = *trusted.borrow_and_update();
            tokio::select! {
                () = self.revoked.cancelled() => return,
                () = tokio::time::sleep_until(until) => {
                    if *self.trusted.borrow() <= until {
                        return;
                    }
                }
                changed = trusted.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Until when it can be trusted.
    pub(super) fn trusted_until(&self) -> Instant {
        *self.trusted.borrow()
    }

    /// A write that was sent at `sent` was taken, which extends the lease.
    pub(super) fn extended(&self, sent: Instant) {
        self.table.extend(self.held, sent);
    }

    /// A write was refused: the lease is somebody else's.
    pub(super) fn revoke(&self) {
        self.revoked.cancel();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.table.lock().remove(&self.held);
    }
}

fn trusted_until(sent: Instant, length: Duration) -> Instant {
    sent + length.saturating_sub((length / MARGIN_PART).clamp(LEAST_MARGIN, LARGEST_MARGIN))
}
