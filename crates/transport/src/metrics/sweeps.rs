//! Background work and what else is told of the inside.

use std::time::Duration;

use mission_control::Telemetry;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use super::Metrics;
use super::registering::{Registering, Shape};

/// From a look that finds nothing to a sweep that clears up after an outage, in seconds.
const SECONDS: [f64; 8] = [0.000_5, 0.002, 0.01, 0.05, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Run {
    sweep: &'static str,
    outcome: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Of {
    sweep: &'static str,
}

/// What is counted of background work.
pub(super) struct SweepMetrics {
    runs: Family<Run, Histogram, fn() -> Histogram>,
    done: Family<Of, Counter>,
}

impl SweepMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let runs: Family<Run, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let done = Family::<Of, Counter>::default();
        registering.add(
            ("sweep_duration_seconds", Shape::Histogram),
            &["sweep", "outcome"],
            "Runs of background work: worked, idle when there was nothing to do, or failed",
            runs.clone(),
        );
        registering.add(
            ("sweep_items", Shape::Counter),
            &["sweep"],
            "What background work did: leases, timeouts and missions that were over, follow-ups, \
             agents that fell silent, ticks of schedules, rows removed or noted, checkpoints saved",
            done.clone(),
        );
        Self { runs, done }
    }
}

impl Telemetry for Metrics {
    fn swept(&self, sweep: &'static str, took: Duration, done: Option<u64>) {
        let outcome = match done {
            None => "failed",
            Some(0) => "idle",
            Some(_) => "worked",
        };
        let sweeps = &self.0.sweeps;
        sweeps.runs.get_or_create(&Run { sweep, outcome }).observe(took.as_secs_f64());
        sweeps.done.get_or_create(&Of { sweep }).inc_by(done.unwrap_or(0));
    }

    fn committed(&self, requests: usize, took: Duration) {
        self.0.store.committed(requests, took);
    }

    fn pooled(&self, open: usize, free: usize, waiting: usize) {
        self.0.store.pooled(open, free, waiting);
    }
}
