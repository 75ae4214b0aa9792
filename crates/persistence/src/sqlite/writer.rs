//! The one writer: what waits while a transaction commits is the next transaction.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mission_control::Telemetry;
use mission_control_kernel::{Chance, Clock, StoreError, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::apply;
use super::checkpoints::Log;
use super::claim::Rotation;
use super::fault::Fault;
use super::inbox::Inbox;
use super::job::{Asked, Job, Turn};
use super::lanes::Lanes;
use super::search::Feeder;
use super::signals::{Effects, Signals};

/// Under load the search index is fed after this many batches, so that it does not fall behind for
/// ever.
const FEED_AFTER: u64 = 16;
/// Without a job for this long the writer is idle and feeds the search index: callers that send one
/// request after the other do not wait for it.
const IDLE_AFTER: Duration = Duration::from_millis(20);

/// The transaction that is open, for those who work in it.
pub(super) struct Tx<'a> {
    pub(super) connection: &'a Connection,
    /// The instant of the whole transaction; no earlier than that of the one before.
    pub(super) now: Timestamp,
    pub(super) chance: &'a (dyn Fn() -> Chance + Send + Sync),
    pub(super) lanes: &'a mut Lanes,
    pub(super) rotation: &'a mut Rotation,
    pub(super) effects: Effects,
}

/// The thread that owns the connection which writes.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) inbox: Arc<Inbox>,
    pub(super) signals: Arc<Signals>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Fn() -> Chance + Send + Sync>,
    pub(super) telemetry: Arc<dyn Telemetry>,
    pub(super) lanes: Lanes,
    pub(super) rotation: Rotation,
    pub(super) log: Log,
    pub(super) feeder: Feeder,
    /// The last place of the journal.
    pub(super) head: i64,
    pub(super) last: Timestamp,
}

/// Why a batch has failed; nothing of it has happened, unless it is `Unknown`.
enum Failed {
    /// One of its jobs cannot be carried out, or nothing can.
    Step(Fault),
    /// The commit itself failed.
    Unknown(rusqlite::Error),
}

impl Writer {
    /// Works until the inbox is closed and empty.
    pub(super) fn run(mut self) {
        let inbox = Arc::clone(&self.inbox);
        // Whatever ends this thread, nobody waits for it any longer.
        let _abandon = AbandonAtEnd(&inbox);
        let (mut batches, mut idle): (u64, bool) = (0, false);
        loop {
            let behind = self.feeder.is_behind(self.head);
            let patience = behind.then_some(if idle { Duration::ZERO } else { IDLE_AFTER });
            let Some(mut jobs) = inbox.take(patience) else { break };
            idle = jobs.is_empty();
            batches += 1;
            while !jobs.is_empty() {
                let later = repeated_keys(&mut jobs);
                self.carry_out(jobs);
                jobs = later;
            }
            if behind && (idle || batches.is_multiple_of(FEED_AFTER)) {
                self.feed();
            }
            self.log.keep_short(&self.connection);
        }
    }

    /// Takes some missions into the index of texts. Where that fails searches stay exact: they look
    /// through what the index has not come to.
    fn feed(&mut self) {
        let fed = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)
            .map_err(Fault::from)
            .and_then(|transaction| {
                let place = self.feeder.step(&transaction)?;
                transaction.commit()?;
                Ok(place)
            });
        match fed {
            Ok(place) => self.feeder.came_to(place),
            Err(fault) => {
                tracing::warn!(%fault, "the search index is not being fed");
                self.feeder.rest(self.head);
            }
        }
    }

    /// Carries out a batch; halves it until a job that cannot be carried out is alone.
    fn carry_out(&mut self, mut jobs: Vec<Job>) {
        let started = Instant::now();
        let error = match self.attempt(&mut jobs) {
            Ok(effects) => {
                self.telemetry.committed(jobs.len(), started.elapsed());
                self.head = effects.head.unwrap_or(self.head);
                self.signals.raise(effects);
                jobs.into_iter().for_each(|job| job.answer(Ok(())));
                return;
            }
            Err(Failed::Unknown(error)) => {
                tracing::error!(%error, jobs = jobs.len(), "a commit failed");
                StoreError::OutcomeUnknown
            }
            Err(Failed::Step(fault)) if jobs.len() > 1 && !fault.is_outage() => {
                let second = jobs.split_off(jobs.len() / 2);
                self.carry_out(jobs);
                return self.carry_out(second);
            }
            Err(Failed::Step(fault)) => {
                tracing::error!(%fault, jobs = jobs.len(), "a write failed");
                fault.into()
            }
        };
        jobs.into_iter().for_each(|job| job.answer(Err(error.clone())));
    }

    fn attempt(&mut self, jobs: &mut [Job]) -> Result<Effects, Failed> {
        // A panic is a defect of one job: it must not cost the others their store.
        let attempted = catch_unwind(AssertUnwindSafe(|| self.transact(jobs)))
            .unwrap_or_else(|_| Err(Failed::Step(Fault::defect("a job panicked"))));
        if attempted.is_err() {
            // Lanes that were interned in it are gone with it.
            self.lanes.forget();
        }
        attempted
    }

    fn transact(&mut self, jobs: &mut [Job]) -> Result<Effects, Failed> {
        let step = |error: rusqlite::Error| Failed::Step(error.into());
        let transaction =
            Transaction::new(&mut self.connection, TransactionBehavior::Immediate).map_err(step)?;
        self.last = self.last.max(self.clock.now());
        let mut tx = Tx {
            connection: &transaction,
            now: self.last,
            chance: &*self.chance,
            lanes: &mut self.lanes,
            rotation: &mut self.rotation,
            effects: Effects::default(),
        };
        work(&mut tx, jobs).map_err(Failed::Step)?;
        let effects = tx.effects;
        transaction.commit().map_err(Failed::Unknown)?;
        Ok(effects)
    }
}

/// Carries out jobs by their turns.
fn work(tx: &mut Tx<'_>, jobs: &mut [Job]) -> Result<(), Fault> {
    tasks(tx, jobs, Turn::Renewal)?;
    tasks(tx, jobs, Turn::Plain)?;
    let mut requests: Vec<&mut Asked> = jobs
        .iter_mut()
        .filter_map(|job| match job {
            Job::Request(asked) => Some(&mut **asked),
            Job::Task(..) => None,
        })
        .collect();
    apply::apply(tx, &mut requests)?;
    tasks(tx, jobs, Turn::Claim)
}

fn tasks(tx: &mut Tx<'_>, jobs: &mut [Job], now: Turn) -> Result<(), Fault> {
    for job in jobs {
        match job {
            Job::Task(turn, task) if *turn == now => task.carry_out(tx)?,
            Job::Task(..) | Job::Request(_) => {}
        }
    }
    Ok(())
}

/// Takes out the requests whose key an earlier one of the same batch has: its answer is there for
/// the next batch.
fn repeated_keys(jobs: &mut Vec<Job>) -> Vec<Job> {
    let mut seen = HashSet::new();
    let is_repeated = |job: &mut Job| match job {
        Job::Request(asked) => asked.request.receipt.as_ref().is_some_and(|receipt| {
            let key = (receipt.project.clone(), receipt.principal.clone(), receipt.key.clone());
            !seen.insert(key)
        }),
        Job::Task(..) => false,
    };
    jobs.extract_if(.., is_repeated).collect()
}

struct AbandonAtEnd<'a>(&'a Inbox);

impl Drop for AbandonAtEnd<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
