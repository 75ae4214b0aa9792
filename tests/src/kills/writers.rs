//! Clients that ask again until each of their missions is accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::http::Client;

use super::arena::{LONG, text};

/// Between two missions of one writer: eight of them stay below what a debug build performs.
const PACE: Duration = Duration::from_millis(200);

/// Between two tries of the same mission.
pub(super) const AGAIN: Duration = Duration::from_millis(100);

/// The most missions of one run, all writers together; a run that needs more goes on too long.
const MOST: usize = 50_000;

/// A mission that was answered with 201.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// Its title, which is its idempotency key as well and belongs to no other.
    pub title: String,
}

/// How requests went that were not accepted at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trouble {
    /// Answered with 503.
    pub(super) refused: u64,
    /// Of those, the ones that did not say when to ask again.
    pub(super) without_retry_after: u64,
    /// Left without an answer: what was asked may have been done.
    pub(super) unanswered: u64,
    /// The longest wait for any answer, or for its failure.
    pub(super) slowest: Duration,
}

/// Writers at work.
#[derive(Debug)]
pub(super) struct Writers {
    accepted: mpsc::Receiver<Accepted>,
    shared: Arc<Shared>,
    tasks: JoinSet<Result<Trouble>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    refused: AtomicU64,
}

impl Writers {
    pub(super) fn start(count: usize, admins: &watch::Receiver<Client>) -> Self {
        let (tell, accepted) = mpsc::channel(MOST);
        let shared = Arc::new(Shared::default());
        let mut tasks = JoinSet::new();
        for name in 0..count {
            let (shared, tell) = (Arc::clone(&shared), tell.clone());
            let writer =
                Writer { name, admins: admins.clone(), shared, trouble: Trouble::default() };
            tasks.spawn(writer.run(tell));
        }
        Self { accepted, shared, tasks }
    }

    /// What was accepted and not taken yet, without waiting.
    pub(super) fn so_far(&mut self) -> Vec<Accepted> {
        std::iter::from_fn(|| self.accepted.try_recv().ok()).collect()
    }

    /// The next one that is accepted.
    pub(super) async fn next(&mut self) -> Result<Accepted> {
        let next = timeout(LONG, self.accepted.recv()).await.context("nothing is accepted")?;
        next.context("no writer is left")
    }

    /// How many requests were refused so far.
    pub(super) fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Lets each writer finish the mission at hand.
    pub(super) async fn stop(mut self) -> Result<(Vec<Accepted>, Trouble)> {
        self.shared.stop.store(true, Ordering::SeqCst);
        let mut all = Trouble::default();
        while let Some(ended) = self.tasks.join_next().await {
            all = all.and(ended??);
        }
        Ok((self.so_far(), all))
    }
}

impl Trouble {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            refused: self.refused + other.refused,
            without_retry_after: self.without_retry_after + other.without_retry_after,
            unanswered: self.unanswered + other.unanswered,
            slowest: self.slowest.max(other.slowest),
        }
    }
}

struct Writer {
    name: usize,
    admins: watch::Receiver<Client>,
    shared: Arc<Shared>,
    trouble: Trouble,
}

impl Writer {
    async fn run(mut self, tell: mpsc::Sender<Accepted>) -> Result<Trouble> {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for number in 0.. {
            pace.tick().await;
            if self.shared.stop.load(Ordering::SeqCst) {
                break;
            }
            let title = format!("writer {}, mission {number}", self.name);
            let id = timeout(LONG, self.insist(&title)).await;
            let id = id.with_context(|| format!("{title} was never accepted"))??;
            ensure!(tell.try_send(Accepted { id, title }).is_ok(), "more than {MOST} missions");
        }
        Ok(self.trouble)
    }

    /// Asks until it is answered with 201. The key makes asking twice the same as asking once.
    async fn insist(&mut self, title: &str) -> Result<String> {
        let mut again = interval(AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let body = json!({"title": title, "max_attempts": 100});
        loop {
            again.tick().await;
            let (admin, before) = (self.admins.borrow().clone(), self.trouble.refused);
            if let Some(id) = ask(&admin, title, &body, &mut self.trouble).await? {
                return Ok(id);
            }
            self.shared.refused.fetch_add(self.trouble.refused - before, Ordering::SeqCst);
        }
    }
}

/// Asks once for the mission that `body` is, under its title as idempotency key. Gives its id; `None`
/// when to ask again, and the reason to `trouble`.
pub(super) async fn ask(
    admin: &Client,
    title: &str,
    body: &Value,
    trouble: &mut Trouble,
) -> Result<Option<String>> {
    let call = admin.request(Method::POST, "/api/missions").header("idempotency-key", title);
    let sent = Instant::now();
    let answer = call.json(body).send().await;
    trouble.slowest = trouble.slowest.max(sent.elapsed());
    let Ok(reply) = answer else {
        trouble.unanswered += 1;
        return Ok(None);
    };
    match reply.status {
        StatusCode::CREATED => text(&reply.json()?["mission_id"]).map(Some),
        StatusCode::SERVICE_UNAVAILABLE => {
            trouble.refused += 1;
            trouble.without_retry_after += u64::from(reply.header("retry-after").is_none());
            Ok(None)
        }
        status => bail!("{title} was answered with {status}: {}", reply.text()),
    }
}
