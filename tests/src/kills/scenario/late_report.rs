//! An agent that fell silent reports when its mission is somebody else's.

use std::time::Duration;

use anyhow::{Context, Result};
use http::StatusCode;
use serde_json::{Value, json};

use crate::eventually;
use crate::http::{Client, Reply};

use super::super::arena::{Arena, Engine, LONG, Worker, text};
use super::super::record::Accepted;
use super::{Figures, Size, conclude};

/// How long the silent agent may be silent: the shortest lease there is.
const SHORT: Duration = Duration::from_secs(1);

/// Lets one agent lose its lease to another one, and report then and later still.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(engine: Engine, size: Size) -> Result<Figures> {
    let arena = Arena::open(engine, Worker::Outside).await?;
    let (mut figures, mut accepted) = (Figures::default(), Vec::new());
    let silent = Agent::register(&arena, "silent").await?;
    let next = Agent::register(&arena, "next").await?;
    for round in 0..size.rounds {
        let title = format!("slippery {round}");
        let id = arena.create(&json!({"title": title, "backoff": "none"})).await?;
        accepted.push(Accepted { id: id.clone(), title });
        let old = silent.claim(SHORT).await?.context("the mission is there to be claimed")?;
        let new = eventually("the mission is taken again", LONG, async || {
            let claimed = next.claim(Duration::from_secs(60)).await;
            claimed.map_err(|error| format!("{error:#}"))?.ok_or_else(|| "nothing".to_owned())
        })
        .await;

        figures.late(silent.complete(&id, &old).await?)?;
        figures.late_in_a_list(&silent.report(&id, &old).await?);
        next.complete(&id, &new).await?.expect(StatusCode::OK)?;
        figures.late(silent.complete(&id, &old).await?)?;
        let result = arena.mission(&id).await?["result"].clone();
        if result != next.result() {
            figures.violate(format!("the result of {id} is {result}"));
        }
    }
    conclude(&arena, accepted, &mut figures).await?;
    Ok(figures)
}

impl Figures {
    fn late(&mut self, reply: Reply) -> Result<()> {
        let refused = reply.status == StatusCode::CONFLICT && reply.json()?["code"] == "lease_lost";
        self.late_reports += 1;
        self.late_refused += usize::from(refused);
        if !refused {
            self.violate(format!("a late report: {} {}", reply.status, reply.text()));
        }
        Ok(())
    }

    fn late_in_a_list(&mut self, outcome: &Value) {
        let refused = outcome["ok"] == false && outcome["code"] == "lease_lost";
        self.late_reports += 1;
        self.late_refused += usize::from(refused);
        if !refused {
            self.violate(format!("a late report in a list: {outcome}"));
        }
    }
}

/// An agent that speaks plain HTTP.
struct Agent {
    admin: Client,
    name: &'static str,
    path: String,
}

impl Agent {
    async fn register(arena: &Arena, name: &'static str) -> Result<Self> {
        let admin = arena.admin();
        let got = admin.post("/api/agents", &json!({"name": name, "type": "worker"})).await?;
        let id = text(&got.json()?["agent"]["id"])?;
        Ok(Self { admin, name, path: format!("/api/agents/{id}") })
    }

    /// The lease of the mission that it was given.
    async fn claim(&self, lease: Duration) -> Result<Option<Value>> {
        let want = json!({"wait_seconds": 30, "lease_seconds": lease.as_secs()});
        let got = self.admin.post(&format!("{}/claim", self.path), &want).await?;
        let got = got.expect(StatusCode::OK)?;
        Ok(got["missions"].get(0).map(|claimed| claimed["lease_id"].clone()))
    }

    fn result(&self) -> Value {
        json!({"by": self.name})
    }

    async fn complete(&self, mission: &str, lease: &Value) -> Result<Reply> {
        let body = json!({"lease_id": lease, "result": self.result()});
        self.admin.post(&format!("/api/missions/{mission}/complete"), &body).await
    }

    /// The outcome of a completion among several reports.
    async fn report(&self, mission: &str, lease: &Value) -> Result<Value> {
        let report = json!({
            "mission_id": mission, "lease_id": lease, "kind": "complete", "result": self.result(),
        });
        let body = json!({"reports": [report]});
        let got = self.admin.post(&format!("{}/report", self.path), &body).await?;
        Ok(got.expect(StatusCode::OK)?["outcomes"][0].clone())
    }
}
