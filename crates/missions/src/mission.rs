//! A mission, and the phases of its life with what each of them knows.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{
    AgentId, Capabilities, JsonText, LeaseId, MissionId, ProjectId, Revision, RunId, Timestamp,
};

use crate::words::{
    Backoff, Complexity, Description, Failure, Kind, Label, Priority, Progress, ProgressMessage,
    QueueKey, ShortName, Status, Title, Usage,
};

/// The deepest tree: a root has depth 0.
pub const MAX_DEPTH: u8 = 15;
/// The most labels of one mission.
pub const MAX_LABELS: usize = 20;
/// The most missions that one may depend on: a workflow's largest fan-in.
pub const MAX_DEPENDENCIES: usize = 1_000;
/// The most attempts that may be asked for.
pub const MAX_ATTEMPTS: u32 = 100;
/// Attempts when nothing is said.
pub const DEFAULT_ATTEMPTS: u32 = 3;

/// One unit of AI work.
#[derive(Clone, PartialEq, Debug)]
pub struct Mission {
    /// Which one.
    pub id: MissionId,
    /// Whose.
    pub project: ProjectId,
    /// What was asked for; only an edit changes it.
    pub spec: Arc<Spec>,
    /// Where it stands in its tree.
    pub place: Place,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often a person has edited it.
    pub revision: Revision,
    /// How many journal entries it has.
    pub version: i64,
    /// Whether it waits for an approval.
    pub held: bool,
    /// Whether its run is paused, so that it stays out of the queue.
    pub run_paused: bool,
    /// Not before then: asked for, or the end of a back-off or snooze.
    pub scheduled_at: Option<Timestamp>,
    /// Of no use after that, while it has not begun.
    pub expires_at: Option<Timestamp>,
    /// What must end well before it may begin.
    pub dependencies: Vec<Dependency>,
    /// Whether another mission depends on it.
    pub has_dependants: bool,
    /// Whether another mission is its child.
    pub has_children: bool,
    /// The attempts used up or under way.
    pub attempt: u32,
    /// The fence; see [`LeaseId`].
    pub lease_id: LeaseId,
    /// Snoozes since an attempt last ended otherwise.
    pub snoozes: u32,
    /// What the ended attempts used, together.
    pub spent: Usage,
    /// How the last ended attempt failed, or why it was called off; none once completed.
    pub last_failure: Option<Failure>,
    /// The kind of agent that performs it.
    pub agent_type: Option<ShortName>,
    /// The model that performs it.
    pub model_used: Option<ShortName>,
    /// Where it is in its life.
    pub phase: Phase,
}

/// What was asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Spec {
    /// In a few words.
    pub title: Title,
    /// In many.
    pub description: Description,
    /// How soon.
    pub priority: Priority,
    /// What runs it; also its queue.
    pub kind: Kind,
    /// What its maker noted.
    pub metadata: JsonText,
    /// What it works on.
    pub input: Option<JsonText>,
    /// Sorted, no repeats.
    pub labels: Vec<Label>,
    /// How hard it is said to be.
    pub complexity: Option<Complexity>,
    /// What an agent must be able to do.
    pub required_capabilities: Capabilities,
    /// Missions with different keys take turns; the project's name when none is given.
    pub fairness_key: Option<QueueKey>,
    /// Missions with the same key share a limit.
    pub concurrency_key: Option<QueueKey>,
    /// 1–100.
    pub max_attempts: u32,
    /// The wait between them.
    pub backoff: Backoff,
    /// The longest attempt.
    pub timeout: Option<Duration>,
    /// The step of a workflow's run that it is.
    pub step: Option<Step>,
    /// The template it was made from.
    pub template: Option<ShortName>,
    /// Who made it.
    pub created_by: ShortName,
}

/// A mission's place in its tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The one above.
    pub parent: Option<MissionId>,
    /// The topmost one; itself for a root.
    pub root: MissionId,
    /// Steps below the root, at most [`MAX_DEPTH`].
    pub depth: u8,
}

/// The step of a run that a mission performs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which run.
    pub run: RunId,
    /// The step's key in the workflow.
    pub key: ShortName,
    /// The step's place in the workflow, from 1.
    pub position: u32,
    /// Whether its dependants go on when it fails for good.
    pub continues_on_failure: bool,
}

/// Another mission that must end well first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dependency {
    /// Which one.
    pub on: MissionId,
    /// Whether it has.
    pub settled: bool,
}

/// Where a mission is in its life.
#[derive(Clone, PartialEq, Debug)]
pub enum Phase {
    /// Waiting.
    Pending {
        /// Since when: made, or returned to the queue.
        since: Timestamp,
    },
    /// An attempt is under way.
    Running(Attempt),
    /// Done.
    Completed(Ended),
    /// Out of attempts, or failed for good; in the dead letter until discarded.
    Failed {
        /// How it ended.
        ended: Ended,
        /// Whether someone has put it aside.
        discarded: bool,
    },
    /// Called off.
    Cancelled {
        /// How it ended.
        ended: Ended,
        /// The dependency whose end called it off; retrying that one brings it back.
        because_of: Option<MissionId>,
    },
}

