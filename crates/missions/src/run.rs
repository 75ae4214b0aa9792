//! The run of a workflow, as the write path knows it: a row beside its missions.

use mission_control_kernel::{JsonText, MissionId, ProjectId, RunId, Timestamp};

use crate::actor::Actor;
use crate::change::FollowUp;
use crate::words::{ErrorText, ShortName, Title};

/// What is needed to make a run; its missions come with it.
#[derive(Clone, PartialEq, Debug)]
pub struct NewRun {
    /// Its id, a UUIDv7 drawn by the caller: the order of ids is the order of creation.
    pub id: RunId,
    /// Whose.
    pub project: ProjectId,
    /// The workflow's name.
    pub workflow: ShortName,
    /// Which version of it.
    pub version: u32,
    /// In a few words, where somebody has said so.
    pub title: Option<Title>,
    /// The JSON object that was laid over each step's input.
    pub input: JsonText,
    /// How many steps it has.
    pub steps: u32,
    /// Who asked for it.
    pub created_by: ShortName,
}

/// A run, as it is stored. How it stands is derived from its missions.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Which one.
    pub id: RunId,
    /// Whose.
    pub project: ProjectId,
    /// The workflow's name.
    pub workflow: ShortName,
    /// Which version of it.
    pub version: u32,
    /// In a few words, where somebody has said so.
    pub title: Option<Title>,
    /// The JSON object that was laid over each step's input.
    pub input: JsonText,
    /// How many steps it has.
    pub steps: u32,
    /// Who asked for it.
    pub created_by: ShortName,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether its missions stay out of the queue.
    pub paused: bool,
}

impl NewRun {
    /// Makes the run at `now`.
    #[must_use]
    pub fn create(&self, now: Timestamp) -> Run {
        Run {
            id: self.id,
            project: self.project.clone(),
            workflow: self.workflow.clone(),
            version: self.version,
            title: self.title.clone(),
            input: self.input.clone(),
            steps: self.steps,
            created_by: self.created_by.clone(),
            created_at: now,
            paused: false,
        }
    }
}

/// What is asked of a whole run. Its row changes at once, its missions follow in steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunCommand {
    /// Call off what is open in it, and what is below that.
    Cancel {
        /// Why.
        reason: Option<ErrorText>,
    },
    /// Begin anew what failed or was cancelled, and what hangs on it.
    Retry,
    /// Keep its missions out of the queue; what runs goes on.
    Pause,
    /// Let them into the queue again.
    Resume,
}

impl RunCommand {
    /// The word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cancel { .. } => "cancel",
            Self::Retry => "retry",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }
}

/// What a request to a run asks of its missions; done afterwards, in idempotent steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunTask {
    /// Which run.
    pub run: RunId,
    /// What was asked.
    pub command: RunCommand,
    /// By whom.
    pub by: Actor,
}

/// What a follow-up is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Task {
    /// What hangs on one mission.
    Mission {
        /// Which mission.
        mission: MissionId,
        /// What.
        what: FollowUp,
    },
    /// All missions of a run.
    Run(RunTask),
}
