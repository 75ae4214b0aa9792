//! Somebody who watches everything, whichever server is lost.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use http::StatusCode;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::super::arena::{LONG, text};
use super::super::record::{Entry, entry};
use super::super::writers::AGAIN;
use super::crew::Crew;
use super::{Doors, SERVERS};
use crate::live::{LiveSocket, Said};

/// So often in a row a server says that nothing has happened before it is believed to have nothing
/// more, although the journal has: half a minute, in which any server finds what there is.
const BEATS: usize = 15;

/// Keeps what a viewer draws apart from what writers and the plan draw from the same seed.
const STREAM: u64 = 1 << 32;

/// How a viewer comes back that has lost its server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumption {
    /// It names the cursor of the last frame it has got.
    ByCursor,
    /// It names none, behind something that it cannot have heard of: the gap must be found.
    WithoutCursor,
}

/// What a viewer has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Which viewer.
    pub(super) viewer: usize,
    /// Every entry, as it came.
    pub(super) entries: Vec<Entry>,
    /// From each loss of a server to the greeting of the next one.
    pub(super) resumed: Vec<Duration>,
    /// What a server said instead of going on, in words: one that is killed says nothing.
    pub(super) refusals: Vec<String>,
}

/// Viewers at work.
pub(super) struct Viewers {
    end: watch::Sender<Option<i64>>,
    watching: JoinSet<Result<Seen>>,
}

impl Viewers {
    pub(super) fn open(viewers: impl IntoIterator<Item = Viewer>) -> Self {
        let (end, mut watching) = (watch::Sender::new(None), JoinSet::new());
        for viewer in viewers {
            watching.spawn(viewer.run(end.subscribe()));
        }
        Self { end, watching }
    }

    /// Waits until each has seen the place `end`, or is told that there is nothing more.
    pub(super) async fn finish(mut self, end: i64) -> Result<Vec<Seen>> {
        self.end.send_replace(Some(end));
        let mut seen = Vec::new();
        while let Some(ended) = timeout(LONG, self.watching.join_next()).await? {
            seen.push(ended??);
        }
        seen.sort_by_key(|seen: &Seen| seen.viewer);
        Ok(seen)
    }
}

/// A client of the live socket that outlives its servers.
pub(super) struct Viewer {
    doors: Doors,
    /// Which server it watches at.
    at: usize,
    cursor: String,
    resumption: Resumption,
    chance: StdRng,
    seen: Seen,
}

impl Viewer {
    /// One that begins before everything, at one server or the other by its number.
    pub(super) fn new(viewer: usize, crew: &Crew, resumption: Resumption, seed: u64) -> Self {
        let (at, seen) = (viewer % SERVERS, Seen { viewer, ..Seen::default() });
        let chance = StdRng::seed_from_u64(seed.wrapping_add(STREAM + viewer as u64));
        let cursor = crew.origin().to_owned();
        Self { doors: crew.doors(), at, cursor, resumption, chance, seen }
    }

    async fn run(mut self, mut end: watch::Receiver<Option<i64>>) -> Result<Seen> {
        let mut socket = self.reopen(false).await?;
        loop {
            let lost = match self.watch(&mut socket, &mut end).await? {
                Ended::Over => return Ok(self.seen),
                Ended::Lost => Instant::now(),
            };
            self.at = self.chance.random_range(0..SERVERS);
            socket = self.reopen(true).await?;
            self.seen.resumed.push(lost.elapsed());
        }
    }

    /// Takes what `socket` gives until it is lost or all has come.
    async fn watch(
        &mut self,
        socket: &mut LiveSocket,
        end: &mut watch::Receiver<Option<i64>>,
    ) -> Result<Ended> {
        let mut beats = 0;
        loop {
            let until = *end.borrow_and_update();
            let is_there = |until| self.seen.entries.last().is_some_and(|last| last.seq >= until);
            if until.is_some_and(is_there) || beats >= BEATS {
                return Ok(Ended::Over);
            }
            let said = tokio::select! {
                said = socket.next() => said,
                changed = end.changed() => {
                    changed.context("nobody asks any more")?;
                    continue;
                }
            };
            let frame = match said {
                Ok(Said::Frame(frame)) => frame,
                Ok(Said::Closed(code)) => {
                    self.seen.refusals.push(format!("closed with {code}"));
                    return Ok(Ended::Lost);
                }
                Err(_) => return Ok(Ended::Lost),
            };
            let is_beat = frame["type"] == "beat";
            beats = if is_beat && until.is_some() { beats + 1 } else { 0 };
            self.take(&frame)?;
        }
    }

    fn take(&mut self, frame: &Value) -> Result<()> {
        if frame["type"] == "resync" {
            self.seen.refusals.push(format!("resync: {}", frame["reason"]));
            return Ok(());
        }
        for shape in frame["data"].as_array().into_iter().flatten() {
            self.seen.entries.push(entry(shape)?);
        }
        self.cursor = text(&frame["cursor"])?;
        Ok(())
    }

    /// Asks at its server, and at either where that one is away, until it is greeted.
    async fn reopen(&mut self, again: bool) -> Result<LiveSocket> {
        let asking = async {
            let mut tries = interval(AGAIN);
            tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tries.tick().await;
                if let Ok(socket) = self.open(again).await {
                    return socket;
                }
                self.at = self.chance.random_range(0..SERVERS);
            }
        };
        timeout(LONG, asking).await.context("no server lets a viewer in")
    }

    async fn open(&mut self, again: bool) -> Result<LiveSocket> {
        let door = self.doors[self.at].borrow().clone();
        let query = match self.resumption {
            Resumption::WithoutCursor if again => {
                let name = format!("unheard-{}", self.chance.random::<u64>());
                let body = json!({"name": name, "type": "worker"});
                door.post("/api/agents", &body).await?.expect(StatusCode::CREATED)?;
                String::new()
            }
            _ => format!("cursor={}", self.cursor),
        };
        let mut socket = LiveSocket::open(&door, &query).await?;
        match socket.next().await? {
            Said::Frame(frame) if frame["type"] == "hello" => Ok(socket),
            other => bail!("{other:?} is no greeting"),
        }
    }
}

/// How it ended with one server.
enum Ended {
    Over,
    Lost,
}
