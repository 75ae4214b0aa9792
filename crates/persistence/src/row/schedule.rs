//! The rows of schedules and their ticks.

use std::sync::Arc;

use mission_control_kernel::{JsonText, Revision, StoreError};
use mission_control_missions::Reason;
use mission_control_workflows::schedule::{
    Cadence, Fired, Paused, PlannedMission, Schedule, ScheduleSpec, Target, Tick, TickOutcome,
};
use serde::{Deserialize, Serialize};

use super::blueprint::{BlueprintDocument, SPEC, written};
use super::read::{Reader, at};

/// The columns of `schedules`; times in microseconds.
pub(crate) struct ScheduleRow {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) spec: String,
    pub(crate) revision: i64,
    pub(crate) paused_at: Option<i64>,
    pub(crate) paused_by: Option<String>,
    pub(crate) pause_reason: Option<String>,
    pub(crate) next_tick: Option<i64>,
    pub(crate) decided: i64,
    pub(crate) failures: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) created_by: String,
}

/// The columns of `schedule_ticks`; times in microseconds.
pub(crate) struct TickRow {
    pub(crate) n: i64,
    pub(crate) tick: i64,
    pub(crate) outcome: String,
    pub(crate) mission_id: Option<String>,
    pub(crate) run_id: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) since: Option<i64>,
    pub(crate) covers: Option<i32>,
    pub(crate) decided_at: i64,
    pub(crate) settled_at: Option<i64>,
}

/// How a schedule rests, in its columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct PauseColumns {
    pub(crate) at: Option<i64>,
    pub(crate) by: Option<String>,
    pub(crate) reason: Option<String>,
}

/// What became of a tick, in its columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutcomeColumns {
    pub(crate) outcome: &'static str,
    pub(crate) mission_id: Option<String>,
    pub(crate) run_id: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) since: Option<i64>,
    pub(crate) covers: Option<i32>,
}

#[derive(Serialize, Deserialize)]
struct ScheduleDocument {
    cron: String,
    time_zone: String,
    overlap: String,
    catch_up: String,
    target: TargetDocument,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TargetDocument {
    Template { name: String, parameters: String },
    Workflow { name: String, input: String },
    Mission { title: String, description: String, mission: Box<BlueprintDocument> },
}

/// What a schedule says, as one column has it.
pub(crate) fn schedule_to_text(spec: &ScheduleSpec) -> String {
    let target = match &spec.target {
        Target::Template { name, parameters } => TargetDocument::Template {
            name: name.to_string(),
            parameters: parameters.as_str().to_owned(),
        },
        Target::Workflow { name, input } => {
            TargetDocument::Workflow { name: name.to_string(), input: input.as_str().to_owned() }
        }
        Target::Mission(planned) => TargetDocument::Mission {
            title: planned.title.to_string(),
            description: planned.description.to_string(),
            mission: Box::new(BlueprintDocument::of(&planned.blueprint)),
        },
    };
    written(&ScheduleDocument {
        cron: spec.cadence.cron().to_owned(),
        time_zone: spec.cadence.zone().to_owned(),
        overlap: spec.overlap.to_string(),
        catch_up: spec.catch_up.to_string(),
        target,
    })
}

impl ScheduleRow {
    pub(crate) fn into_schedule(self) -> Result<Schedule, StoreError> {
        let reader = Reader { table: "schedules", row: &self.name };
        let document: ScheduleDocument = reader.json(SPEC, &self.spec)?;
        let pause = PauseColumns {
            at: self.paused_at,
            by: self.paused_by.clone(),
            reason: self.pause_reason.clone(),
        };
        Ok(Schedule {
            id: reader.parse("id", &self.id)?,
            project: reader.parse("project_id", &self.project_id)?,
            name: reader.parse("name", &self.name)?,
            spec: Arc::new(document.into_spec(&reader)?),
            revision: Revision::new(self.revision),
            paused: pause.into_paused(&reader)?,
            next: self.next_tick.map(at),
            decided: self.decided,
            failures: reader.count("failures", self.failures)?,
            created_at: at(self.created_at),
            updated_at: at(self.updated_at),
            created_by: reader.text("created_by", &self.created_by)?,
        })
    }
}

impl PauseColumns {
    pub(crate) fn of(paused: Option<&Paused>) -> Self {
        let Some(paused) = paused else { return Self::default() };
        Self {
            at: Some(paused.at.as_micros()),
            by: paused.by.as_ref().map(ToString::to_string),
            reason: Some(paused.reason.to_string()),
        }
    }

