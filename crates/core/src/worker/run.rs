//! The worker's life: register, claim and perform, drain.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use mission_control_missions::HeldLease;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::attempt::Attempt;
use super::beats::beat;
use super::builder::Worker;
use super::desk::{AWAY, CALL_WITHIN, Desk, within};
use super::source::{Ask, Assignment, SourceError};
use crate::fleet::{LARGEST_CLAIM, LONGEST_WAIT};
use crate::pace::Backoff;

/// How the attempts of a worker ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Reported as completed.
    pub completed: u64,
    /// Reported as failed.
    pub failed: u64,
    /// Given back while the worker drained.
    pub released: u64,
    /// Over before their end could be reported: cancelled, lost, or the source was away.
    pub lost: u64,
}

impl Worker {
    /// Performs missions until `drain` or `stop`; then claims no more, lets attempts go on for the
    /// grace, or until `stop`, and stops and releases what is left. Returns when nothing of it is
    /// left.
    pub async fn run(self, drain: CancellationToken, stop: CancellationToken) -> Tally {
        let halted = async {
            tokio::select! {
                () = drain.cancelled() => {}
                () = stop.cancelled() => {}
            }
        };
        let Some(desk) = self.open(halted).await else { return Tally::default() };
        let desk = Arc::new(desk);
        let (release, over) = (CancellationToken::new(), CancellationToken::new());
        // Whoever drops this future must not leave tasks behind.
        let _guards = (release.clone().drop_guard(), over.clone().drop_guard());
        let beats = tokio::spawn({
            let (desk, over) = (Arc::clone(&desk), over.clone());
            async move { beat(&desk, &over).await }
        });
        let attempts = TaskTracker::new();
        tokio::select! {
            () = self.claim_and_perform(&desk, &attempts, &release) => {}
            () = drain.cancelled() => {}
            () = stop.cancelled() => {}
        }
        attempts.close();
        info!(running = attempts.len(), "draining: no more missions are claimed");
        tokio::select! {
            () = attempts.wait() => {}
            () = sleep(self.grace) => {}
            () = stop.cancelled() => {}
        }
        release.cancel();
        attempts.wait().await;
        over.cancel();
        if let Err(error) = beats.await {
            warn!(%error, "the heartbeat ended early");
        }
        tally(&desk)
    }

    /// Registers, again and again until it succeeds; nothing when halted first.
    async fn open(&self, halted: impl Future<Output = ()>) -> Option<Desk> {
        let register = async {
            let mut backoff = Backoff::new(AWAY.0, AWAY.1);
            loop {
                match within(CALL_WITHIN, self.source.register(&self.badge)).await {
                    Ok(agent) => return agent,
                    Err(error) => warn!(%error, "not registered yet; trying again"),
                }
                sleep(backoff.next()).await;
            }
        };
        let agent = tokio::select! {
            agent = register => agent,
            () = halted => return None,
        };
        let badge = self.badge.clone();
        info!(%agent, name = %badge.name, capacity = badge.capacity, "the worker is registered");
        Some(Desk::new(Arc::clone(&self.source), Arc::clone(&self.clock), badge, agent))
    }

    /// Never ends by itself. Dropped while a claim waits, it leaves nothing taken.
    async fn claim_and_perform(
        &self,
        desk: &Arc<Desk>,
        attempts: &TaskTracker,
        release: &CancellationToken,
    ) {
        let slots = Arc::new(Semaphore::new(self.badge.capacity as usize));
        let mut backoff = Backoff::new(AWAY.0, AWAY.1);
        loop {
            let mut free = free_slots(&slots).await;
            let sent = Instant::now();
            match self.claim(desk, &free).await {
                Ok(assignments) => {
                    backoff.reset();
                    for assignment in assignments {
                        let slot = free.pop();
                        let attempt = self.attempt(desk, assignment, sent, release);
                        attempts.spawn(async move {
                            attempt.run().await;
                            drop(slot);
                        });
                    }
                }
                Err(error) => {
                    drop(free);
                    warn!(%error, "could not claim; trying again");
                    if error == SourceError::UnknownAgent
                        && let Err(error) = desk.register_again().await
                    {
                        warn!(%error, "could not register again");
                    }
                    sleep(backoff.next()).await;
                }
            }
        }
    }

    /// Waits a third of a lease at most: what is taken at the end of the wait must still be
    /// trusted for a while, and its lease is counted from the begin.
    async fn claim(
        &self,
        desk: &Desk,
        free: &[OwnedSemaphorePermit],
    ) -> Result<Vec<Assignment>, SourceError> {
        let wait = (self.lease / 3).min(LONGEST_WAIT);
        let count = u32::try_from(free.len()).unwrap_or(LARGEST_CLAIM);
        let ask = Ask { free: count, wait, lease: self.lease };
        within(wait + CALL_WITHIN, self.source.claim(desk.agent(), ask)).await
    }

    fn attempt(
        &self,
        desk: &Arc<Desk>,
        assignment: Assignment,
        sent: Instant,
        release: &CancellationToken,
    ) -> Attempt {
        let Assignment { work, lease } = assignment;
        let held = HeldLease { mission: work.mission, lease: work.lease };
        Attempt {
            executor: self.executors.get(&work.kind).cloned(),
            lease: desk.held.take(held, lease, sent),
            desk: Arc::clone(desk),
            release: release.clone(),
            work,
        }
    }
}

/// All slots that are free, once one is.
async fn free_slots(slots: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
    let first = Arc::clone(slots).acquire_owned().await.expect("nobody closes the semaphore");
    let mut free = vec![first];
    while free.len() < LARGEST_CLAIM as usize
        && let Ok(slot) = Arc::clone(slots).try_acquire_owned()
    {
        free.push(slot);
    }
    free
}

fn tally(desk: &Desk) -> Tally {
    let counts = &desk.counts;
    Tally {
        completed: counts.completed.load(Ordering::Relaxed),
        failed: counts.failed.load(Ordering::Relaxed),
        released: counts.released.load(Ordering::Relaxed),
        lost: counts.lost.load(Ordering::Relaxed),
    }
}