/// An attempt under way.
#[derive(Clone, PartialEq, Debug)]
pub struct Attempt {
    /// When it began.
    pub began: Timestamp,
    /// Who drives it.
    pub driver: Driver,
    /// How far it is.
    pub output: Output,
    /// What it has used so far.
    pub usage: Usage,
}

/// Who drives an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Driver {
    /// Someone outside, through start, progress, complete and fail; never silent for too long.
    Outside,
    /// An agent, for as long as its lease lasts.
    Leased {
        /// Which agent.
        agent: AgentId,
        /// How long it may stay silent.
        length: Duration,
        /// When it has been silent for too long, on the store's clock.
        expires_at: Timestamp,
    },
}

impl Driver {
    /// The agent, when there is one.
    #[must_use]
    pub const fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Outside => None,
            Self::Leased { agent, .. } => Some(*agent),
        }
    }
}

/// What an attempt has shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Output {
    /// How far.
    pub progress: Progress,
    /// In words.
    pub message: Option<ProgressMessage>,
    /// What came out of it, possibly in part.
    pub result: Option<JsonText>,
}

impl Output {
    /// The same with what else was told; what was not stays.
    pub(crate) fn with(
        &self,
        progress: Option<Progress>,
        message: Option<&ProgressMessage>,
        result: Option<&JsonText>,
    ) -> Self {
        Self {
            progress: progress.unwrap_or(self.progress),
            message: message.or(self.message.as_ref()).cloned(),
            result: result.or(self.result.as_ref()).cloned(),
        }
    }
}

/// How a mission ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// When its last attempt began; none when it was never started or ended while waiting.
    pub began: Option<Timestamp>,
    /// The agent of that attempt.
    pub agent: Option<AgentId>,
    /// What that attempt has shown.
    pub output: Output,
}

impl Mission {
    /// Its status.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self.phase {
            Phase::Pending { .. } => Status::Pending,
            Phase::Running(_) => Status::Running,
            Phase::Completed(_) => Status::Completed,
            Phase::Failed { .. } => Status::Failed,
            Phase::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// How it ended, once it has.
    #[must_use]
    pub const fn ended(&self) -> Option<&Ended> {
        match &self.phase {
            Phase::Pending { .. } | Phase::Running(_) => None,
            Phase::Completed(ended)
            | Phase::Failed { ended, .. }
            | Phase::Cancelled { ended, .. } => Some(ended),
        }
    }

    /// The attempt under way.
    #[must_use]
    pub const fn running(&self) -> Option<&Attempt> {
        match &self.phase {
            Phase::Running(attempt) => Some(attempt),
            Phase::Pending { .. }
            | Phase::Completed(_)
            | Phase::Failed { .. }
            | Phase::Cancelled { .. } => None,
        }
    }

    /// What its last attempt shows; none while it waits.
    #[must_use]
    pub const fn output(&self) -> Option<&Output> {
        match &self.phase {
            Phase::Pending { .. } => None,
            Phase::Running(attempt) => Some(&attempt.output),
            Phase::Completed(ended)
            | Phase::Failed { ended, .. }
            | Phase::Cancelled { ended, .. } => Some(&ended.output),
        }
    }

    /// The begin of its current or last attempt; none while it waits or when it never began.
    #[must_use]
    pub fn started_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Running(attempt) => Some(attempt.began),
            Phase::Pending { .. }
            | Phase::Completed(_)
            | Phase::Failed { .. }
            | Phase::Cancelled { .. } => self.ended().and_then(|ended| ended.began),
        }
    }

    /// From the begin of the last attempt to the end; none before the end, or when it never began.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let ended = self.ended()?;
        Some(ended.at.since(ended.began?))
    }

    /// What all attempts have used.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.running().map_or(self.spent, |attempt| self.spent.plus(attempt.usage))
    }

    /// Whether it failed and nobody has retried or discarded it.
    #[must_use]
    pub const fn is_dead_letter(&self) -> bool {
        matches!(self.phase, Phase::Failed { discarded: false, .. })
    }

    /// The agent of the current or last attempt; none while it waits.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        match &self.phase {
            Phase::Running(attempt) => attempt.driver.agent(),
            Phase::Pending { .. }
            | Phase::Completed(_)
            | Phase::Failed { .. }
            | Phase::Cancelled { .. } => self.ended().and_then(|ended| ended.agent),
        }
    }

    /// The missions that it still waits for.
    pub fn open_dependencies(&self) -> impl Iterator<Item = MissionId> {
        self.dependencies.iter().filter(|edge| !edge.settled).map(|edge| edge.on)
    }
}
