//! Whether this process can serve, answered from memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::journal::Journal;
use crate::pace::jittered;
use crate::projection::Projection;

/// How often storage is asked; readiness follows it within three seconds.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// A probe that takes longer has failed.
const PROBE_WITHIN: Duration = Duration::from_secs(1);

/// How old what the projection says may be.
const FRESH: Duration = Duration::from_secs(5);

/// What the last probe and the last check have found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Readiness {
    /// Whether storage answered.
    pub storage: bool,
    /// How many entries the projection was behind.
    pub projection_lag: u64,
    /// Whether the projection has everything that was there five seconds ago.
    pub projection_fresh: bool,
    /// Whether the last check found counters that differ from the tables; they were replaced.
    pub drift: bool,
}

/// What is remembered between probes.
struct State {
    storage: bool,
    head: i64,
    removed_until: i64,
    /// The last head that was seen and when; once it is folded, the projection was whole then.
    seen: (i64, Instant),
    whole_at: Instant,
    drift: bool,
}

/// Keeps the readiness.
pub(crate) struct Health {
    journal: Arc<dyn Journal>,
    projection: Arc<Projection>,
    state: Mutex<State>,
}

impl Health {
    /// Ready, as after a projection was loaded up to `head`.
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        projection: Arc<Projection>,
        removed_until: i64,
    ) -> Self {
        let (head, now) = (projection.position(), Instant::now());
        let state = State {
            storage: true,
            head,
            removed_until,
            seen: (head, now),
            whole_at: now,
            drift: false,
        };
        Self { journal, projection, state: Mutex::new(state) }
    }

    pub(crate) fn readiness(&self) -> Readiness {
        let position = self.projection.position();
        let state = self.lock();
        Readiness {
            storage: state.storage,
            projection_lag: u64::try_from(state.head - position).unwrap_or(0),
            projection_fresh: state.whole_at.elapsed() <= FRESH,
            drift: state.drift,
        }
    }

    /// The last place that is known to be given.
    pub(crate) fn known_head(&self) -> i64 {
        self.lock().head.max(self.projection.position())
    }

    /// The last place that retention is known to have removed.
    pub(crate) fn removed_until(&self) -> i64 {
        self.lock().removed_until
    }

    pub(crate) fn set_drift(&self, drift: bool) {
        self.lock().drift = drift;
    }

    /// Probes until `stop`.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(sleep(jittered(PROBE_EVERY))).await.is_some() {
            let probe = timeout(PROBE_WITHIN, self.probe());
            match stop.run_until_cancelled(probe).await {
                None => return,
                Some(Ok(Ok((head, removed)))) => self.answered(head, removed),
                Some(Ok(Err(error))) => self.failed(&error.to_string()),
                Some(Err(_)) => self.failed("no answer within a second"),
            }
        }
    }

    async fn probe(&self) -> Result<(i64, i64), StoreError> {
        let head = self.journal.head().await?;
        Ok((head, self.journal.removed_until().await?))
    }

    fn answered(&self, head: i64, removed_until: i64) {
        let (position, now) = (self.projection.position(), Instant::now());
        let mut state = self.lock();
        if !std::mem::replace(&mut state.storage, true) {
            info!("storage answers again");
        }
        (state.head, state.removed_until) = (head, removed_until);
        if position >= head {
            (state.whole_at, state.seen) = (now, (head, now));
        } else if position >= state.seen.0 {
            (state.whole_at, state.seen) = (state.seen.1, (head, now));
        }
    }

    fn failed(&self, why: &str) {
        if std::mem::take(&mut self.lock().storage) {
            warn!(why, "storage does not answer");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Snapshot;
    use crate::scripted::{ScriptedJournal, Story, project};

    fn health(journal: ScriptedJournal) -> (Arc<Health>, Arc<ScriptedJournal>) {
        let journal = Arc::new(journal);
        let projection = Arc::new(Projection::new(Snapshot::default()));
        let health = Arc::new(Health::new(journal.clone(), projection, 0));
        tokio::spawn(Arc::clone(&health).run(CancellationToken::new()));
        (health, journal)
    }

    /// When the readiness is like this for the first time.
    async fn becomes(health: &Health, like: impl Fn(Readiness) -> bool) -> Duration {
        let (begin, mut tick) = (Instant::now(), tokio::time::interval(PROBE_EVERY / 10));
        while !like(health.readiness()) {
            assert!(begin.elapsed() < Duration::from_mins(1), "still {:?}", health.readiness());
            tick.tick().await;
        }
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn storage_that_does_not_answer_shows_within_three_seconds_and_so_does_its_return() {
        let (health, journal) = health(ScriptedJournal::with_held_heads());
        assert!(health.readiness().storage);
        assert!(becomes(&health, |ready| !ready.storage).await <= Duration::from_secs(3));
        journal.allow_heads(100);
        assert!(becomes(&health, |ready| ready.storage).await <= Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_projection_that_does_not_follow_is_stale_after_five_seconds() {
        let (health, journal) = health(ScriptedJournal::default());
        journal.append(Story::of(1, &project("red")).sequenced(1));
        let stale = becomes(&health, |ready| !ready.projection_fresh).await;
        assert!((5..=7).contains(&stale.as_secs()), "{stale:?}");
        assert_eq!(health.readiness().projection_lag, 1);
        health.projection.fold(&Story::of(1, &project("red")).sequenced(1));
        assert!(becomes(&health, |ready| ready.projection_fresh).await <= Duration::from_secs(2));
    }
}
