//! Schedules and their ticks.

use mission_control_kernel::{MissionId, RunId};
use serde::Serialize;

use super::MissionPlan;
use crate::{Json, Time, Word};

/// Why and since when a schedule fires nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Pause<'a> {
    /// Since when.
    pub at: Time,
    /// By whom; nobody where it has failed too often.
    pub by: Option<&'a str>,
    /// Why, possibly empty.
    pub reason: &'a str,
}

/// A tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Tick<'a> {
    /// Its number in the schedule, from 1.
    pub n: i64,
    /// When it was due.
    pub at: Time,
    /// due, fired, skipped or failed.
    pub outcome: &'a str,
    /// Why it was passed over, or could not be fired.
    pub reason: Option<&'a str>,
    /// The mission that it made.
    pub mission_id: Option<Word<MissionId>>,
    /// The run that it launched.
    pub run_id: Option<Word<RunId>>,
    /// The first of the ticks that it stands for; with `skipped` alone.
    pub since: Option<Time>,
    /// How many those are; null where they are too many to count.
    pub covers: Option<u32>,
    /// When it was decided what becomes of it.
    pub decided_at: Time,
    /// When it was fired, or could not be.
    pub settled_at: Option<Time>,
}

/// A schedule.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Schedule<'a> {
    /// Unique in its project.
    pub name: &'a str,
    /// When it comes.
    pub cron: &'a str,
    /// By whose clocks.
    pub time_zone: &'a str,
    /// Of which template a tick makes a mission.
    pub template: Option<&'a str>,
    /// With these parameters.
    pub parameters: Option<Json<'a>>,
    /// Of which workflow it launches a run.
    pub workflow: Option<&'a str>,
    /// With this input.
    pub input: Option<Json<'a>>,
    /// The mission that it makes.
    pub mission: Option<MissionPlan<'a>>,
    /// skip, queue or cancel_other.
    pub overlap: &'a str,
    /// none, latest or all.
    pub catch_up: &'a str,
    /// Whether it rests.
    pub paused: bool,
    /// Why and since when.
    pub pause: Option<Pause<'a>>,
    /// Its next ten ticks; none while it rests.
    pub next_ticks: Vec<Time>,
    /// How many ticks in a row could not be fired.
    pub failures: u32,
    /// How often somebody has changed it.
    pub revision: i64,
    /// Who made it.
    pub created_by: &'a str,
    /// Since when.
    pub created_at: Time,
    /// When somebody last changed it.
    pub updated_at: Time,
    /// Its last ticks, newest first; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ticks: Option<Vec<Tick<'a>>>,
}

/// One schedule.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ScheduleReply<'a> {
    /// It.
    pub schedule: Schedule<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A page of schedules.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ScheduleList<'a> {
    /// By name.
    pub schedules: Vec<Schedule<'a>>,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins.
    pub next_cursor: Option<&'a str>,
}

/// A page of ticks.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TickList<'a> {
    /// Newest first.
    pub ticks: Vec<Tick<'a>>,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins.
    pub next_cursor: Option<&'a str>,
}
