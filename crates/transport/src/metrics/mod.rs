//! What Prometheus reads at `GET /metrics`.
//!
//! [`Metrics`] holds a handle for everything that is counted as it happens; a count is an atomic
//! addition, an observation one short lock. What can be read when somebody asks is read then
//! (`scrape`): the counters of missions come from the projection, without a look at the store.
//! Counts are taken in wrappers around ports: [`MeasuredAnswer`] around HTTP, [`MeasuredExecutor`]
//! around whatever performs missions, [`MeasuredStore`] around the store, `journal` reads the
//! journal like any other feed, and the mission control tells of its sweeps (`sweeps`).
//!
//! Labels come from closed lists or from the operator's own settings, never from a request: a
//! route is the pattern, a status is its class, and of kinds and projects only so many are told
//! apart (`bounded`).

mod answer;
mod bounded;
mod executor;
mod journal;
mod live;
mod page;
mod process;
mod recent;
mod registering;
mod scrape;
mod store;
mod sweeps;
mod system;
mod workflows;

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use mission_control::MissionControl;
use mission_control::kernel::Timestamp;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use answer::MeasuredAnswer;
pub(crate) use answer::{RateLimited, RoutePattern};
pub use executor::MeasuredExecutor;
pub use live::{LiveMetrics, Viewing};
pub use page::reference;
pub use store::MeasuredStore;
pub(crate) use system::{SystemReading, disk_free};

use crate::http::{Problem, Reply, Request};
use answer::HttpMetrics;
use executor::AttemptMetrics;
use journal::JournalMetrics;
use registering::Registering;
use scrape::Readings;
use store::StoreMetrics;
use sweeps::SweepMetrics;
use system::Processor;

/// What the body is: OpenMetrics 1.0, which Prometheus has read since 2.5.
const TEXT: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// All metrics of one process; clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<All>);

struct All {
    registry: Registry,
    http: HttpMetrics,
    live: LiveMetrics,
    attempts: AttemptMetrics,
    store: StoreMetrics,
    sweeps: SweepMetrics,
    journal: JournalMetrics,
    readings: Readings,
    processor: Processor,
}

impl Metrics {
    /// None counted yet, by the build called `build` in a process that began at `started`.
    #[must_use]
    pub fn new(build: &str, started: Timestamp) -> Self {
        let mut registering = Registering::default();
        let http = HttpMetrics::register(&mut registering);
        let live = LiveMetrics::register(&mut registering);
        let attempts = AttemptMetrics::register(&mut registering);
        let store = StoreMetrics::register(&mut registering);
        let sweeps = SweepMetrics::register(&mut registering);
        let journal = JournalMetrics::register(&mut registering);
        let readings = Readings::register(&mut registering, build, started);
        let registry = registering.finish();
        let processor = Processor::new(Instant::now());
        Self(Arc::new(All {
            registry,
            http,
            live,
            attempts,
            store,
            sweeps,
            journal,
            readings,
            processor,
        }))
    }

    /// Those of live streams, for whoever serves them.
    #[must_use]
    pub fn live(&self) -> &LiveMetrics {
        &self.0.live
    }

    /// Counts what the journal of `control` says, from this call on and for as long as the answer
    /// is polled, until `stop`.
    pub fn follow(
        self,
        control: MissionControl,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + use<> {
        let feed = control.subscribe();
        async move {
            stop.run_until_cancelled(self.0.journal.follow(feed, &control)).await;
        }
    }

    /// Everything, as text.
    ///
    /// # Errors
    /// A defect of the encoder.
    pub fn text(&self, control: &MissionControl) -> Result<String, fmt::Error> {
        self.0.readings.read(control);
        let mut text = String::new();
        text::encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// What the route needs.
pub(crate) struct Exposed {
    metrics: Metrics,
    control: MissionControl,
}

impl Exposed {
    pub(crate) fn new(metrics: &Metrics, control: &MissionControl) -> Self {
        Self { metrics: metrics.clone(), control: control.clone() }
    }
}

/// `GET /metrics`.
pub(crate) async fn expose(area: Arc<Exposed>, _: Request) -> Result<Reply, Problem> {
    let text = area.metrics.text(&area.control).map_err(|_| Problem::internal())?;
    Ok(Reply::bytes(TEXT, text))
}
