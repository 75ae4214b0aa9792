//! Where jobs wait for the writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::Semaphore;

use super::job::{Job, Turn};

/// Jobs that wait before a sender waits too: some batches, a fraction of a second of work.
const WAITING: usize = 4_096;
/// Renewals have room of their own: a flood of work must not cost anyone a lease.
const RENEWALS_WAITING: usize = 1_024;
/// A sender that finds no room for this long is told that the store is busy.
const BUSY_AFTER: Duration = Duration::from_secs(2);
/// The most jobs of one transaction, so that the first of them does not wait for too long.
const BATCH: usize = 512;
/// The most bytes of one transaction, for the same reason.
const BATCH_BYTES: usize = 1024 * 1024;

/// A bounded queue between callers and the writer's thread.
pub(super) struct Inbox {
    state: Mutex<State>,
    arrived: Condvar,
    room: Semaphore,
    room_for_renewals: Semaphore,
}

#[derive(Default)]
struct State {
    renewals: VecDeque<Job>,
    others: VecDeque<Job>,
    closed: bool,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            arrived: Condvar::new(),
            room: Semaphore::new(WAITING),
            room_for_renewals: Semaphore::new(RENEWALS_WAITING),
        }
    }

    /// Queues a job; what it was asked for arrives at its own reply.
    ///
    /// # Errors
    /// `Busy` when there is no room for two seconds, `Unavailable` once the store is closing.
    pub(super) async fn put(&self, job: Job) -> Result<(), StoreError> {
        let renewal = job.turn() == Turn::Renewal;
        let room = if renewal { &self.room_for_renewals } else { &self.room };
        let permit = tokio::time::timeout(BUSY_AFTER, room.acquire())
            .await
            .map_err(|_| StoreError::Busy("too much waits to be written".to_owned()))?
            .map_err(|_| closing())?;
        let mut state = self.lock();
        if state.closed {
            return Err(closing());
        }
        permit.forget();
        if renewal { &mut state.renewals } else { &mut state.others }.push_back(job);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes what fits into one transaction, renewals first; none once the store is closed and
    /// everything is taken. With nothing there it waits, for as long as `patience` lasts if that is
    /// given, and then gives nothing.
    pub(super) fn take(&self, patience: Option<Duration>) -> Option<Vec<Job>> {
        let nothing = |state: &mut State| {
            state.renewals.is_empty() && state.others.is_empty() && !state.closed
        };
        let state = self.lock();
        let mut state = match patience {
            None => self.arrived.wait_while(state, nothing).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.arrived.wait_timeout_while(state, patience, nothing);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        if state.closed && state.renewals.is_empty() && state.others.is_empty() {
            return None;
        }
        let mut jobs: Vec<Job> = state.renewals.drain(..).collect();
        self.room_for_renewals.add_permits(jobs.len());
        let (mut taken, mut bytes) = (0, 0);
        while taken < BATCH && bytes < BATCH_BYTES {
            let Some(job) = state.others.pop_front() else { break };
            bytes += job.bytes();
            taken += 1;
            jobs.push(job);
        }
        self.room.add_permits(taken);
        Some(jobs)
    }

    /// Takes no more jobs; those that wait are still carried out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.room.close();
        self.room_for_renewals.close();
        self.arrived.notify_all();
    }

    /// Closes, and forgets what waits: its callers learn that nobody will answer.
    pub(super) fn abandon(&self) {
        self.close();
        let mut state = self.lock();
        state.renewals.clear();
        state.others.clear();
    }

    /// The queues are whole after every step, so a panic elsewhere leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closing() -> StoreError {
    StoreError::Unavailable("the store is closing".to_owned())
}
