//! The counters in memory: built once from the tables, kept by the journal.

mod audit;
mod drift;
mod fold;
mod load;
#[cfg(test)]
mod removal_tests;
#[cfg(test)]
mod tests;
mod views;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mission_control_agents::Standing;
use mission_control_kernel::{AgentId, ProjectId, Scope, Timestamp};
use mission_control_missions::{Kind, KindCounts, Totals};
use tokio::sync::watch;

pub(crate) use audit::Audit;
pub(crate) use drift::{differences, fold_until};
pub(crate) use fold::{COMPLETIONS_KEPT, minute_of};
pub(crate) use load::load;

use crate::journal::{Completion, Minute, Sequenced, Snapshot};

/// The counters that everybody reads and the tail alone writes.
///
/// The lock is held for the folding of one batch at most, and never across a wait.
pub(crate) struct Projection {
    snapshot: Mutex<Snapshot>,
    position: watch::Sender<i64>,
}

impl Projection {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        let position = watch::Sender::new(snapshot.seq);
        Self { snapshot: Mutex::new(snapshot), position }
    }

    /// Folds a batch that follows on what is in, and tells those who wait for it.
    pub(crate) fn fold(&self, batch: &[Sequenced]) {
        let seq = {
            let mut snapshot = self.lock();
            for sequenced in batch {
                fold::fold(&mut snapshot, sequenced);
            }
            snapshot.seq
        };
        self.position.send_replace(seq);
    }

    /// Puts other counters in the place of these; for whoever folds, at a place not before theirs.
    pub(crate) fn adopt(&self, truth: Snapshot) {
        let seq = truth.seq;
        *self.lock() = truth;
        self.position.send_replace(seq);
    }

    /// Up to where the journal is folded.
    pub(crate) fn position(&self) -> i64 {
        *self.position.borrow()
    }

    /// Tells of every move of the position.
    pub(crate) fn positions(&self) -> watch::Receiver<i64> {
        self.position.subscribe()
    }

    /// A copy of everything, at one place.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// The counters of all time.
    pub(crate) fn totals(&self, scope: &Scope) -> Totals {
        views::totals(&self.lock(), scope)
    }

    /// The counters of the missions that are there.
    pub(crate) fn present(&self, scope: &Scope) -> Totals {
        views::present(&self.lock(), scope)
    }

    /// What is not over in a project, by kind.
    pub(crate) fn kinds(&self, project: &ProjectId) -> BTreeMap<Kind, KindCounts> {
        self.lock().kinds.get(project).cloned().unwrap_or_default()
    }

    /// The counters of each project, of all time.
    pub(crate) fn totals_by_project(&self) -> BTreeMap<ProjectId, Totals> {
        views::totals_by_project(&self.lock())
    }

    pub(crate) fn throughput(&self, scope: &Scope, now: Timestamp) -> Vec<(Timestamp, Minute)> {
        views::throughput(&self.lock(), scope, now)
    }

    pub(crate) fn completions(&self, scope: &Scope, limit: usize) -> Vec<Completion> {
        views::completions(&self.lock(), scope, limit)
    }

    /// How many missions an agent runs, and how its attempts ended.
    pub(crate) fn agent(&self, id: AgentId) -> (u32, Standing) {
        let snapshot = self.lock();
        let running = snapshot.running.get(&id).copied().unwrap_or(0);
        (running, snapshot.standings.get(&id).copied().unwrap_or_default())
    }

    /// Counters are numbers: a panic while one was written leaves nothing half made that the drift
    /// check would not mend.
    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
