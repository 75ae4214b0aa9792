//! One attempt, from its assignment to its last word.

use std::any::Any;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use mission_control_missions::{ErrorText, Failure, FailureClass, FailureReport, UsageReport};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, info_span};

use super::delivery::deliver;
use super::desk::{Desk, count};
use super::held::Lease;
use super::relay::{Relay, later};
use super::source::WorkReport;
use crate::executor::{Done, Executor, Reporter, Work};

/// How long an executor that was told to stop may take before its task is dropped.
const STOP_WITHIN: Duration = Duration::from_secs(3);

type Execution = JoinHandle<Result<Done, FailureReport>>;

/// An attempt that this worker performs.
pub(super) struct Attempt {
    pub(super) desk: Arc<Desk>,
    pub(super) executor: Option<Arc<dyn Executor>>,
    pub(super) work: Work,
    pub(super) lease: Lease,
    /// The worker's time is over: give the attempt back.
    pub(super) release: CancellationToken,
}

/// Why an attempt is over.
enum End {
    /// The executor has returned.
    Returned(Result<Result<Done, FailureReport>, JoinError>, UsageReport),
    /// The lease is over, revoked, or cannot be trusted any more.
    LeaseOver,
    /// It ran for longer than it may.
    TimedOut,
    /// The worker drains.
    Released,
}

impl Attempt {
    /// Performs it and reports its end. Nothing that it started is left behind, except what an
    /// executor does that neither stops nor waits for anything.
    pub(super) async fn run(self) {
        let span = info_span!("attempt", mission = %self.work.mission, lease = %self.work.lease);
        self.perform().instrument(span).await;
    }

    async fn perform(self) {
        let Some(executor) = self.executor.clone() else {
            let message = format!("this worker has no executor for {}", self.work.kind);
            self.finish(failed(FailureClass::Unknown, &message), UsageReport::default()).await;
            return;
        };
        let stop = CancellationToken::new();
        let (reporter, inbox) = Reporter::channel();
        let (work, told) = (self.work.clone(), stop.clone());
        let mut execution: Execution =
            tokio::spawn(async move { executor.run(work, reporter, told).await });
        let ended = CancellationToken::new();
        let relay = Relay::new(&self.desk, &self.lease).run(inbox, ended.clone());
        let end = self.watch(&mut execution, relay, &ended).await;
        if !matches!(end, End::Returned(..)) {
            stop.cancel();
            wind_up(execution).await;
        }
        match end {
            End::Returned(outcome, usage) => match outcome {
                Ok(Ok(mut done)) => {
                    done.usage = later(done.usage, usage);
                    self.complete(done).await;
                }
                Ok(Err(report)) => self.finish(report, usage).await,
                Err(error) => self.finish(crashed(error), usage).await,
            },
            End::LeaseOver => {
                info!("the lease is over: stopped");
                count(&self.desk.counts.lost);
            }
            End::TimedOut => {
                let report = failed(FailureClass::TimedOut, "ran longer than its timeout");
                self.finish(report, UsageReport::default()).await;
            }
            End::Released => self.give_back().await,
        }
    }

    /// Waits for whatever ends the attempt first; while the executor's last lines are sent, the
    /// lease alone can.
    async fn watch(
        &self,
        execution: &mut Execution,
        relay: impl Future<Output = UsageReport>,
        ended: &CancellationToken,
    ) -> End {
        let mut relay = pin!(relay);
        let mut said = None;
        let mut over = pin!(self.lease.over());
        let mut too_long = pin!(async {
            match self.work.timeout {
                Some(timeout) => sleep(timeout).await,
                None => pending().await,
            }
        });
        let outcome = loop {
            tokio::select! {
                biased;
                () = &mut over => return End::LeaseOver,
                outcome = &mut *execution => break outcome,
                () = &mut too_long => return End::TimedOut,
                () = self.release.cancelled() => return End::Released,
                usage = &mut relay, if said.is_none() => said = Some(usage),
            }
        };
        ended.cancel();
        let usage = match said {
            Some(usage) => usage,
            None => tokio::select! {
                usage = &mut relay => usage,
                () = &mut over => return End::LeaseOver,
                // What the work came to weighs more than its last lines.
                () = self.out_of_time() => UsageReport::default(),
            },
        };
        End::Returned(outcome, usage)
    }

    async fn out_of_time(&self) {
        self.release.cancelled().await;
        sleep(LAST_LINES_WITHIN).await;
    }

    async fn complete(&self, done: Done) {
        if self.deliver(WorkReport::Completed(done)).await {
            count(&self.desk.counts.completed);
        }
    }

    async fn finish(&self, report: FailureReport, usage: UsageReport) {
        info!(class = %report.failure.class, message = %report.failure.message, "failed");
        if self.deliver(WorkReport::Failed { report, usage }).await {
            count(&self.desk.counts.failed);
        }
    }

    async fn give_back(&self) {
        if self.deliver(WorkReport::Released).await {
            count(&self.desk.counts.released);
        }
    }

    async fn deliver(&self, report: WorkReport) -> bool {
        let taken = deliver(&self.desk, &self.lease, report, &self.release).await;
        if !taken {
            count(&self.desk.counts.lost);
        }
        taken
    }
}

/// How long a worker that ends goes on storing the lines of an attempt that has returned.
const LAST_LINES_WITHIN: Duration = Duration::from_secs(1);

/// Waits for an executor that was told to stop, then drops its task.
async fn wind_up(mut execution: Execution) {
    if timeout(STOP_WITHIN, &mut execution).await.is_ok() {
        return;
    }
    error!(seconds = STOP_WITHIN.as_secs(), "the executor did not stop; dropping it");
    execution.abort();
    // One that never waits for anything cannot be dropped either; it is not waited for for ever.
    let _ = timeout(STOP_WITHIN, execution).await;
}

fn crashed(error: JoinError) -> FailureReport {
    let message = match error.try_into_panic() {
        Ok(panic) => format!("the executor panicked: {}", words_of(&*panic)),
        Err(_) => "the executor was dropped by the runtime".to_owned(),
    };
    failed(FailureClass::Crashed, &message)
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

fn failed(class: FailureClass, message: &str) -> FailureReport {
    let failure = Failure { class, message: ErrorText::cleaned(message) };
    FailureReport { failure, retryable: None, retry_after: None }
}
