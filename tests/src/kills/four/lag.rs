//! How long a change takes from the server that takes it to a viewer at the other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::super::arena::text;
use super::crew::Crew;
use crate::http::Client;
use crate::live::{LiveSocket, Said};

/// What is done to each mission behind its creation, and what a viewer sees then.
const CHANGES: [(&str, &str); 3] = [
    ("start", "mission_started"),
    ("progress", "mission_progressed"),
    ("complete", "mission_completed"),
];

/// Without a frame for so long a socket is at rest: the next change, and some that follow right
/// behind it, go out at once.
const AT_REST: Duration = Duration::from_millis(150);

/// From each request that was sent to the frame that shows what it did.
#[derive(Clone, Debug, Default)]
pub struct Lags {
    /// Of missions that were created while the socket was at rest.
    pub created: Vec<Duration>,
    /// Of what happened to them afterwards, one change right behind the other.
    pub changed: Vec<Duration>,
}

/// Creates `missions` at one server and changes them, one after the other, while a viewer watches at
/// the other server; half of them the other way round.
///
/// # Errors
/// When something is refused, or not seen within a minute.
pub async fn run(missions: usize) -> Result<Lags> {
    let crew = Crew::open().await?;
    let doors = crew.doors().map(|door| door.borrow().clone());
    let mut lags = Lags::default();
    for (here, count) in [(0, missions.div_ceil(2)), (1, missions / 2)] {
        let mut socket = LiveSocket::open(&doors[1 - here], "topics=missions").await?;
        socket.entries(0).await?;
        for n in 0..count {
            lags.measure(&doors[here], &mut socket, n).await?;
        }
    }
    Ok(lags)
}

impl Lags {
    async fn measure(&mut self, here: &Client, there: &mut LiveSocket, n: usize) -> Result<()> {
        let body = json!({"title": format!("seen {n}"), "kind": "external"});
        while let Ok(said) = timeout(AT_REST, there.next()).await {
            said?;
        }
        let sent = Instant::now();
        // At the same time: a frame may well be there before the answer is.
        let (made, seen) = tokio::join!(
            here.post("/api/missions", &body),
            sight_of(there, "mission_created", None),
        );
        self.created.push(seen?.duration_since(sent));
        let id = text(&made?.expect(StatusCode::CREATED)?["mission_id"])?;
        for (act, event) in CHANGES {
            let path = format!("/api/missions/{id}/{act}");
            let body = if act == "progress" { json!({"progress": 50}) } else { json!({}) };
            let sent = Instant::now();
            let (told, seen) =
                tokio::join!(here.post(&path, &body), sight_of(there, event, Some(&id)));
            told?.expect(StatusCode::OK)?;
            self.changed.push(seen?.duration_since(sent));
        }
        Ok(())
    }
}

/// When the next frame came that shows `event`; the only mission on its way is the one meant.
async fn sight_of(socket: &mut LiveSocket, event: &str, mission: Option<&str>) -> Result<Instant> {
    loop {
        let Said::Frame(frame) = socket.next().await? else { bail!("the socket has ended") };
        let now = Instant::now();
        let entries = frame["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_it = |entry: &&Value| {
            entry["type"] == event && mission.is_none_or(|mission| entry["mission"] == mission)
        };
        if entries.iter().any(|entry| is_it(&entry)) {
            return Ok(now);
        }
        if let Some(other) = entries.first() {
            return Err(anyhow::anyhow!("{event} was due")).context(other.to_string());
        }
    }
}
