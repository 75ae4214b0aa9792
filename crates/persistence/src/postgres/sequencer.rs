//! Gives committed batches their places in the one order of all entries.
//!
//! A place is given after the commit, by whichever process holds the lock for a moment: writers
//! never wait for one another's order, and a transaction that is still open holds nobody up.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::Row;

use super::committer::Context;
use super::link::{FLIGHT_WITHIN, Link};
use super::load::{Columns, sql};
use super::values::{params, store_error};

/// A pass without a nudge, in case another process died between its commit and its pass.
const PASS_EVERY: Duration = Duration::from_millis(250);
/// How often a pass looks at everything, not only at what is new to this process.
const WHOLE_EVERY: Duration = Duration::from_secs(5);
/// How soon a pass is tried again when another process is numbering.
const RETRY: Duration = Duration::from_millis(1);
/// The most batches of one pass.
const BATCHES: i64 = 1_000;
/// Hands that are held this long while storage is away, before it is tried again.
const AWAY: Duration = Duration::from_millis(200);
/// A gap in the ids of batches is looked at for this long; no transaction of ours lives longer.
const GAP_LIVES: Duration = Duration::from_secs(3_600);
/// The most gaps that one pass looks at: the oldest.
const GAPS: usize = 1_000;
/// What stands where the last place of a batch would, in the row that names the floor of a pass.
const NO_PLACE: i64 = 0;

const SETUP: &str = include_str!("../../sql/postgres/sequencer_setup.sql");

/// The door to the sequencer of a process.
pub(super) struct Sequencer {
    context: Context,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    /// Every batch up to here has its place, except those in `gaps`.
    high: i64,
    /// Ids that were not there when later ones were: still open, or never to be.
    gaps: BTreeSet<(i64, Instant)>,
    whole: Option<Instant>,
    head: i64,
}

impl Sequencer {
    pub(super) fn new(context: Context) -> Arc<Self> {
        Arc::new(Self { context, state: Mutex::new(State::default()) })
    }

    /// Passes whenever something was committed here, and from time to time, until the task is
    /// aborted.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            let nudged = self.context.signals.wait_until_grown();
            let _ = tokio::time::timeout(PASS_EVERY, nudged).await;
            if let Err(error) = self.pass().await {
                tracing::warn!(%error, "the journal is not being numbered");
                tokio::time::sleep(AWAY).await;
            }
        }
    }

    /// The last place that this process knows to be given.
    pub(super) fn known_head(&self) -> i64 {
        self.context.signals.head()
    }

    /// Numbers everything that is committed now; returns the last place given.
    pub(super) async fn pass(&self) -> Result<i64, StoreError> {
        let mut state = self.state.lock().await;
        let until = Instant::now() + FLIGHT_WITHIN;
        loop {
            match tokio::time::timeout(FLIGHT_WITHIN, self.attempt(&mut state)).await {
                Ok(Ok(Some(more))) => {
                    self.context.signals.head_is(state.head);
                    if !more {
                        return Ok(state.head);
                    }
                }
                Ok(Ok(None)) if Instant::now() < until => tokio::time::sleep(RETRY).await,
                Ok(Ok(None)) => {
                    return Err(StoreError::Busy("another process is numbering".to_owned()));
                }
                Ok(Err(error)) => {
                    state.link = None;
                    return Err(error);
                }
                Err(_) => {
                    state.link = None;
                    return Err(StoreError::Unavailable("PostgreSQL does not answer".to_owned()));
                }
            }
        }
    }

    /// One transaction: the lock as its own statement, then the numbers, which are drawn from a
    /// snapshot taken after it. None when another process has the lock; whether more is waiting
    /// otherwise.
    async fn attempt(&self, state: &mut State) -> Result<Option<bool>, StoreError> {
        if state.link.as_ref().is_none_or(Link::is_closed) {
            let mut link = Link::connect(&self.context.config, SETUP).await?;
            link.prepare_all(&[sql!("lock_journal"), sql!("number_batches"), sql!("keep_floor")])
                .await?;
            state.link = Some(link);
        }
        let whole = state.whole.is_none_or(|at| at.elapsed() > WHOLE_EVERY);
        let (floor, gaps) = state.look_from(whole);
        let tell_work = self.context.signals.take_work_to_tell();
        let Some(link) = &mut state.link else { return Ok(None) };
        let mut answers = Vec::new();
        let opening = [("BEGIN", Vec::new()), (sql!("lock_journal"), Vec::new())];
        link.flight(&opening, &mut answers).await.map_err(|error| store_error(&error))?;
        let locked = answers[1].first().map(|row| Columns::of(row).take::<bool>()).transpose()?;
        if locked != Some(true) {
            link.client.batch_execute("ROLLBACK").await.map_err(|error| store_error(&error))?;
            if tell_work {
                self.context.signals.tell_work_again();
            }
            return Ok(None);
        }
        let mut answers = Vec::new();
        let mut numbering =
            vec![(sql!("number_batches"), params![floor, gaps, BATCHES, tell_work])];
        if whole && floor > 0 {
            numbering.push((sql!("keep_floor"), params![floor]));
        }
        numbering.push(("COMMIT", Vec::new()));
        link.flight(&numbering, &mut answers).await.map_err(|error| store_error(&error))?;
        if whole {
            state.whole = Some(Instant::now());
        }
        state.learn(&answers[0]).map(Some)
    }
}

impl State {
    /// From which id a pass looks, and at which earlier ones.
    fn look_from(&mut self, whole: bool) -> (i64, Vec<i64>) {
        self.gaps.retain(|(_, since)| since.elapsed() < GAP_LIVES);
        if whole {
            let first = self.gaps.first().map_or(self.high, |(id, _)| id - 1);
            // The first pass of a process begins where the last process is known to have been.
            return (if self.whole.is_none() { 0 } else { first }, Vec::new());
        }
        (self.high, self.gaps.iter().map(|(id, _)| *id).take(GAPS).collect())
    }

    /// Takes in what a pass has seen: rows of (batch, last place of it), whoever numbered it, in the
    /// order of the batches, among them the floor that it looked from; then the head.
    fn learn(&mut self, rows: &[Row]) -> Result<bool, StoreError> {
        let mut numbered = 0;
        for row in rows {
            let mut columns = Columns::of(row);
            let batch: Option<i64> = columns.take()?;
            let last: i64 = columns.take()?;
            self.head = self.head.max(last);
            let Some(batch) = batch else { continue };
            if last == NO_PLACE {
                self.high = self.high.max(batch);
                continue;
            }
            numbered += 1;
            if batch > self.high {
                let now = Instant::now();
                self.gaps.extend((self.high + 1..batch).map(|id| (id, now)));
                self.high = batch;
            } else {
                self.gaps.retain(|(id, _)| *id != batch);
            }
        }
        Ok(numbered >= BATCHES)
    }
}
