//! The group commit: what waits while one batch commits is the next batch.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use mission_control::Telemetry;
use mission_control_kernel::{Chance, Clock, StoreError};
use mission_control_missions::{Action, Request, Verdict};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Config;

use super::batch::{self, Fate, Lanes, Stop};
use super::lanes::LaneIds;
use super::link::{Link, WRITER_SETUP};
use super::pool::Pool;
use super::signals::Signals;
use super::write;
use crate::batch::bytes_of;

/// Requests that wait before a sender waits too: some tens of batches.
const WAITING: usize = 4_096;
/// The most requests of one batch.
const BATCH: usize = 256;
/// The most missions that one batch creates, and the most bytes that it writes unless one request
/// alone is larger: a flight stays far below the time that it may take.
const BATCH_MISSIONS: usize = 2_000;
const BATCH_BYTES: usize = 1024 * 1024;
/// A request whose mission stays locked for this long is told that it is busy.
const BUSY_AFTER: Duration = Duration::from_secs(2);
/// How soon a batch that found everything locked is tried again.
const RETRY_LOCKED: Duration = Duration::from_millis(1);
/// How often a batch whose transaction was aborted by a lost connection is tried again.
const RETRIES: u32 = 3;

/// Whoever asked is answered within this, whatever the database does: a moment after the flight
/// that carries the request has been given up.
const ANSWER_WITHIN: Duration = Duration::from_millis(4_500);

/// A request and where its answer goes.
pub(super) struct Job {
    pub(super) request: Request,
    reply: oneshot::Sender<Result<Verdict, StoreError>>,
    since: Instant,
    stage: Arc<AtomicU8>,
}

/// It waits: nothing of it has happened.
const WAITS: u8 = 0;
/// It is part of a batch.
const TAKEN: u8 = 1;
/// Whoever asked has had an answer: it must not become part of a batch any more.
const GIVEN_UP: u8 = 2;

