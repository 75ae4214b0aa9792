//! One moment at which a schedule was due, and what became of it.

use mission_control_kernel::{MissionId, RunId, Timestamp, closed_words};
use mission_control_missions::Reason;

closed_words! {
    /// Why a tick was not fired.
    SkipReason, "invalid_skip_reason", "must be missed, overlap or superseded",
    {
        /// Nobody was there in time, and the schedule does not catch up on it.
        Missed = "missed",
        /// What an earlier tick made was not over.
        Overlap = "overlap",
        /// A later tick was due as well, and would have called off what this one makes.
        Superseded = "superseded",
    }
}

/// What a tick made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fired {
    /// A mission.
    Mission(MissionId),
    /// A run of a workflow.
    Run(RunId),
}

/// What became of a tick.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TickOutcome {
    /// It is to be fired, and nobody has said yet that it was.
    Due,
    /// It was fired.
    Fired(Fired),
    /// It was passed over.
    Skipped {
        /// Why.
        reason: SkipReason,
        /// The first of the ticks that this one stands for; itself, where it stands for no other.
        since: Timestamp,
        /// How many ticks that are; none where they are too many to count.
        covers: Option<u32>,
    },
    /// It could not be fired.
    Failed(Reason),
}

/// One tick.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tick {
    /// Its number in the schedule, from 1.
    pub n: i64,
    /// When it was due.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: TickOutcome,
    /// When that was decided.
    pub decided_at: Timestamp,
    /// When it was fired, or could not be; none before, and for what was passed over.
    pub settled_at: Option<Timestamp>,
}
