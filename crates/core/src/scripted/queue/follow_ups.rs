//! Follow-ups, which may be somebody else's by the time they are held on to.

use std::collections::VecDeque;
use std::time::Duration;

use mission_control_kernel::Timestamp;
use mission_control_missions::{FollowUpTask, KeptFollowUp};

use super::{NOW, ScriptedQueue};

/// For how long a follow-up is held on to.
const TAKEN_FOR: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct FollowUps {
    waiting: VecDeque<FollowUpTask>,
    finished: Vec<i64>,
    /// Those that were held on to, each time.
    kept: Vec<i64>,
    /// Whether somebody else has taken all of them.
    taken_over: bool,
}

impl FollowUps {
    pub(super) fn take(&mut self, limit: u32) -> Vec<FollowUpTask> {
        let count = self.waiting.len().min(limit as usize);
        self.waiting.drain(..count).collect()
    }

    pub(super) fn keep(&mut self, id: i64, now: Timestamp) -> Option<KeptFollowUp> {
        self.kept.push(id);
        let kept = KeptFollowUp { taken_until: now.plus(TAKEN_FOR), begun_at: NOW };
        (!self.taken_over).then_some(kept)
    }

    pub(super) fn finish(&mut self, id: i64) -> bool {
        if !self.taken_over {
            self.finished.push(id);
        }
        !self.taken_over
    }
}

impl ScriptedQueue {
    pub(crate) fn add_follow_up(&self, task: FollowUpTask) {
        self.state.lock().unwrap().follow_ups.waiting.push_back(task);
    }

    /// Each request takes this long from now on.
    pub(crate) fn set_pace(&self, pace: Duration) {
        self.state.lock().unwrap().pace = pace;
    }

    /// Somebody else takes all that was taken.
    pub(crate) fn take_over(&self) {
        self.state.lock().unwrap().follow_ups.taken_over = true;
    }

    /// The follow-ups that were held on to, each time.
    pub(crate) fn kept(&self) -> Vec<i64> {
        self.state.lock().unwrap().follow_ups.kept.clone()
    }

    pub(crate) fn finished(&self) -> Vec<i64> {
        self.state.lock().unwrap().follow_ups.finished.clone()
    }
}
