//! A worker's bench: a folder, profiles written into it, missions run by them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mission_control::kernel::{JsonText, LeaseId, MissionId, ProjectId};
use mission_control::missions::{Description, FailureClass, FailureReport, Title};
use mission_control::{Done, Executor, LogLevel, Report, Reporter, Work};
use mission_control_executors::{Custody, ProfileError, Profiles};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up on it.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// The keeper as a program of its own, since the test is none.
pub(crate) const KEEPER: &str = env!("CARGO_BIN_EXE_mission-control-keeper");

pub(crate) struct Bench {
    folder: TempDir,
    custody: Custody,
}

/// An attempt that is over.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) outcome: Result<Done, FailureReport>,
    pub(crate) reports: Vec<Report>,
}

/// An attempt under way.
pub(crate) struct Running {
    pub(crate) task: JoinHandle<Result<Done, FailureReport>>,
    pub(crate) stop: CancellationToken,
    pub(crate) inbox: mpsc::Receiver<Report>,
}

impl Bench {
    /// Whose programs have a keeper, as those of the binaries do.
    pub(crate) fn new() -> Self {
        Self::with(Custody::new().kept_by(KEEPER))
    }

    /// Whose programs have none.
    pub(crate) fn loose() -> Self {
        Self::with(Custody::new())
    }

    /// One of each sort.
    pub(crate) fn each() -> [Self; 2] {
        [Self::new(), Self::loose()]
    }

    /// Whose programs are held like this.
    pub(crate) fn with(custody: Custody) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), custody }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Loads a profile file with this text.
    pub(crate) fn load(&self, file: &str) -> Result<Vec<Arc<dyn Executor>>, ProfileError> {
        let path = self.folder().join("profiles.toml");
        std::fs::write(&path, file).unwrap();
        Profiles::load(&path, &self.custody)
    }

    /// The executor of a profile `probe` whose table has this text.
    pub(crate) fn probe(&self, table: &str) -> Arc<dyn Executor> {
        let executors = self.load(&format!("[profiles.probe]\n{table}")).unwrap();
        executors.into_iter().find(|executor| executor.kind().as_str() == "probe").unwrap()
    }

    /// The executor of a profile that runs a script in the bench's folder, with `more` keys.
    pub(crate) fn script(&self, script: &str, more: &str) -> Arc<dyn Executor> {
        // TOML's literal strings leave everything alone; braces would be placeholders.
        let script = script.replace('{', "{{").replace('}', "}}");
        let folder = self.folder().display();
        self.probe(&format!("command = ['sh', '-c', '''{script}''']\nworkdir = '{folder}'\n{more}"))
    }

    /// Runs a mission without input by this script.
    pub(crate) async fn run_script(&self, script: &str) -> Attempt {
        run(&*self.script(script, ""), work("probe")).await
    }
}

/// An attempt at a mission of this kind.
pub(crate) fn work(kind: &str) -> Work {
    Work {
        mission: MissionId::new(uuid::Uuid::from_u128(fresh_id())),
        project: ProjectId::default_project(),
        lease: LeaseId::new(7),
        attempt: 2,
        kind: kind.parse().unwrap(),
        title: Title::parse("Count the words").unwrap(),
        description: Description::parse("all of them").unwrap(),
        input: None,
        metadata: JsonText::empty_object(),
        dependencies: Vec::new(),
        dependencies_omitted: Vec::new(),
        timeout: None,
        document: r#"{"title":"Count the words"}"#.into(),
    }
}

/// The same with an input.
pub(crate) fn work_on(kind: &str, input: &str) -> Work {
    Work { input: Some(JsonText::from_checked(input).unwrap()), ..work(kind) }
}

/// Another id for each attempt, so that tests do not sweep up each other's programs.
fn fresh_id() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(1);
    (u128::from(std::process::id()) << 64) | u128::from(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Runs one attempt to its end.
pub(crate) async fn run(executor: &dyn Executor, work: Work) -> Attempt {
    let (reporter, mut inbox) = Reporter::channel();
    let listen = async {
        let mut reports = Vec::new();
        while let Some(report) = inbox.recv().await {
            reports.push(report);
        }
        reports
    };
    let attempt =
        async { tokio::join!(executor.run(work, reporter, CancellationToken::new()), listen) };
    let (outcome, reports) = tokio::time::timeout(LONG, attempt).await.expect("ends in time");
    Attempt { outcome, reports }
}

/// Begins one attempt.
pub(crate) fn begin(executor: Arc<dyn Executor>, work: Work) -> Running {
    let (reporter, inbox) = Reporter::channel();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let task = tokio::spawn(async move { executor.run(work, reporter, stopped).await });
    Running { task, stop, inbox }
}

impl Running {
    /// The next line of output.
    pub(crate) async fn line(&mut self) -> String {
        loop {
            let report =
                tokio::time::timeout(LONG, self.inbox.recv()).await.expect("says something");
            if let Report::Log { text, .. } = report.expect("is still running") {
                return text;
            }
        }
    }
}

impl Attempt {
    /// All log lines with their level.
    pub(crate) fn log(&self) -> Vec<(LogLevel, &str)> {
        let line = |report| match report {
            &Report::Log { level, ref text } => Some((level, text.as_str())),
            Report::Progress { .. } | Report::Usage(_) => None,
        };
        self.reports.iter().filter_map(line).collect()
    }

    /// The log lines of one level.
    pub(crate) fn lines(&self, wanted: LogLevel) -> Vec<&str> {
        self.log().into_iter().filter(|(level, _)| *level == wanted).map(|(_, text)| text).collect()
    }

    #[track_caller]
    pub(crate) fn result(&self) -> &str {
        let done = self.outcome.as_ref().expect("succeeds");
        done.result.as_ref().expect("has a result").as_str()
    }

    /// Class and message of the failure.
    #[track_caller]
    pub(crate) fn failure(&self) -> (FailureClass, &str) {
        let failure = &self.outcome.as_ref().expect_err("fails").failure;
        (failure.class, failure.message.as_str())
    }
}

/// Whether a process does anything any more.
pub(crate) fn is_alive(pid: &str) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // "pid (name) state …": one that is only waiting to be reaped is dead.
    let state = stat.rsplit_once(") ").unwrap().1.chars().next().unwrap();
    !matches!(state, 'Z' | 'X')
}

/// Waits until a process is gone.
pub(crate) async fn gone(pid: &str) {
    eventually(&format!("process {pid} is gone"), || !is_alive(pid)).await;
}

/// Waits until something holds that gives no signal.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let over = tokio::time::Instant::now() + LONG;
    while !holds() {
        assert!(tokio::time::Instant::now() < over, "still not so: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
