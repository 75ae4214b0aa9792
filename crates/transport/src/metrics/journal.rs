//! What the journal says, counted.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use mission_control::kernel::{StoreError, Timestamp};
use mission_control::missions::{Entry, EventKind};
use mission_control::{Feed, JournalEntry, MissionControl, Sequenced};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::sleep;

use super::registering::{Registering, Shape};

/// From a tenth of what a commit takes to a tail that hangs, in seconds.
const LAGS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];

/// From an idle agent to a day in the queue, in seconds.
const WAITS: [f64; 12] =
    [0.001, 0.005, 0.025, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0, 1_800.0, 7_200.0, 86_400.0];

/// From a program that counts words to an agent that works for hours, in seconds.
const DURATIONS: [f64; 10] = [0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0];

/// How long to wait before the journal is read again after trouble with it.
const AGAIN: Duration = Duration::from_secs(1);

/// A dollar in nano-dollars.
const NANOS: f64 = 1e9;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Event {
    event: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// What is counted of the journal.
pub(super) struct JournalMetrics {
    events: Family<Event, Counter>,
    outcomes: Family<Outcome, Counter>,
    agents: Family<Event, Counter>,
    waits: Histogram,
    durations: Histogram,
    tokens: Counter,
    cost: Counter<f64, AtomicU64>,
    lag: Histogram,
}

impl JournalMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let metrics = Self {
            events: Family::default(),
            outcomes: Family::default(),
            agents: Family::default(),
            waits: Histogram::new(WAITS),
            durations: Histogram::new(DURATIONS),
            tokens: Counter::default(),
            cost: Counter::default(),
            lag: Histogram::new(LAGS),
        };
        metrics.register_counters(registering);
        metrics.register_histograms(registering);
        metrics
    }

    fn register_counters(&self, registering: &mut Registering) {
        registering.add(
            ("mission_events", Shape::Counter),
            &["event"],
            "What happened to missions, of the journal: created, started, progressed, completed, \
             failed, requeued, cancelled, retried, discarded, held, approved, edited, settled",
            self.events.clone(),
        );
        registering.add(
            ("attempts_ended", Shape::Counter),
            &["outcome"],
            "Attempts that ended, of the journal: completed, failed, lost (the lease was over), \
             timed_out, snoozed, released, taken_back, cancelled",
            self.outcomes.clone(),
        );
        registering.add(
            ("agent_events", Shape::Counter),
            &["event"],
            "What happened to agents, of the journal: registered, online, offline, draining, \
             disabled, enabled, changed, removed",
            self.agents.clone(),
        );
        registering.add(
            ("tokens", Shape::Counter),
            &[],
            "Tokens that attempts reported, of the journal",
            self.tokens.clone(),
        );
        registering.add(
            ("cost_dollars", Shape::Counter),
            &[],
            "What attempts reported as their cost, of the journal",
            self.cost.clone(),
        );
    }

    fn register_histograms(&self, registering: &mut Registering) {
        registering.add(
            ("mission_wait_seconds", Shape::Histogram),
            &[],
            "From the creation of missions to their first attempts, of the journal",
            self.waits.clone(),
        );
        registering.add(
            ("mission_duration_seconds", Shape::Histogram),
            &[],
            "The last attempts of missions that ended, of the journal",
            self.durations.clone(),
        );
        registering.add(
            ("journal_lag_seconds", Shape::Histogram),
            &[],
            "From the moment that the store dates an entry to the moment that this process has \
             it, taken once a batch",
            self.lag.clone(),
        );
    }

    /// Counts what comes; to be dropped before the mission control stops.
    pub(super) async fn follow(&self, mut feed: Feed, control: &MissionControl) {
        loop {
            match feed.next().await {
                Ok(batch) => self.count(&batch, control.store_now()),
                Err(StoreError::Unavailable(reason)) => {
                    tracing::debug!(reason, "metrics no longer follow the journal from there");
                    sleep(AGAIN).await;
                    feed = control.subscribe();
                }
                Err(error) => {
                    tracing::debug!(%error, "metrics could not read the journal");
                    sleep(AGAIN).await;
                }
            }
        }
    }

    fn count(&self, batch: &Arc<[Sequenced]>, now: Timestamp) {
        for sequenced in batch.iter() {
            match &sequenced.entry {
                JournalEntry::Mission(entry) => self.count_mission(entry),
                JournalEntry::Agent(entry) => {
                    self.agents.get_or_create(&Event { event: entry.event.as_str() }).inc();
                }
                // What was removed had been counted, and counters do not fall.
                JournalEntry::Removal(_) => {}
            }
        }
        if let Some(last) = batch.last() {
            self.lag.observe(now.since(last.entry.at()).as_secs_f64());
        }
    }

    fn count_mission(&self, entry: &Entry) {
        self.events.get_or_create(&Event { event: entry.event.as_str() }).inc();
        if let Some(outcome) = entry.outcome {
            self.outcomes.get_or_create(&Outcome { outcome: outcome.as_str() }).inc();
        }
        if entry.event == EventKind::Started && entry.lease.number() == 1 {
            self.waits.observe(entry.at.since(entry.mission.instant()).as_secs_f64());
        }
        let delta = entry.delta;
        if delta.timed > 0 {
            let micros = u64::try_from(delta.duration_micros).unwrap_or(0);
            self.durations.observe(Duration::from_micros(micros).as_secs_f64());
        }
        // A retry takes nothing back: sums never fall, but one that did must not turn a counter.
        self.tokens.inc_by(u64::try_from(delta.tokens).unwrap_or(0));
        self.cost.inc_by(delta.cost_nanos.max(0) as f64 / NANOS);
    }
}