impl Job {
    /// Makes it part of a batch, unless nobody waits for it any more.
    fn take(&self) -> bool {
        self.stage.compare_exchange(WAITS, TAKEN, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Nothing of it has happened: it waits again.
    fn put_back(&self) {
        // Where nobody waits any more it stays given up.
        let _ = self.stage.compare_exchange(TAKEN, WAITS, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// The door to the committer.
#[derive(Clone)]
pub(super) struct Committer {
    jobs: mpsc::Sender<Job>,
}

impl Committer {
    /// Starts the committer; it ends when every door to it is gone.
    pub(super) fn start(context: Context) -> Self {
        let (jobs, inbox) = mpsc::channel(WAITING);
        tokio::spawn(Loop { context, inbox, waiting: VecDeque::new(), link: None }.run());
        Self { jobs }
    }

    /// Carries out a request with whatever else waits.
    pub(super) async fn apply(&self, request: Request) -> Result<Verdict, StoreError> {
        let (reply, answer) = oneshot::channel();
        let stage = Arc::new(AtomicU8::new(WAITS));
        let since = Instant::now();
        let job = Job { request, reply, since, stage: Arc::clone(&stage) };
        let asking = async {
            let gone = || StoreError::Unavailable("the store is shutting down".to_owned());
            self.jobs.send(job).await.map_err(|_| gone())?;
            answer.await.map_err(|_| StoreError::OutcomeUnknown)?
        };
        match timeout_at(since + ANSWER_WITHIN, asking).await {
            Ok(answer) => answer,
            Err(_) if stage.swap(GIVEN_UP, Ordering::SeqCst) == TAKEN => {
                Err(StoreError::OutcomeUnknown)
            }
            Err(_) => Err(StoreError::Unavailable("PostgreSQL does not answer".to_owned())),
        }
    }
}

/// What every writer of the adapter works with.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) pool: Pool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Fn() -> Chance + Send + Sync>,
    pub(super) telemetry: Arc<dyn Telemetry>,
    pub(super) lanes: LaneIds,
    pub(super) signals: Signals,
}

struct Loop {
    context: Context,
    inbox: mpsc::Receiver<Job>,
    /// In the order of arrival; those that found their mission locked stand in front.
    waiting: VecDeque<Job>,
    link: Option<Link>,
}

impl Loop {
    async fn run(mut self) {
        while self.fill().await {
            let jobs = self.next_batch();
            if jobs.is_empty() {
                continue;
            }
            let asked = jobs.len();
            let deferred = self.carry_out(jobs).await;
            let all_locked = deferred.len() == asked;
            for job in deferred.into_iter().rev() {
                if job.since.elapsed() > BUSY_AFTER {
                    let busy = StoreError::Busy("the mission is held by someone else".to_owned());
                    answer(job, Err(busy));
                } else {
                    job.put_back();
                    self.waiting.push_front(job);
                }
            }
            if all_locked {
                tokio::time::sleep(RETRY_LOCKED).await;
            }
        }
    }

    /// Takes in what has come; waits for the first. False when nobody can send any more.
    async fn fill(&mut self) -> bool {
        if self.waiting.is_empty() {
            match self.inbox.recv().await {
                Some(job) => self.waiting.push_back(job),
                None => return false,
            }
        }
        while self.waiting.len() < BATCH
            && let Ok(job) = self.inbox.try_recv()
        {
            self.waiting.push_back(job);
        }
        true
    }

    fn next_batch(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        let (mut missions, mut bytes) = (0, 0);
        while let Some(job) = self.waiting.front() {
            missions += match &job.request.action {
                Action::Create(missions) | Action::Launch { missions, .. } => missions.len(),
                Action::Command { .. }
                | Action::Selected { .. }
                | Action::Run { .. }
                | Action::Align { .. }
                | Action::Settle { .. } => 1,
            };
            bytes += bytes_of(&job.request.action);
            let full = jobs.len() >= BATCH || missions > BATCH_MISSIONS || bytes > BATCH_BYTES;
            if full && !jobs.is_empty() {
                break;
            }
            jobs.extend(self.waiting.pop_front().filter(Job::take));
        }
        jobs
    }

    /// Carries out a batch and answers it; returns the jobs that must wait for a lock.
    async fn carry_out(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let mut todo = vec![jobs];
        let mut deferred = Vec::new();
        let (mut retries, mut lanes) = (0, Lanes::Late);
        while let Some(jobs) = todo.pop() {
            let started = Instant::now();
            match self.attempt(&jobs, lanes).await {
                Ok(fates) => {
                    self.context.telemetry.committed(jobs.len(), started.elapsed());
                    for (job, fate) in jobs.into_iter().zip(fates) {
                        match fate {
                            Fate::Locked => deferred.push(job),
                            Fate::Verdict(verdict) => answer(job, Ok(verdict)),
                        }
                    }
                }
                // One of them is at fault: halve until it is alone. The earlier half goes first.
                Err(Stop::Refused(_)) if jobs.len() > 1 => {
                    let mut first = jobs;
                    let second = first.split_off(first.len() / 2);
                    todo.push(second);
                    todo.push(first);
                }
                Err(Stop::Aborted) if retries < RETRIES => {
                    retries += 1;
                    self.link = None;
                    todo.push(jobs);
                }
                Err(Stop::LanesGone) if retries < RETRIES => {
                    retries += 1;
                    lanes = Lanes::Held;
                    todo.push(jobs);
                }
                Err(stop) => {
                    let error = self.settle(stop);
                    for job in jobs {
                        answer(job, Err(error.clone()));
                    }
                }
            }
        }
        deferred
    }

    async fn attempt(&mut self, jobs: &[Job], lanes: Lanes) -> Result<Vec<Fate>, Stop> {
        if self.link.as_ref().is_none_or(Link::is_closed) {
            self.link = None;
            let mut link =
                Link::connect(&self.context.config, WRITER_SETUP).await.map_err(Stop::Away)?;
            let statements = [batch::STATEMENTS, write::STATEMENTS].concat();
            link.prepare_all(&statements).await.map_err(Stop::Away)?;
            self.link = Some(link);
        }
        let Some(link) = &mut self.link else {
            return Err(Stop::Away(StoreError::Unavailable("no connection".to_owned())));
        };
        let requests: Vec<&Request> = jobs.iter().map(|job| &job.request).collect();
        let batch = AssertUnwindSafe(batch::carry_out(link, &self.context, &requests, lanes));
        batch.catch_unwind().await.unwrap_or_else(|_| {
            // A panic is a defect of one request: it must not cost the others their store.
            self.link = None;
            Err(Stop::Refused(StoreError::Defect("a request panicked".to_owned())))
        })
    }

    fn settle(&mut self, stop: Stop) -> StoreError {
        match stop {
            Stop::Refused(error) => {
                tracing::error!(%error, "a request was refused by the store alone");
                error
            }
            Stop::Away(error) => {
                self.link = None;
                error
            }
            Stop::LanesGone => StoreError::Busy("the queue is being tidied up".to_owned()),
            Stop::Aborted => {
                self.link = None;
                StoreError::Unavailable("the connection to PostgreSQL was lost".to_owned())
            }
            Stop::Unknown => {
                self.link = None;
                StoreError::OutcomeUnknown
            }
        }
    }
}

fn answer(job: Job, result: Result<Verdict, StoreError>) {
    // Whoever asked may have hung up; what was done stays done.
    let _ = job.reply.send(result);
}
