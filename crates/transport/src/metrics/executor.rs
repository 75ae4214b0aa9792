//! Attempts, counted around the executors that perform them.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control::missions::{FailureReport, Kind};
use mission_control::{Done, Executor, Reporter, Work};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Metrics;
use super::bounded::Bounded;
use super::registering::{Registering, Shape};

/// From a program that counts words to an agent that works for an hour.
const SECONDS: [f64; 10] = [0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 3_600.0];

/// Which attempts run together.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfKind {
    kind: Arc<str>,
}

/// Which attempts ended together.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Ended {
    kind: Arc<str>,
    outcome: &'static str,
}

/// What is counted of attempts.
pub(super) struct AttemptMetrics {
    running: Family<OfKind, Gauge>,
    ended: Family<Ended, Histogram, fn() -> Histogram>,
    kinds: Bounded,
}

impl AttemptMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let running = Family::<OfKind, Gauge>::default();
        let ended: Family<Ended, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registering.add(
            ("worker_attempts_running", Shape::Gauge),
            &["kind"],
            "Attempts that the workers of this process perform now",
            running.clone(),
        );
        registering.add(
            ("worker_attempt_duration_seconds", Shape::Histogram),
            &["kind", "outcome"],
            "Attempts that the workers of this process performed: completed, the class of the \
             failure, or stopped",
            ended.clone(),
        );
        Self { running, ended, kinds: Bounded::default() }
    }
}

/// Performs what the executor performs that it is around, and counts.
pub struct MeasuredExecutor {
    inner: Arc<dyn Executor>,
    metrics: Metrics,
    kind: Arc<str>,
}

impl MeasuredExecutor {
    /// All of them, each with its wrapper.
    #[must_use]
    pub fn all(executors: Vec<Arc<dyn Executor>>, metrics: &Metrics) -> Vec<Arc<dyn Executor>> {
        let measured = |inner: Arc<dyn Executor>| {
            let kind = metrics.0.attempts.kinds.label(inner.kind().as_str());
            let measured = Self { inner, metrics: metrics.clone(), kind };
            Arc::new(measured) as Arc<dyn Executor>
        };
        executors.into_iter().map(measured).collect()
    }
}

#[async_trait]
impl Executor for MeasuredExecutor {
    fn kind(&self) -> &Kind {
        self.inner.kind()
    }

    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        let mut underway = Underway::begin(self);
        let outcome = self.inner.run(work, reporter, stop.clone()).await;
        underway.outcome = match &outcome {
            _ if stop.is_cancelled() => STOPPED,
            Ok(_) => "completed",
            Err(report) => report.failure.class.as_str(),
        };
        outcome
    }
}

/// What is counted for an attempt whose end nobody waits for any more.
const STOPPED: &str = "stopped";

/// An attempt; counted as ended when dropped, however that comes about.
struct Underway<'a> {
    around: &'a MeasuredExecutor,
    started: Instant,
    outcome: &'static str,
}

impl<'a> Underway<'a> {
    fn begin(around: &'a MeasuredExecutor) -> Self {
        let kind = Arc::clone(&around.kind);
        around.metrics.0.attempts.running.get_or_create(&OfKind { kind }).inc();
        Self { around, started: Instant::now(), outcome: STOPPED }
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let attempts = &self.around.metrics.0.attempts;
        let kind = Arc::clone(&self.around.kind);
        let ended = Ended { kind: Arc::clone(&kind), outcome: self.outcome };
        attempts.running.get_or_create(&OfKind { kind }).dec();
        attempts.ended.get_or_create(&ended).observe(self.started.elapsed().as_secs_f64());
    }
}
