//! Schedules: what is made again and again at its time.
//!
//! A [`Cadence`] says when, [`decide`] what becomes of the ticks whose time has come, and a
//! [`ScheduleStore`] keeps both: a tick is decided once, in the transaction that moves the schedule on,
//! and fired under a receipt, so that doing it twice makes nothing twice.

mod cadence;
mod due;
mod store;
mod tick;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use mission_control_kernel::{Invalid, JsonText, ProjectId, Revision, Timestamp};
use mission_control_missions::{Description, Reason, ShortName, Title};
use uuid::Uuid;

use crate::definition::WorkflowName;
use crate::template::{Blueprint, ScheduleName, TemplateName};

pub use cadence::{Cadence, MAX_CRON_CHARS};
pub use due::{CatchUp, Decided, Decision, IN_TIME, MOST_CAUGHT_UP, MOST_COUNTED, Overlap, decide};
pub use store::{
    MOST_SCHEDULES, NewSchedule, ScheduleChange, ScheduleStore, TICKS_KEPT, UndoneTick,
};
pub use tick::{Fired, SkipReason, Tick, TickOutcome};

/// So many ticks in a row that cannot be fired pause a schedule: what is wrong with it does not pass
/// by itself.
pub const FAILURES_BEFORE_PAUSE: u32 = 5;

/// One schedule, for good: another one of the same name is another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduleId(Uuid);

impl ScheduleId {
    /// Wraps a UUID.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for ScheduleId {
    /// Lower-case, hyphenated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ScheduleId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("invalid_schedule_id", "must be a UUID");
        Uuid::try_parse(text).map(Self).map_err(|_| refused)
    }
}

/// What a tick makes.
#[derive(Clone, PartialEq, Debug)]
pub enum Target {
    /// A mission of a template, with these parameters: a JSON object.
    Template {
        /// Which template.
        name: TemplateName,
        /// What fills its places.
        parameters: JsonText,
    },
    /// A run of the newest version of a workflow, with this input: a JSON object.
    Workflow {
        /// Which workflow.
        name: WorkflowName,
        /// What is laid over the input of each of its steps.
        input: JsonText,
    },
    /// A mission as it stands here.
    Mission(Box<PlannedMission>),
}

/// A mission that is made as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct PlannedMission {
    /// In a few words.
    pub title: Title,
    /// In many.
    pub description: Description,
    /// The rest.
    pub blueprint: Blueprint,
}

/// What a schedule says.
#[derive(Clone, PartialEq, Debug)]
pub struct ScheduleSpec {
    /// When.
    pub cadence: Cadence,
    /// What.
    pub target: Target,
    /// While what an earlier tick made is not over.
    pub overlap: Overlap,
    /// When nobody was there in time.
    pub catch_up: CatchUp,
}

/// Why and since when a schedule fires nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paused {
    /// Since when.
    pub at: Timestamp,
    /// By whom; nobody where it has failed too often.
    pub by: Option<ShortName>,
    /// Why, which may be left open.
    pub reason: Reason,
}

/// A schedule in its project.
#[derive(Clone, PartialEq, Debug)]
pub struct Schedule {
    /// Which one, for good.
    pub id: ScheduleId,
    /// Whose.
    pub project: ProjectId,
    /// Its name there.
    pub name: ScheduleName,
    /// What it says.
    pub spec: Arc<ScheduleSpec>,
    /// How often somebody has changed it.
    pub revision: Revision,
    /// Whether it rests.
    pub paused: Option<Paused>,
    /// The next tick that nobody has decided about; none when it never comes again.
    pub next: Option<Timestamp>,
    /// How many ticks were decided about.
    pub decided: i64,
    /// How many in a row could not be fired, up to the last one.
    pub failures: u32,
    /// Since when.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Who made it.
    pub created_by: ShortName,
}

impl Schedule {
    /// The ticks that it has before it, at most so many, as far as it does not rest.
    #[must_use]
    pub fn upcoming(&self, count: usize) -> Vec<Timestamp> {
        let next = self.next.filter(|_| self.paused.is_none());
        let Some(next) = next else { return Vec::new() };
        let behind = self.spec.cadence.upcoming(next, count.saturating_sub(1));
        std::iter::once(next).chain(behind).collect()
    }
}
