//! Schedules.

use serde::Deserialize;

use super::MissionPlan;
use crate::{Body, CheckedJson, Object};

/// Members of a schedule that the server alone sets.
pub const READ_ONLY_SCHEDULE_FIELDS: &[&str] = &[
    "id",
    "pause",
    "next_ticks",
    "last_ticks",
    "failures",
    "revision",
    "project_id",
    "created_by",
    "created_at",
    "updated_at",
];

/// `PUT /api/schedules/{name}`: all that it says.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutSchedule {
    /// Five fields, or six with seconds first.
    pub cron: String,
    /// By whose clocks; UTC without one.
    pub time_zone: Option<String>,
    /// Of which template a tick makes a mission.
    pub template: Option<String>,
    /// With these parameters.
    pub parameters: Option<CheckedJson>,
    /// Or of which workflow it launches a run.
    pub workflow: Option<String>,
    /// With this input.
    pub input: Option<CheckedJson>,
    /// Or the mission that it makes.
    pub mission: Option<Object<MissionPlan>>,
    /// skip, queue or cancel_other.
    pub overlap: Option<String>,
    /// none, latest or all.
    pub catch_up: Option<String>,
}

impl Body for PutSchedule {
    fn is_read_only(member: &str) -> bool {
        ["name", "paused"].contains(&member) || READ_ONLY_SCHEDULE_FIELDS.contains(&member)
    }
}

/// `POST /api/schedules`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateSchedule {
    /// Unique in its project.
    pub name: String,
    /// Five fields, or six with seconds first.
    pub cron: String,
    /// By whose clocks; UTC without one.
    pub time_zone: Option<String>,
    /// Of which template a tick makes a mission.
    pub template: Option<String>,
    /// With these parameters.
    pub parameters: Option<CheckedJson>,
    /// Or of which workflow it launches a run.
    pub workflow: Option<String>,
    /// With this input.
    pub input: Option<CheckedJson>,
    /// Or the mission that it makes.
    pub mission: Option<Object<MissionPlan>>,
    /// skip, queue or cancel_other.
    pub overlap: Option<String>,
    /// none, latest or all.
    pub catch_up: Option<String>,
    /// Whether it rests from the beginning.
    pub paused: Option<bool>,
}

impl Body for CreateSchedule {
    fn is_read_only(member: &str) -> bool {
        READ_ONLY_SCHEDULE_FIELDS.contains(&member)
    }
}

impl CreateSchedule {
    /// Its name, whether it rests, and all that it says.
    #[must_use]
    pub fn split(self) -> (String, bool, PutSchedule) {
        let said = PutSchedule {
            cron: self.cron,
            time_zone: self.time_zone,
            template: self.template,
            parameters: self.parameters,
            workflow: self.workflow,
            input: self.input,
            mission: self.mission,
            overlap: self.overlap,
            catch_up: self.catch_up,
        };
        (self.name, self.paused.unwrap_or(false), said)
    }
}
