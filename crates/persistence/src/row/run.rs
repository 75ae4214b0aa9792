//! Runs of workflows, how their missions stand, and what is to be done to them.

use mission_control_kernel::{JsonText, MissionId, ProjectId, RunId, StoreError, Timestamp};
use mission_control_missions::{
    Finding, FollowUp, FollowUpTask, Found, Run, RunCommand, RunTask, Task,
};
use mission_control_workflows::{Members, Tally};

use super::entry::{by_from_text, by_to_text};
use super::read::{Reader, at};
use super::words::{follow_up_from_word, follow_up_to_word};

/// The columns of `runs`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RunRow {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) workflow: String,
    pub(crate) version: i64,
    pub(crate) title: Option<String>,
    pub(crate) input: String,
    pub(crate) steps: i64,
    pub(crate) created_by: String,
    pub(crate) created_at: i64,
    pub(crate) paused: bool,
}

impl RunRow {
    pub(crate) fn of(run: &Run) -> Self {
        Self {
            id: run.id.to_string(),
            project_id: run.project.to_string(),
            workflow: run.workflow.to_string(),
            version: i64::from(run.version),
            title: run.title.as_ref().map(ToString::to_string),
            input: run.input.to_string(),
            steps: i64::from(run.steps),
            created_by: run.created_by.to_string(),
            created_at: run.created_at.as_micros(),
            paused: run.paused,
        }
    }

    /// # Errors
    /// `Corrupt` when a column holds what no run has.
    pub(crate) fn into_run(self) -> Result<Run, StoreError> {
        let reader = Reader { table: "runs", row: &self.id };
        Ok(Run {
            id: reader.parse("id", &self.id)?,
            project: reader.parse("project_id", &self.project_id)?,
            workflow: reader.text("workflow", &self.workflow)?,
            version: reader.count("version", self.version)?,
            title: reader.text_some("title", self.title.as_deref())?,
            input: JsonText::from_stored(&self.input),
            steps: reader.count("steps", self.steps)?,
            created_by: reader.text("created_by", &self.created_by)?,
            created_at: at(self.created_at),
            paused: self.paused,
        })
    }
}

/// How many missions of a run stand where.
pub(crate) struct TallyRow {
    pub(crate) run: String,
    /// Pending, running, completed, failed, tolerated, cancelled.
    pub(crate) counts: [i64; 6],
    pub(crate) furthest: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
}

impl TallyRow {
    /// # Errors
    /// `Corrupt` when a count is none.
    pub(crate) fn into_tally(self) -> Result<(RunId, Tally), StoreError> {
        let reader = Reader { table: "missions", row: &self.run };
        let [pending, running, completed, failed, tolerated, cancelled] = self.counts;
        let count = |number| reader.count("status", number);
        let tally = Tally {
            pending: count(pending)?,
            running: count(running)?,
            completed: count(completed)?,
            failed: count(failed)?,
            tolerated: count(tolerated)?,
            cancelled: count(cancelled)?,
            furthest: reader.count("step_position", self.furthest)?,
            started_at: self.started_at.map(at),
            ended_at: self.ended_at.map(at),
        };
        Ok((reader.parse("run_id", &self.run)?, tally))
    }
}

pub(crate) const fn members_to_word(which: Members) -> &'static str {
    match which {
        Members::All => "all",
        Members::Open => "open",
        Members::Broken { .. } => "broken",
        Members::Unaligned => "unaligned",
    }
}

/// By when those have ended that are asked for, in microseconds; none where it makes no difference.
pub(crate) const fn members_ended_by(which: Members) -> Option<i64> {
    match which {
        Members::Broken { ended_by } => Some(ended_by.as_micros()),
        Members::All | Members::Open | Members::Unaligned => None,
    }
}

/// The columns of `follow_ups` that say what is to be done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct FollowUpRow {
    pub(crate) project_id: String,
    pub(crate) mission_id: Option<String>,
    pub(crate) run_id: Option<String>,
    pub(crate) what: String,
    pub(crate) asked_by: Option<String>,
    pub(crate) reason: Option<String>,
}

impl FollowUpRow {
    pub(crate) fn of_mission(project: String, mission: MissionId, what: FollowUp) -> Self {
        let what = follow_up_to_word(what).to_owned();
        Self { project_id: project, mission_id: Some(mission.to_string()), what, ..Self::default() }
    }

    pub(crate) fn of_run(project: &ProjectId, task: &RunTask) -> Self {
        let reason = match &task.command {
            RunCommand::Cancel { reason } => reason.as_ref().map(ToString::to_string),
            RunCommand::Retry | RunCommand::Pause | RunCommand::Resume => None,
        };
        Self {
            project_id: project.to_string(),
            mission_id: None,
            run_id: Some(task.run.to_string()),
            what: task.command.name().to_owned(),
            asked_by: by_to_text(&task.by),
            reason,
        }
    }

    /// # Errors
    /// `Corrupt` when a column holds what no follow-up has.
    pub(crate) fn into_task(
        self,
        id: i64,
        taken_until: Timestamp,
    ) -> Result<FollowUpTask, StoreError> {
        let reader = Reader { table: "follow_ups", row: &id.to_string() };
        let task = match (&self.mission_id, &self.run_id) {
            (Some(mission), _) => Task::Mission {
                mission: reader.parse("mission_id", mission)?,
                what: reader.need("what", follow_up_from_word(&self.what))?,
            },
            (None, run) => Task::Run(RunTask {
                run: reader.parse("run_id", reader.need("run_id", run.as_deref())?)?,
                command: self.command(&reader)?,
                by: by_from_text(&reader, self.asked_by.as_deref())?,
            }),
        };
        Ok(FollowUpTask { id, task, taken_until })
    }

    fn command(&self, reader: &Reader<'_>) -> Result<RunCommand, StoreError> {
        Ok(match self.what.as_str() {
            "cancel" => {
                RunCommand::Cancel { reason: reader.text_some("reason", self.reason.as_deref())? }
            }
            "retry" => RunCommand::Retry,
            "pause" => RunCommand::Pause,
            "resume" => RunCommand::Resume,
            _ => return Err(reader.corrupt("what")),
        })
    }
}

/// What a mission has found, from its columns.
///
/// # Errors
/// `Corrupt` when a column holds what no mission has.
pub(crate) fn found(
    id: &str,
    run: Option<&str>,
    key: Option<&str>,
    finding: Finding,
) -> Result<Found, StoreError> {
    let reader = Reader { table: "missions", row: id };
    let step = match run {
        None => None,
        Some(run) => {
            let key = reader.text("step_key", reader.need("step_key", key)?)?;
            Some((reader.parse("run_id", run)?, key))
        }
    };
    Ok(Found { mission: reader.parse("id", id)?, step, finding })
}
