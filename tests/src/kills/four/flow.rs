//! Missions that flow: clients that create them, and how many were performed.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::super::arena::LONG;
use super::super::probe::{self, Probe};
use super::super::record::Accepted;
use super::super::writers::{AGAIN, Trouble, ask};
use super::{Doors, SERVERS, Size};

/// The most missions that wait or run at a time, and the smallest part of all that does: creating
/// goes on while others are performed, nearly up to the end.
const OPEN: usize = 64;
const PART: usize = 4;

/// Between two looks at the ledger.
const LOOK: Duration = Duration::from_millis(50);

/// How many missions were performed, by the ledger of their programs and whatever a server says.
pub(super) struct Pulse {
    performed: watch::Receiver<usize>,
    looking: JoinHandle<()>,
}

impl Pulse {
    pub(super) fn of(probe: Probe) -> Self {
        let (tell, performed) = watch::channel(0);
        let looking = tokio::spawn(async move {
            let mut look = interval(LOOK);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                look.tick().await;
                // The last line may be half there; the next look sees it whole.
                let Ok(lines) = probe.ledger() else { continue };
                let ended = lines.into_iter().filter(|line| !line.begins);
                tell.send_replace(ended.map(|line| line.mission).collect::<HashSet<_>>().len());
            }
        });
        Self { performed, looking }
    }

    pub(super) fn performed(&self) -> watch::Receiver<usize> {
        self.performed.clone()
    }

    /// Waits until so many are performed.
    ///
    /// # Errors
    /// When for long not one more is.
    pub(super) async fn reaches(&self, count: usize) -> Result<()> {
        let mut performed = self.performed();
        loop {
            let now = *performed.borrow();
            if now >= count {
                return Ok(());
            }
            let more = timeout(LONG, performed.wait_for(|performed| *performed > now)).await;
            let more = more.with_context(|| format!("{now} missions of {count} are performed"))?;
            more.context("nobody looks at the ledger")?;
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

/// Clients at work, each at either server.
pub(super) struct Flow {
    writers: JoinSet<Result<(Vec<Accepted>, Trouble)>>,
}

impl Flow {
    pub(super) fn start(size: &Size, doors: &Doors, performed: &watch::Receiver<usize>) -> Self {
        let (mut writers, next) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for name in 0..size.writers {
            let writer = Writer {
                missions: size.missions,
                open: OPEN.min(size.missions / PART).max(1),
                next: Arc::clone(&next),
                doors: doors.clone(),
                performed: performed.clone(),
                // A stream of its own for each; the plan has the seed itself.
                chance: StdRng::seed_from_u64(size.seed.wrapping_add(name as u64 + 1)),
                trouble: Trouble::default(),
            };
            writers.spawn(writer.run());
        }
        Self { writers }
    }

    /// Waits until each mission is accepted.
    pub(super) async fn finish(mut self) -> Result<(Vec<Accepted>, Trouble)> {
        let (mut accepted, mut trouble) = (Vec::new(), Trouble::default());
        while let Some(ended) = self.writers.join_next().await {
            let (his, troubles) = ended??;
            accepted.extend(his);
            trouble = trouble.and(troubles);
        }
        Ok((accepted, trouble))
    }
}

struct Writer {
    missions: usize,
    open: usize,
    next: Arc<AtomicUsize>,
    doors: Doors,
    performed: watch::Receiver<usize>,
    chance: StdRng,
    trouble: Trouble,
}

impl Writer {
    async fn run(mut self) -> Result<(Vec<Accepted>, Trouble)> {
        let mut accepted = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if number >= self.missions {
                ensure!(self.trouble.without_retry_after == 0, "a refusal did not say until when");
                return Ok((accepted, self.trouble));
            }
            let room = self.performed.wait_for(|performed| number < performed + self.open);
            timeout(LONG, room).await.context("nothing is performed")??;
            let title = format!("mission {number}");
            let id = timeout(LONG, self.insist(&title)).await;
            let id = id.with_context(|| format!("{title} was never accepted"))??;
            accepted.push(Accepted { id, title });
        }
    }

    /// Asks one server or the other until it is answered with 201.
    async fn insist(&mut self, title: &str) -> Result<String> {
        let mut body = probe::mission(title);
        // One that was lost waits for nothing but the end of its lease.
        body["backoff"] = json!("none");
        let mut again = interval(AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            let door = self.doors[self.chance.random_range(0..SERVERS)].borrow().clone();
            if let Some(id) = ask(&door, title, &body, &mut self.trouble).await? {
                return Ok(id);
            }
        }
    }
}
