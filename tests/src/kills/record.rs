//! What a run left behind, read through the API and from the ledger.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::http::Client;

use super::arena::{Arena, text};

pub use super::probe::Line;
pub use super::writers::Accepted;

/// All that is known after a run.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What was answered with 201.
    pub accepted: Vec<Accepted>,
    /// What the list shows.
    pub missions: Vec<Listed>,
    /// The journal from its beginning.
    pub journal: Vec<Entry>,
    /// The leases of attempts, by mission, of those that the ledger speaks of.
    pub attempts: HashMap<String, Vec<i64>>,
    /// What the probe wrote.
    pub ledger: Vec<Line>,
}

/// A mission as the list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: String,
}

/// An entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its place, the same for every reader.
    pub seq: i64,
    /// What it says of a mission; `None` when it is about an agent.
    pub mission: Option<Change>,
}

/// What happened to a mission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which.
    pub id: String,
    /// The number of this entry among those of its mission.
    pub version: i64,
    /// What happened.
    pub event: Event,
    /// The status after it.
    pub to: String,
    /// The fence after it.
    pub lease: i64,
}

/// What an entry tells, as far as the checks ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// An attempt began.
    Began,
    /// The mission ended.
    Ended,
    /// A mission that was over begins anew.
    Again,
    /// Something else.
    Other,
}

impl Record {
    /// Reads everything; nobody may be writing any more.
    pub(super) async fn take(arena: &Arena, accepted: Vec<Accepted>) -> Result<Self> {
        let ledger = arena.probe.ledger()?;
        Self::read(&arena.admin(), arena.origin(), ledger, accepted).await
    }

    /// The same, as `admin` is told it, with the journal from behind the cursor `origin`.
    pub(super) async fn read(
        admin: &Client,
        origin: &str,
        ledger: Vec<Line>,
        accepted: Vec<Accepted>,
    ) -> Result<Self> {
        let mut attempts = HashMap::new();
        for mission in ledger.iter().map(|line| &line.mission).collect::<HashSet<_>>() {
            attempts.insert(mission.clone(), leases(admin, mission).await?);
        }
        // Held, so that nothing follows it in the journal.
        let last = json!({"title": "the last", "held": true});
        let last = admin.post("/api/missions", &last).await?.expect(StatusCode::CREATED)?;
        let last = text(&last["mission_id"])?;
        Ok(Self {
            accepted,
            missions: missions(admin).await?,
            journal: journal(admin, origin, &last).await?,
            attempts,
            ledger,
        })
    }

    /// How often the journal says that an attempt at this mission began.
    pub(super) fn starts(&self, mission: &str) -> usize {
        let changes = self.journal.iter().filter_map(|entry| entry.mission.as_ref());
        changes.filter(|change| change.id == mission && change.event == Event::Began).count()
    }
}

async fn missions(admin: &Client) -> Result<Vec<Listed>> {
    let mut missions = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/missions?limit=200&sort=created_at{cursor}");
        let page = admin.get(&path).await?.expect(StatusCode::OK)?;
        for mission in page["missions"].as_array().context("missions")? {
            missions.push(Listed {
                id: text(&mission["id"])?,
                title: text(&mission["title"])?,
                status: text(&mission["status"])?,
            });
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(missions),
        }
    }
}

async fn leases(admin: &Client, mission: &str) -> Result<Vec<i64>> {
    let got = admin.get(&format!("/api/missions/{mission}/attempts")).await?;
    let got = got.expect(StatusCode::OK)?;
    let attempts = got["attempts"].as_array().context("attempts")?;
    attempts.iter().map(|attempt| number(&attempt["lease_id"])).collect()
}

/// Every entry behind `origin`, up to the one that made the mission `last`.
async fn journal(admin: &Client, origin: &str, last: &str) -> Result<Vec<Entry>> {
    let call = admin.request(Method::GET, "/api/live/stream").header("last-event-id", origin);
    let mut stream = call.events().await?;
    let mut journal = Vec::new();
    loop {
        let event = stream.next().await?.context("the journal goes on to its last mission")?;
        let frame: Value = serde_json::from_str(&event.data)?;
        ensure!(frame["type"] != "resync", "the journal was not whole: {frame}");
        for shape in frame["data"].as_array().into_iter().flatten() {
            journal.push(entry(shape)?);
            if shape["mission"] == last {
                return Ok(journal);
            }
        }
    }
}

/// An entry as the feeds and the lists of events show it.
pub(super) fn entry(shape: &Value) -> Result<Entry> {
    let mission = match shape["mission"].as_str() {
        None => None,
        Some(id) => Some(Change {
            id: id.to_owned(),
            version: number(&shape["id"])?,
            event: event(&text(&shape["type"])?)?,
            to: text(&shape["to"])?,
            lease: number(&shape["lease"])?,
        }),
    };
    Ok(Entry { seq: number(&shape["seq"])?, mission })
}

/// Refuses a word it does not know: a check that looks for the wrong word sees nothing.
fn event(word: &str) -> Result<Event> {
    match word {
        "mission_started" => Ok(Event::Began),
        "mission_completed" | "mission_failed" | "mission_cancelled" => Ok(Event::Ended),
        "mission_retried" => Ok(Event::Again),
        "mission_created" | "mission_progressed" | "mission_requeued" | "mission_held"
        | "mission_settled" | "mission_paused" | "mission_resumed" => Ok(Event::Other),
        other => bail!("{other:?} happens in no scenario"),
    }
}

/// A number, or one that is written as text.
fn number(value: &Value) -> Result<i64> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.with_context(|| format!("{value} is no whole number"))
}
