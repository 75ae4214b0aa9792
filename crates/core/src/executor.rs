//! The port to whatever performs a mission.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{JsonText, LeaseId, MissionId, ProjectId};
use mission_control_missions::{
    Description, FailureReport, Kind, LogLevel, Progress, ProgressMessage, Title, UsageReport,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Performs missions of one kind.
///
/// An executor MUST end soon after `stop` is cancelled, taking everything that it started with it;
/// what it returns after that is ignored. It MAY be called again for the same mission with a higher
/// lease id: effects outside happen at least once, so hand `work.mission` and `work.lease` on as an
/// idempotency key.
#[async_trait]
pub trait Executor: Send + Sync + 'static {
    /// The kind of mission that this executor performs.
    fn kind(&self) -> &Kind;

    /// Performs one attempt.
    ///
    /// # Errors
    /// How the attempt failed; the failure class decides whether it is tried again.
    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport>;
}

/// One attempt at a mission, as its executor sees it.
#[derive(Clone, Debug)]
pub struct Work {
    /// Which mission.
    pub mission: MissionId,
    /// Whose.
    pub project: ProjectId,
    /// The fence of this attempt.
    pub lease: LeaseId,
    /// The attempt, from 1.
    pub attempt: u32,
    /// What runs it.
    pub kind: Kind,
    /// Its title.
    pub title: Title,
    /// Its description, possibly empty.
    pub description: Description,
    /// What it works on.
    pub input: Option<JsonText>,
    /// What its maker noted.
    pub metadata: JsonText,
    /// Results of the missions it depended on, by step key or id.
    pub dependencies: Vec<(String, Option<JsonText>)>,
    /// Those of them whose results were too many to come along, by the same names: each is to be
    /// read by itself.
    pub dependencies_omitted: Vec<(String, MissionId)>,
    /// How long the attempt may take; the worker loop enforces it too.
    pub timeout: Option<Duration>,
    /// The whole mission as a JSON object, for programs that read it from a file or a pipe.
    pub document: Arc<str>,
}

/// A finished attempt.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Done {
    /// What came out of it.
    pub result: Option<JsonText>,
    /// Its final totals of tokens and cost.
    pub usage: UsageReport,
}

/// What an executor says while it works.
#[derive(Clone, Debug)]
pub enum Report {
    /// How far it is.
    Progress {
        /// 0–100.
        progress: Progress,
        /// In words.
        message: Option<ProgressMessage>,
    },
    /// Running totals of this attempt.
    Usage(UsageReport),
    /// One line of output.
    Log {
        /// How loud.
        level: LogLevel,
        /// At most 8 KiB are kept.
        text: String,
    },
}

/// Where an executor reports to. Sending waits when the store is behind, which slows the executor's
/// reading of its process and so the process itself: nothing piles up in memory.
#[derive(Clone, Debug)]
pub struct Reporter {
    reports: mpsc::Sender<Report>,
}

/// How many reports wait before a sender waits: some screens of output.
const REPORTS_WAITING: usize = 256;

impl Reporter {
    /// A reporter and the end that reads it.
    #[must_use]
    pub fn channel() -> (Self, mpsc::Receiver<Report>) {
        let (reports, inbox) = mpsc::channel(REPORTS_WAITING);
        (Self { reports }, inbox)
    }

    /// Says how far the attempt is.
    pub async fn progress(&self, progress: Progress, message: Option<ProgressMessage>) {
        self.send(Report::Progress { progress, message }).await;
    }

    /// Says what the attempt has used so far.
    pub async fn usage(&self, usage: UsageReport) {
        self.send(Report::Usage(usage)).await;
    }

    /// Says one line.
    pub async fn log(&self, level: LogLevel, text: impl Into<String>) {
        self.send(Report::Log { level, text: text.into() }).await;
    }

    async fn send(&self, report: Report) {
        // A closed inbox means that the attempt is over: whatever is said then is for nobody.
        let _ = self.reports.send(report).await;
    }
}