    fn into_paused(self, reader: &Reader<'_>) -> Result<Option<Paused>, StoreError> {
        let Some(since) = self.at else { return Ok(None) };
        let reason = reader.need("pause_reason", self.reason.as_deref())?;
        Ok(Some(Paused {
            at: at(since),
            by: reader.text_some("paused_by", self.by.as_deref())?,
            reason: reader.text("pause_reason", reason)?,
        }))
    }
}

impl ScheduleDocument {
    fn into_spec(self, reader: &Reader<'_>) -> Result<ScheduleSpec, StoreError> {
        let cadence = Cadence::of(&self.cron, &self.time_zone);
        Ok(ScheduleSpec {
            cadence: cadence.map_err(|_| reader.corrupt(SPEC))?,
            target: self.target.into_target(reader)?,
            overlap: reader.parse(SPEC, &self.overlap)?,
            catch_up: reader.parse(SPEC, &self.catch_up)?,
        })
    }
}

impl TargetDocument {
    fn into_target(self, reader: &Reader<'_>) -> Result<Target, StoreError> {
        Ok(match self {
            Self::Template { name, parameters } => Target::Template {
                name: reader.parse(SPEC, &name)?,
                parameters: JsonText::from_stored(&parameters),
            },
            Self::Workflow { name, input } => Target::Workflow {
                name: reader.parse(SPEC, &name)?,
                input: JsonText::from_stored(&input),
            },
            Self::Mission { title, description, mission } => {
                Target::Mission(Box::new(PlannedMission {
                    title: reader.text(SPEC, &title)?,
                    description: reader.text(SPEC, &description)?,
                    blueprint: mission.into_blueprint(reader)?,
                }))
            }
        })
    }
}

impl TickRow {
    pub(crate) fn into_tick(self) -> Result<Tick, StoreError> {
        let row = self.n.to_string();
        let reader = Reader { table: "schedule_ticks", row: &row };
        let outcome = match self.outcome.as_str() {
            "due" => TickOutcome::Due,
            "fired" => TickOutcome::Fired(match (&self.mission_id, &self.run_id) {
                (Some(id), None) => Fired::Mission(reader.parse("mission_id", id)?),
                (None, Some(id)) => Fired::Run(reader.parse("run_id", id)?),
                (Some(_), Some(_)) | (None, None) => return Err(reader.corrupt("mission_id")),
            }),
            "skipped" => TickOutcome::Skipped {
                reason: reader.parse("reason", self.reason.as_deref().unwrap_or_default())?,
                since: at(reader.need("since", self.since)?),
                covers: self.covers.map(|it| reader.count("covers", it.into())).transpose()?,
            },
            "failed" => {
                let reason: Option<Reason> = reader.text_some("reason", self.reason.as_deref())?;
                TickOutcome::Failed(reader.need("reason", reason)?)
            }
            _ => return Err(reader.corrupt("outcome")),
        };
        Ok(Tick {
            n: self.n,
            at: at(self.tick),
            outcome,
            decided_at: at(self.decided_at),
            settled_at: self.settled_at.map(at),
        })
    }
}

impl OutcomeColumns {
    pub(crate) fn of(outcome: &TickOutcome) -> Self {
        match outcome {
            TickOutcome::Due => Self { outcome: "due", ..Self::default() },
            TickOutcome::Fired(Fired::Mission(id)) => {
                Self { outcome: "fired", mission_id: Some(id.to_string()), ..Self::default() }
            }
            TickOutcome::Fired(Fired::Run(id)) => {
                Self { outcome: "fired", run_id: Some(id.to_string()), ..Self::default() }
            }
            TickOutcome::Skipped { reason, since, covers } => Self {
                outcome: "skipped",
                reason: Some(reason.to_string()),
                since: Some(since.as_micros()),
                covers: covers.and_then(|many| i32::try_from(many).ok()),
                ..Self::default()
            },
            TickOutcome::Failed(reason) => {
                Self { outcome: "failed", reason: Some(reason.to_string()), ..Self::default() }
            }
        }
    }

    /// Of a whole decision, in its order.
    #[cfg(feature = "postgres")]
    pub(crate) fn of_all(ticks: &[mission_control_workflows::schedule::Decided]) -> Vec<Self> {
        ticks.iter().map(|tick| Self::of(&tick.outcome)).collect()
    }
}

/// What was read; where it could not be, a warning says so and the others go on without it.
pub(crate) fn readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "a schedule cannot be read: it waits")).ok()
}

/// Why a schedule rests that has failed too often in a row; the last time for this reason.
pub(crate) fn pause_reason(failures: u32, outcome: &TickOutcome) -> Reason {
    let last = match outcome {
        TickOutcome::Failed(reason) => reason.as_str(),
        TickOutcome::Due | TickOutcome::Fired(_) | TickOutcome::Skipped { .. } => "",
    };
    Reason::cleaned(&format!("{failures} ticks in a row could not be fired: {last}"))
}
