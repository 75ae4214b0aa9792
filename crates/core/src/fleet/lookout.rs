//! Waiting calls that want to know at once when something happens to a mission or an agent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mission_control_agents::AgentEvent;
use mission_control_kernel::{AgentId, MissionId};
use mission_control_missions::{EventKind, Status};
use tokio::sync::Notify;

use crate::journal::{JournalEntry, Sequenced};

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Subject {
    /// The mission leaves its attempt.
    Mission(MissionId),
    /// An operator decides about the agent.
    Agent(AgentId),
    /// The agent takes a mission under a lease.
    Lease(AgentId),
}

/// Who waits for what. One look-up for each journal entry serves any number of waiting calls; a
/// feed for each of them would wake them all for every entry.
#[derive(Default)]
pub(crate) struct Lookout {
    watched: Mutex<HashMap<Subject, Vec<Arc<Notify>>>>,
}

/// A watch, for as long as it is kept.
pub(crate) struct Watch {
    lookout: Arc<Lookout>,
    subjects: Vec<Subject>,
    told: Arc<Notify>,
}

impl Lookout {
    /// Begins to watch: whatever is told from now on is remembered.
    pub(crate) fn watch(self: &Arc<Self>, subjects: Vec<Subject>) -> Watch {
        let told = Arc::new(Notify::new());
        let mut watched = self.lock();
        for subject in &subjects {
            watched.entry(*subject).or_default().push(Arc::clone(&told));
        }
        drop(watched);
        Watch { lookout: Arc::clone(self), subjects, told }
    }

    /// Tells those who wait for what these entries say.
    pub(crate) fn tell(&self, batch: &[Sequenced]) {
        let watched = self.lock();
        if watched.is_empty() {
            return;
        }
        let waiting = batch.iter().flat_map(|sequenced| subjects_of(&sequenced.entry));
        for told in waiting.filter_map(|subject| watched.get(&subject)).flatten() {
            told.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Vec<Arc<Notify>>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until something has happened since the watch began, or since this was last told.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.lookout.lock();
        for subject in &self.subjects {
            if let Some(waiting) = watched.get_mut(subject) {
                waiting.retain(|told| !Arc::ptr_eq(told, &self.told));
                if waiting.is_empty() {
                    watched.remove(subject);
                }
            }
        }
    }
}

fn subjects_of(entry: &JournalEntry) -> impl Iterator<Item = Subject> {
    let (departs, taken) = match entry {
        JournalEntry::Mission(entry) => {
            let begins = entry.event == EventKind::Started;
            let departs = entry.to != Status::Running || begins;
            (
                departs.then_some(Subject::Mission(entry.mission)),
                entry.agent.filter(|_| begins).map(Subject::Lease),
            )
        }
        JournalEntry::Agent(entry) => match entry.event {
            AgentEvent::Draining
            | AgentEvent::Disabled
            | AgentEvent::Enabled
            | AgentEvent::Removed => (Some(Subject::Agent(entry.agent)), None),
            AgentEvent::Registered
            | AgentEvent::Online
            | AgentEvent::Offline
            | AgentEvent::Changed => (None, None),
        },
        JournalEntry::Removal(_) => (None, None),
    };
    departs.into_iter().chain(taken)
}
