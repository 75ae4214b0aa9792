//! A journal that says what it is told to say.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use mission_control_kernel::{MissionId, StoreError};
use tokio::sync::{Semaphore, watch};

use crate::journal::{Epoch, Journal, Sequenced, Slice, Snapshot};

#[derive(Default)]
struct State {
    entries: Vec<Sequenced>,
    truth: Snapshot,
    slices: VecDeque<Slice>,
    saved: Option<Snapshot>,
}

pub(crate) struct ScriptedJournal {
    state: Mutex<State>,
    grown: watch::Sender<i64>,
    /// How often the head was looked up.
    heads: AtomicU64,
    /// A look at the head takes one of these.
    allowed_heads: Semaphore,
}

impl Default for ScriptedJournal {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            grown: watch::Sender::new(0),
            heads: AtomicU64::new(0),
            allowed_heads: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }
}

impl ScriptedJournal {
    /// Whose head is told only when it is allowed.
    pub(crate) fn with_held_heads() -> Self {
        Self { allowed_heads: Semaphore::new(0), ..Self::default() }
    }

    pub(crate) fn allow_heads(&self, count: usize) {
        self.allowed_heads.add_permits(count);
    }

    pub(crate) fn heads(&self) -> u64 {
        self.heads.load(Ordering::SeqCst)
    }

    pub(crate) fn append(&self, entries: Vec<Sequenced>) {
        let mut state = self.state.lock().unwrap();
        state.entries.extend(entries);
        let last = state.entries.last().map_or(0, |entry| entry.seq);
        drop(state);
        self.grown.send_replace(last);
    }

    /// What the tables say.
    pub(crate) fn set_truth(&self, truth: Snapshot) {
        self.state.lock().unwrap().truth = truth;
    }

    /// What the next counts of a part say; without any they say that there is nothing more.
    pub(crate) fn set_slices(&self, slices: impl IntoIterator<Item = Slice>) {
        self.state.lock().unwrap().slices = slices.into_iter().collect();
    }

    pub(crate) fn saved(&self) -> Option<Snapshot> {
        self.state.lock().unwrap().saved.clone()
    }

    pub(crate) fn save(&self, snapshot: Snapshot) {
        self.state.lock().unwrap().saved = Some(snapshot);
    }

    /// Forgets what lies at or before `seq`.
    pub(crate) fn remove_until(&self, seq: i64) {
        self.state.lock().unwrap().entries.retain(|entry| entry.seq > seq);
    }
}

#[async_trait]
impl Journal for ScriptedJournal {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        Ok(Epoch { store: "scripted".to_owned(), number: 1 })
    }

    async fn head(&self) -> Result<i64, StoreError> {
        self.heads.fetch_add(1, Ordering::SeqCst);
        let allowed = self.allowed_heads.acquire().await.unwrap();
        allowed.forget();
        Ok(self.state.lock().unwrap().entries.last().map_or(0, |entry| entry.seq))
    }

    async fn removed_until(&self) -> Result<i64, StoreError> {
        Ok(self.state.lock().unwrap().entries.first().map_or(0, |entry| entry.seq - 1))
    }

    async fn read(&self, seq: i64, limit: u32) -> Result<Vec<Sequenced>, StoreError> {
        let state = self.state.lock().unwrap();
        let after = state.entries.iter().filter(|entry| entry.seq > seq);
        Ok(after.take(limit as usize).cloned().collect())
    }

    async fn wait_past(&self, seq: i64) {
        let mut grown = self.grown.subscribe();
        let _ = grown.wait_for(|last| *last > seq).await;
    }

    async fn aggregate(&self) -> Result<Snapshot, StoreError> {
        Ok(self.state.lock().unwrap().truth.clone())
    }

    async fn slice(&self, _: Option<MissionId>, _: u32) -> Result<Slice, StoreError> {
        Ok(self.state.lock().unwrap().slices.pop_front().unwrap_or_default())
    }

    async fn checkpoint(&self) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.saved())
    }

    async fn save_checkpoint(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.save(snapshot.clone());
        Ok(())
    }
}
