//! One claim in flight for all agents that wait in this process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mission_control_kernel::{StoreError, Timestamp};
use mission_control_missions::queue::{LaneKey, Turns};
use mission_control_missions::{ClaimRequest, ClaimingAgent, Claims, Mission, MissionStore};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::handed::{Handed, Returns};
use crate::pace::jittered;

/// How many calls may wait in one process; more wait to be let in.
pub(crate) const WAITING: usize = 4_096;

/// How many calls one claim serves: its facts and picks stay small.
const CLAIMANTS: usize = 128;

/// How often the queue is asked when nothing says that something came.
const POLL: Duration = Duration::from_secs(1);

/// No claim follows a fruitless one sooner, whatever time the store gives.
const SOONEST: Duration = Duration::from_millis(20);

/// An agent that waits for missions.
pub(crate) struct Waiter {
    pub(crate) ask: ClaimingAgent,
    /// Until when; it is asked for once in any case.
    pub(crate) deadline: Instant,
    pub(crate) reply: oneshot::Sender<Result<Handed, StoreError>>,
}

/// Asks the queue for everybody.
pub(crate) struct Dispatcher {
    pub(crate) store: Arc<dyn MissionStore>,
    pub(crate) ageing: Duration,
    pub(crate) turns: Arc<Mutex<Turns>>,
    pub(crate) returns: Arc<Returns>,
    pub(crate) inbox: mpsc::Receiver<Waiter>,
    pub(crate) waiting: Vec<Waiter>,
}

/// What one look at the queue brought.
#[derive(Default)]
struct Round {
    served: bool,
    next_at: Option<Timestamp>,
}

impl Dispatcher {
    /// Serves until `stop`; who waits then goes away empty-handed.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        while self.admit(&stop).await {
            // Taken before the queue is looked at: what arrives meanwhile ends the rest below.
            let seen = self.store.arrivals();
            let round = self.round().await;
            self.dismiss_overdue();
            if !round.served && !self.waiting.is_empty() {
                self.rest(seen, round.next_at, &stop).await;
            }
        }
        self.inbox.close();
        while let Ok(waiter) = self.inbox.try_recv() {
            self.waiting.push(waiter);
        }
        for waiter in std::mem::take(&mut self.waiting) {
            self.hand(waiter, Vec::new());
        }
        self.returns.work_off(&*self.store).await;
    }

    /// Lets in who has come and forgets who has gone; `false` when it is time to end.
    async fn admit(&mut self, stop: &CancellationToken) -> bool {
        self.waiting.retain(|waiter| !waiter.reply.is_closed());
        if self.waiting.is_empty() {
            let come = self.inbox.recv_many(&mut self.waiting, WAITING);
            if stop.run_until_cancelled(come).await.is_none_or(|count| count == 0) {
                return false;
            }
        }
        while self.waiting.len() < WAITING
            && let Ok(waiter) = self.inbox.try_recv()
        {
            self.waiting.push(waiter);
        }
        !stop.is_cancelled()
    }

    /// Asks once for everybody who waits, in the order in which they came.
    async fn round(&mut self) -> Round {
        let mut round = Round::default();
        let mut left = std::mem::take(&mut self.waiting);
        while !left.is_empty() {
            let later = left.split_off(left.len().min(CLAIMANTS));
            let group = std::mem::replace(&mut left, later);
            let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let claimants = group.iter().map(|waiter| waiter.ask.clone()).collect();
            let request = ClaimRequest { claimants, turns, ageing: self.ageing };
            match self.store.claim(request).await {
                Ok(claims) => {
                    round.served |= !claims.taken.is_empty();
                    round.next_at = earlier(round.next_at, claims.next_at);
                    self.hand_out(group, claims);
                }
                Err(error) => {
                    for waiter in group {
                        // Whoever went away needs no answer.
                        let _ = waiter.reply.send(Err(error.clone()));
                    }
                }
            }
        }
        round
    }

    fn hand_out(&mut self, group: Vec<Waiter>, claims: Claims) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Vec<Mission>> = group.iter().map(|_| Vec::new()).collect();
        for (place, mission) in claims.taken {
            turns.serve(&LaneKey::of(&mission));
            if let Some(missions) = taken.get_mut(place) {
                missions.push(mission);
            }
        }
        drop(turns);
        for (waiter, missions) in group.into_iter().zip(taken) {
            if missions.is_empty() {
                self.waiting.push(waiter);
            } else {
                self.hand(waiter, missions);
            }
        }
    }

    /// A waiter that has gone lets them fall, and so they go back.
    fn hand(&self, waiter: Waiter, missions: Vec<Mission>) {
        let _ = waiter.reply.send(Ok(Handed::new(missions, Arc::clone(&self.returns))));
    }

    fn dismiss_overdue(&mut self) {
        let now = Instant::now();
        for waiter in std::mem::take(&mut self.waiting) {
            if waiter.deadline <= now {
                self.hand(waiter, Vec::new());
            } else {
                self.waiting.push(waiter);
            }
        }
    }

    /// Waits until asking again makes sense.
    async fn rest(&mut self, seen: u64, next_at: Option<Timestamp>, stop: &CancellationToken) {
        let now = Instant::now();
        let due = next_at.map(|at| now + at.since(self.store.now()).max(SOONEST));
        let overdue = self.waiting.iter().map(|waiter| waiter.deadline).min();
        let poll = now + jittered(POLL);
        let until = due.into_iter().chain(overdue).fold(poll, Instant::min);
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.store.wait_for_arrivals(seen) => {}
            () = sleep_until(until) => {}
            _ = self.inbox.recv_many(&mut self.waiting, WAITING) => {}
        }
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
