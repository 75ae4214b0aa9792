//! An agent that speaks plain HTTP.

use anyhow::{Context, Result};
use http::StatusCode;
use serde_json::{Value, json};

use super::ground::{insist, text};
use crate::http::{Client, Reply};

/// What an agent holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Which mission.
    pub(super) mission: String,
    /// Under which lease.
    pub(super) lease: i64,
}

/// An agent that is registered, as a client of one server; it may speak to others too.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) door: Client,
    path: String,
}

impl Agent {
    /// Registers with room for so many missions.
    pub(super) async fn register(door: &Client, name: &str, room: usize) -> Result<Self> {
        let body = json!({"name": name, "type": "worker", "max_concurrent": room});
        let reply = insist(door, "/api/agents", &body).await?;
        let path = format!("/api/agents/{}", text(&reply.json()?["agent"]["id"])?);
        Ok(Self { door: door.clone(), path })
    }

    /// Whatever it is answered when it asks once.
    pub(super) async fn ask(&self, what: &str, body: &Value) -> Result<Reply> {
        self.door.post(&format!("{}/{what}", self.path), body).await
    }

    /// What it is given for this claim.
    pub(super) async fn claim(&self, want: &Value) -> Result<Vec<Held>> {
        let path = format!("{}/claim", self.path);
        let got = insist(&self.door, &path, want).await?.expect(StatusCode::OK)?;
        let missions = got["missions"].as_array().context("missions")?;
        let held = missions.iter().map(|claimed| {
            let lease = claimed["lease_id"].as_i64().context("a lease")?;
            Ok(Held { mission: text(&claimed["mission"]["id"])?, lease })
        });
        held.collect()
    }

    /// Renews leases at a server; the answer as it is.
    pub(super) async fn renew(&self, door: &Client, held: &[Held]) -> Result<Value> {
        let running: Vec<Value> = held.iter().map(Held::named).collect();
        let (path, body) = (format!("{}/heartbeat", self.path), json!({"running": running}));
        insist(door, &path, &body).await?.expect(StatusCode::OK)
    }

    /// Tells that missions are completed; the outcomes in their order.
    pub(super) async fn complete_all(&self, held: &[Held]) -> Result<Vec<Value>> {
        let reports = held.iter().map(|held| {
            let mut report = held.named();
            report["kind"] = json!("complete");
            report
        });
        let body = json!({"reports": reports.collect::<Vec<_>>()});
        let path = format!("{}/report", self.path);
        let got = insist(&self.door, &path, &body).await?.expect(StatusCode::OK)?;
        Ok(got["outcomes"].as_array().context("outcomes")?.clone())
    }
}

impl Held {
    fn named(&self) -> Value {
        json!({"mission_id": self.mission, "lease_id": self.lease})
    }

    /// Tells a server that it is completed; whatever that answers.
    pub(super) async fn complete(&self, door: &Client, by: &str) -> Result<Reply> {
        let body = json!({"lease_id": self.lease, "result": {"by": by}});
        insist(door, &format!("/api/missions/{}/complete", self.mission), &body).await
    }

    /// The same with an early figure.
    pub(super) async fn progress(&self, door: &Client) -> Result<Reply> {
        let body = json!({"lease_id": self.lease, "progress": 50});
        insist(door, &format!("/api/missions/{}/progress", self.mission), &body).await
    }
}
