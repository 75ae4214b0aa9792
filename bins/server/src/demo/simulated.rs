//! An executor that plays its missions, through the same door as any other.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control::kernel::{Clock, JsonText, Money};
use mission_control::missions::{
    ErrorText, Failure, FailureClass, FailureReport, Kind, Progress, ProgressMessage, UsageReport,
};
use mission_control::{Done, Executor, LogLevel, Reporter, Work};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::plan::{Ending, Plan};
use super::scenes::Scene;

/// The first line of every simulated attempt.
pub(super) const NOTICE: &str = "This attempt is simulated: no model is called.";

/// How long the provider's quota is said to be used up.
const QUOTA_LASTS: Duration = Duration::from_secs(25);

/// Plays the missions of one scene as their plans say.
pub(super) struct Simulated {
    kind: Kind,
    scene: &'static Scene,
    mishaps: u8,
    clock: Arc<dyn Clock>,
}

/// What becomes of one attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Done,
    Fails(FailureClass),
    Stuck,
}

impl Simulated {
    /// Spoils `mishaps` of a hundred first attempts; `clock` says when a quota is over.
    pub(super) fn new(scene: &'static Scene, mishaps: u8, clock: Arc<dyn Clock>) -> Self {
        let kind = scene.kind.parse().expect("a literal within its bounds");
        Self { kind, scene, mishaps, clock }
    }

    async fn play(&self, work: &Work, reporter: &Reporter) -> Result<Done, FailureReport> {
        let plan = Plan::read(work.input.as_ref())
            .map_err(|reason| self.failure(FailureClass::InvalidInput, &reason))?;
        reporter.log(LogLevel::Info, NOTICE).await;
        reporter.log(LogLevel::Info, work.title.as_str()).await;
        let fate = fate(&plan, work, self.mishaps);
        let steps = self.scene.steps.len();
        // A failure shows itself after two steps, a jam after three.
        let walked = match fate {
            Fate::Done => steps,
            Fate::Fails(FailureClass::InvalidInput) => 1,
            Fate::Fails(_) => 2,
            Fate::Stuck => 3,
        };
        let each = Duration::from_secs(plan.seconds.into()) / self.scene.steps.len() as u32;
        for (index, step) in self.scene.steps.iter().enumerate().take(walked) {
            self.step(step, share(index, steps), reporter).await;
            sleep(each).await;
            reporter.usage(usage(&plan, index + 1, steps)).await;
        }
        match fate {
            Fate::Done => {
                reporter.log(LogLevel::Info, "done").await;
                let result = JsonText::from_checked(self.scene.result).expect("a small literal");
                Ok(Done { result: Some(result), usage: usage(&plan, steps, steps) })
            }
            Fate::Fails(class) => Err(self.fails(class, reporter).await),
            Fate::Stuck => {
                reporter.log(LogLevel::Warn, "waiting for an answer that does not come").await;
                std::future::pending().await
            }
        }
    }

    async fn step(&self, step: &'static str, percent: f64, reporter: &Reporter) {
        let progress = Progress::parse(percent).expect("a share of a hundred");
        reporter.log(LogLevel::Info, step).await;
        reporter.progress(progress, Some(ProgressMessage::cleaned(step))).await;
    }

    async fn fails(&self, class: FailureClass, reporter: &Reporter) -> FailureReport {
        let message = match class {
            FailureClass::Quota => self.scene.quota,
            FailureClass::InvalidInput => self.scene.refusal,
            FailureClass::Crashed => self.scene.crash,
            FailureClass::Transient
            | FailureClass::TimedOut
            | FailureClass::Lost
            | FailureClass::Cancelled
            | FailureClass::Unknown => self.scene.stumble,
        };
        reporter.log(LogLevel::Error, message).await;
        self.failure(class, message)
    }

    fn failure(&self, class: FailureClass, message: &str) -> FailureReport {
        let retry_after =
            (class == FailureClass::Quota).then(|| self.clock.now().plus(QUOTA_LASTS));
        let failure = Failure { class, message: ErrorText::cleaned(message) };
        FailureReport { failure, retryable: None, retry_after }
    }
}

#[async_trait]
impl Executor for Simulated {
    fn kind(&self) -> &Kind {
        &self.kind
    }

    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        match stop.run_until_cancelled(self.play(&work, &reporter)).await {
            Some(outcome) => outcome,
            None => Err(self.failure(FailureClass::Cancelled, "stopped before it was done")),
        }
    }
}

fn fate(plan: &Plan, work: &Work, mishaps: u8) -> Fate {
    let first = work.attempt <= 1;
    match plan.ending {
        Ending::Stumbles if first => Fate::Fails(FailureClass::Transient),
        // A snooze does not use up the attempt, so that the lease alone tells the second try.
        Ending::HitsQuota if work.lease.number() <= 1 => Fate::Fails(FailureClass::Quota),
        Ending::Crashes => Fate::Fails(FailureClass::Crashed),
        Ending::RefusesInput => Fate::Fails(FailureClass::InvalidInput),
        Ending::GetsStuck => Fate::Stuck,
        Ending::Completes if first && plan.luck < mishaps => Fate::Fails(FailureClass::Crashed),
        Ending::Completes | Ending::Stumbles | Ending::HitsQuota => Fate::Done,
    }
}

/// Percent of `steps` that are done.
fn share(done: usize, steps: usize) -> f64 {
    done as f64 / steps as f64 * 100.0
}

/// What the attempt claims to have used after `done` of `steps`.
fn usage(plan: &Plan, done: usize, steps: usize) -> UsageReport {
    let part = |whole: u64| whole * done as u64 / steps as u64;
    let (tokens_in, tokens_out) = (part(plan.tokens_in), part(plan.tokens_out));
    let nanos = (tokens_in + tokens_out) * u64::from(plan.price_per_thousand) / 1_000;
    UsageReport {
        tokens_used: None,
        tokens_in: Some(tokens_in),
        tokens_out: Some(tokens_out),
        cost: i64::try_from(nanos).ok().and_then(Money::from_nanos),
    }
}

#[cfg(test)]
mod tests;
