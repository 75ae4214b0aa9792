//! Missions on their way to an agent: whoever lets them fall gives them back.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, stream};
use mission_control_kernel::Scope;
use mission_control_missions::{Action, Actor, Command, HeldLease, Mission, MissionStore, Request};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// How many releases are under way at a time: what a store takes in one batch.
const RELEASING: usize = 64;

/// Missions that were taken for an agent and have not reached it yet. Dropped, they go back into
/// the queue at once instead of waiting for the end of their leases.
pub(crate) struct Handed {
    missions: Vec<Mission>,
    returns: Arc<Returns>,
}

impl Handed {
    pub(crate) const fn new(missions: Vec<Mission>, returns: Arc<Returns>) -> Self {
        Self { missions, returns }
    }

    /// Looks at them without taking them over.
    pub(crate) fn missions(&self) -> &[Mission] {
        &self.missions
    }

    /// They have arrived.
    pub(crate) fn accept(mut self) -> Vec<Mission> {
        mem::take(&mut self.missions)
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if !self.missions.is_empty() {
            let leases = self.missions.iter();
            self.returns.add(leases.map(|m| HeldLease { mission: m.id, lease: m.lease_id }));
        }
    }
}

/// Missions that nobody took over. No more than were claimed, so the list needs no bound.
#[derive(Default)]
pub(crate) struct Returns {
    waiting: Mutex<Vec<HeldLease>>,
    more: Notify,
}

impl Returns {
    fn add(&self, leases: impl Iterator<Item = HeldLease>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(leases);
        self.more.notify_one();
    }

    /// Releases what comes back, until `stop`.
    pub(crate) async fn run(
        self: Arc<Self>,
        store: Arc<dyn MissionStore>,
        stop: CancellationToken,
    ) {
        while stop.run_until_cancelled(self.more.notified()).await.is_some() {
            self.work_off(&*store).await;
        }
    }

    /// Releases what is there. A lease that cannot be released runs out by itself.
    pub(crate) async fn work_off(&self, store: &dyn MissionStore) {
        let leases = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        stream::iter(leases)
            .for_each_concurrent(RELEASING, |held| async move {
                let command = Command::Release { lease: held.lease };
                let action = Action::Command { scope: Scope::All, mission: held.mission, command };
                match store.apply(Request { action, by: Actor::System, receipt: None }).await {
                    Ok(_) => debug!(mission = %held.mission, "nobody came for it: released"),
                    Err(error) => warn!(%error, mission = %held.mission, "could not be released"),
                }
            })
            .await;
    }
}
