//! How a run stands, derived from its missions.

use mission_control_kernel::{LeaseId, Timestamp, closed_words};
use mission_control_missions::{Mission, Phase, Status};

closed_words! {
    /// How a run stands.
    RunState, "invalid_run_state", "must be pending, running, completed, failed or cancelled",
    {
        /// Nothing has begun or ended.
        Pending = "pending",
        /// It moves, or could.
        Running = "running",
        /// All steps are done.
        Completed = "completed",
        /// A step that may not fail has, and nothing moves any more.
        Failed = "failed",
        /// A step was called off, none failed, and nothing moves any more.
        Cancelled = "cancelled",
    }
}

/// How many missions of a run stand where: all that its state follows from. Counted whenever it is
/// asked for and never stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Waiting.
    pub pending: u32,
    /// Under way.
    pub running: u32,
    /// Done.
    pub completed: u32,
    /// Failed where others may not go on.
    pub failed: u32,
    /// Failed where others go on: done all the same.
    pub tolerated: u32,
    /// Called off.
    pub cancelled: u32,
    /// The highest 1-based position of a step that has ever started; 0 before.
    pub furthest: u32,
    /// When the first attempt that still shows began: a mission that waits, be it for its next one,
    /// shows none. So this can move on, and be none again, while steps wait for another attempt.
    pub started_at: Option<Timestamp>,
    /// The last end of a step.
    pub ended_at: Option<Timestamp>,
}

impl Tally {
    /// Counts missions that are all there are of a run, as a store counts rows.
    #[must_use]
    pub fn of<'a>(missions: impl IntoIterator<Item = &'a Mission>) -> Self {
        missions.into_iter().fold(Self::default(), Self::with)
    }

    fn with(mut self, mission: &Mission) -> Self {
        let step = mission.spec.step.as_ref();
        let count = match mission.phase {
            Phase::Pending { .. } => &mut self.pending,
            Phase::Running(_) => &mut self.running,
            Phase::Completed(_) => &mut self.completed,
            Phase::Failed { .. } if step.is_some_and(|step| step.continues_on_failure) => {
                &mut self.tolerated
            }
            Phase::Failed { .. } => &mut self.failed,
            Phase::Cancelled { .. } => &mut self.cancelled,
        };
        *count += 1;
        // The fence is raised by each start and never reset.
        if mission.lease_id != LeaseId::NONE {
            self.furthest = self.furthest.max(step.map_or(0, |step| step.position));
        }
        let started = mission.started_at();
        self.started_at = self.started_at.into_iter().chain(started).min();
        self.ended_at = self.ended_at.max(mission.ended().map(|ended| ended.at));
        self
    }

    /// How many steps have a status.
    #[must_use]
    pub const fn with_status(&self, status: Status) -> u32 {
        match status {
            Status::Pending => self.pending,
            Status::Running => self.running,
            Status::Completed => self.completed,
            Status::Failed => self.failed + self.tolerated,
            Status::Cancelled => self.cancelled,
        }
    }

    /// All steps.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.ended() + self.pending + self.running
    }

    /// Steps that are done: completed, or failed where others go on.
    #[must_use]
    pub const fn done(&self) -> u32 {
        self.completed + self.tolerated
    }

    const fn ended(&self) -> u32 {
        self.completed + self.failed + self.tolerated + self.cancelled
    }

    /// The first of these that fits: a step runs, or some ended and some wait · some wait, and so all
    /// of them · a step failed that may not · a step was called off · completed.
    #[must_use]
    pub const fn state(&self) -> RunState {
        if self.running > 0 || (self.ended() > 0 && self.pending > 0) {
            RunState::Running
        } else if self.pending > 0 {
            RunState::Pending
        } else if self.failed > 0 {
            RunState::Failed
        } else if self.cancelled > 0 {
            RunState::Cancelled
        } else {
            RunState::Completed
        }
    }

    /// Percent of the steps that are done, rounded down: 100 means all.
    #[must_use]
    pub const fn progress(&self) -> u32 {
        match (100 * self.done()).checked_div(self.steps()) {
            Some(percent) => percent,
            None => 0,
        }
    }

    /// The highest 1-based position of a step that has started; 0 before.
    #[must_use]
    pub const fn current_step(&self) -> u32 {
        self.furthest
    }

    /// When it was over; none while it is not.
    #[must_use]
    pub const fn completed_at(&self) -> Option<Timestamp> {
        match self.state() {
            RunState::Pending | RunState::Running => None,
            RunState::Completed | RunState::Failed | RunState::Cancelled => self.ended_at,
        }
    }
}
