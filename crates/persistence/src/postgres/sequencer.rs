//! Gives committed batches their places in the one order of all entries.
//!
//! A place is given after the commit, by whichever process holds the lock for a moment: writers
//! never wait for one another's order, and a transaction that is still open holds nobody up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::committer::Context;
use super::link::{FLIGHT_WITHIN, Link};
use super::load::{Columns, sql};
use super::values::{params, store_error};

/// A pass without a nudge, in case another process died between its commit and its pass, and in
/// case nothing is heard of what others have numbered: a reader waits for a second at most.
const PASS_EVERY: Duration = Duration::from_millis(750);
/// How often a pass looks at everything, not only at what is new to this process.
const WHOLE_EVERY: Duration = Duration::from_secs(5);
/// The most batches of one pass.
const BATCHES: i64 = 1_000;
/// Hands that are held this long while storage is away, before it is tried again.
const AWAY: Duration = Duration::from_millis(200);
/// A gap in the ids of batches is looked at for this long, and for as long as any transaction lives
/// that was under way when the gap was seen: whoever drew that id is one of those, or was just about
/// to be given the number of its transaction.
const GAP_LIVES: Duration = Duration::from_secs(60);
/// The most gaps that one pass looks at: the oldest.
const GAPS: usize = 1_000;
/// The column that says which transactions had begun.
const BEGUN_UNTIL: usize = 3;
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
    gaps: BTreeMap<i64, Gap>,
    whole: Option<Instant>,
    head: i64,
}

/// Since when an id is missed.
#[derive(Clone, Copy)]
struct Gap {
    since: Instant,
    /// Every transaction that may have drawn it has a number below this one.
    begun_until: i64,
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

    /// Waits until this process knows a place after `seq` to be given.
    pub(super) async fn wait_past(&self, seq: i64) {
        self.context.signals.wait_past(seq).await;
    }

    /// Where batches without a place may be: behind this id, and among these.
    pub(super) async fn unresolved(&self) -> (i64, Vec<i64>) {
        let state = self.state.lock().await;
        (state.high, state.gaps.keys().copied().collect())
    }

    /// Numbers everything that is committed now; returns the last place given.
    pub(super) async fn pass(&self) -> Result<i64, StoreError> {
        let until = Instant::now() + FLIGHT_WITHIN;
        let away = || StoreError::Unavailable("PostgreSQL does not answer".to_owned());
        let mut state = timeout_at(until, self.state.lock()).await.map_err(|_| away())?;
        loop {
            match timeout_at(until, self.attempt(&mut state)).await {
                Ok(Ok(Some(more))) => {
                    self.context.signals.head_is(state.head);
                    if !more {
                        return Ok(state.head);
                    }
                }
                Ok(Ok(None)) if Instant::now() < until => {}
                Ok(Ok(None)) => {
                    return Err(StoreError::Busy("another process is numbering".to_owned()));
                }
                Ok(Err(error)) => {
                    state.link = None;
                    return Err(error);
                }
                Err(_) => {
                    state.link = None;
                    return Err(away());
                }
            }
        }
    }

    /// One transaction in one flight: the lock as its own statement, then the numbers, which are
    /// drawn from a snapshot taken after it. None when other processes kept the lock for too long;
    /// whether more is waiting otherwise.
    ///
    /// Everything is on its way before the first answer is awaited, so the lock is held for as long
    /// as the database takes, whatever happens to this process meanwhile.
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
        let numbering = params![floor, gaps.clone(), BATCHES, tell_work];
        let mut calls = vec![
            ("BEGIN", Vec::new()),
            (sql!("lock_journal"), Vec::new()),
            (sql!("number_batches"), numbering),
        ];
        if whole && floor > 0 {
            calls.push((sql!("keep_floor"), params![floor]));
        }
        calls.push(("COMMIT", Vec::new()));
        let mut answers = Vec::new();
        if let Err(error) = link.flight(&calls, &mut answers).await {
            if tell_work {
                self.context.signals.tell_work_again();
            }
            let busy = error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
            return if busy { Ok(None) } else { Err(store_error(&error)) };
        }
        if whole {
            state.whole = Some(Instant::now());
        }
        state.learn(&answers[2], &gaps).map(Some)
    }
}

impl State {
    /// From which id a pass looks, and at which earlier ones.
    fn look_from(&self, whole: bool) -> (i64, Vec<i64>) {
        if whole {
            let first = self.gaps.first_key_value().map_or(self.high, |(id, _)| id - 1);
            // The first pass of a process begins where the last process is known to have been.
            return (if self.whole.is_none() { 0 } else { first }, Vec::new());
        }
        (self.high, self.gaps.keys().copied().take(GAPS).collect())
    }

    /// Takes in what a pass has seen: rows of (batch, last place of it), whoever numbered it, in the
    /// order of the batches, among them the floor that it looked from; then the head, and which
    /// transactions were under way.
    fn learn(&mut self, rows: &[Row], looked_at: &[i64]) -> Result<bool, StoreError> {
        let mut numbered = 0;
        let begun_until: Option<i64> = match rows.last() {
            Some(row) => row.try_get(BEGUN_UNTIL).map_err(|error| store_error(&error))?,
            None => None,
        };
        // A pass that has seen no gap has none to keep.
        let begun_until = begun_until.unwrap_or(i64::MAX);
        for row in rows {
            let mut columns = Columns::of(row);
            let batch: Option<i64> = columns.take()?;
            let last: i64 = columns.take()?;
            self.head = self.head.max(last);
            let Some(batch) = batch else {
                self.forget_gaps(looked_at, columns.take()?, Instant::now());
                continue;
            };
            if last == NO_PLACE {
                self.high = self.high.max(batch);
                continue;
            }
            numbered += 1;
            if batch > self.high {
                let gap = Gap { since: Instant::now(), begun_until };
                self.gaps.extend((self.high + 1..batch).map(|id| (id, gap)));
                self.high = batch;
            } else {
                self.gaps.remove(&batch);
            }
        }
        Ok(numbered >= BATCHES)
    }

    /// Of the ids that a pass has looked at and not found, those will never be there whose
    /// transactions were over when it looked.
    fn forget_gaps(&mut self, looked_at: &[i64], over_until: i64, now: Instant) {
        for id in looked_at {
            let over = |gap: &Gap| {
                gap.begun_until <= over_until && now.duration_since(gap.since) >= GAP_LIVES
            };
            if self.gaps.get(id).is_some_and(over) {
                self.gaps.remove(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transactions that a pass of this story sees: all below the first are over, the second is
    /// the next.
    const OVER_UNTIL: i64 = 100;

    #[test]
    fn a_gap_is_forgotten_when_nobody_can_fill_it_any_more() {
        let since = Instant::now();
        let now = since + GAP_LIVES;
        let gap = |begun_until| Gap { since, begun_until };
        let young = Gap { since: now, begun_until: OVER_UNTIL };
        let gaps = [(1, gap(OVER_UNTIL)), (2, gap(OVER_UNTIL + 1)), (3, young), (4, gap(0))];
        let mut state = State { gaps: gaps.into(), high: 9, ..State::default() };
        state.forget_gaps(&[1, 2, 3], OVER_UNTIL, now);
        let left: Vec<i64> = state.gaps.keys().copied().collect();
        assert_eq!(left, [2, 3, 4], "one may be open, one is new, one was not looked at");
        state.whole = Some(since);
        assert_eq!(state.look_from(true), (1, vec![]), "a whole pass begins before the first gap");
    }
}
