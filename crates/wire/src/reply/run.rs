//! Runs of workflows.

use mission_control_kernel::{AgentId, MissionId, RunId};
use serde::Serialize;

use crate::{Json, Time, Word};

/// A run, as its missions stand.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Run<'a> {
    /// Its id.
    pub id: Word<RunId>,
    /// Of which workflow.
    pub workflow: &'a str,
    /// In which version.
    pub version: u32,
    /// What it is called, where somebody has said so.
    pub title: Option<&'a str>,
    /// pending, running, completed, failed or cancelled.
    pub state: &'a str,
    /// Whether no further step begins until it is resumed.
    pub paused: bool,
    /// Percent: steps that are done ÷ all, rounded down.
    pub progress: u32,
    /// The highest position of a step that has started; 0 before.
    pub current_step: u32,
    /// How many steps there are.
    pub steps_total: u32,
    /// How many are completed, or failed where that lets the run go on.
    pub done: u32,
    /// How many steps stand where.
    pub counts: RunCounts,
    /// Who launched it.
    pub created_by: &'a str,
    /// When it was launched.
    pub created_at: Time,
    /// When its first step began.
    pub started_at: Option<Time>,
    /// When its last step ended; null while one is open.
    pub completed_at: Option<Time>,
    /// What it was launched with; not there in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Json<'a>>,
    /// By position; there when one run is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<RunStep<'a>>>,
}

/// How many steps of a run stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RunCounts {
    /// Waiting.
    pub pending: u32,
    /// Under way.
    pub running: u32,
    /// Done.
    pub completed: u32,
    /// Failed for good.
    pub failed: u32,
    /// Called off.
    pub cancelled: u32,
}

/// A step of a run: what its mission shows.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunStep<'a> {
    /// From 1.
    pub position: u32,
    /// Unique in its run.
    pub key: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// The mission that performs it.
    pub mission_id: Word<MissionId>,
    /// pending, running, completed, failed or cancelled.
    pub status: &'a str,
    /// The steps that must be done first.
    pub depends_on: Vec<&'a str>,
    /// stop or continue.
    pub on_failure: &'a str,
    /// Which attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// Percent.
    pub progress: f64,
    /// What is going on.
    pub progress_message: Option<&'a str>,
    /// When the current or last attempt began; null while it waits.
    pub started_at: Option<Time>,
    /// When it ended.
    pub completed_at: Option<Time>,
    /// From begin to end, in seconds.
    pub duration: Option<f64>,
    /// Who performs or performed it.
    pub agent_id: Option<Word<AgentId>>,
    /// Whether it waits for approval.
    pub held: bool,
    /// Why the last attempt ended badly.
    pub failure_class: Option<&'a str>,
    /// In words.
    pub error_message: Option<&'a str>,
}

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunReply<'a> {
    /// It.
    pub run: Run<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A run that was just launched.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunLaunched<'a> {
    /// Its id.
    pub run_id: Word<RunId>,
    /// It.
    pub run: Run<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A page of runs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunList<'a> {
    /// Newest first, without their steps.
    pub runs: Vec<Run<'a>>,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<&'a str>,
}
