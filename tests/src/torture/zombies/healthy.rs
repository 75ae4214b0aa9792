//! Missions that take long, whose agent says that it lives.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::super::agent::Agent;
use super::super::ground::{create_all, text};
use super::CLAIM;
use crate::http::Client;

/// Their kind.
pub(super) const KIND: &str = "healthy";

/// A heartbeat comes so often in a lease.
const BEATS: u32 = 4;

/// An agent that renews its leases until it is dropped.
pub(super) struct Healthy {
    beating: JoinHandle<Result<()>>,
}

impl Healthy {
    /// Takes `count` missions, at most a thousand, and keeps them.
    pub(super) async fn begin(doors: &[Client], count: usize, lease: Duration) -> Result<Self> {
        let body = |n| json!({"title": format!("healthy {n}"), "kind": KIND});
        create_all(&doors[0], (0..count).map(body).collect()).await?;
        let agent = Agent::register(&doors[0], "healthy", count).await?;
        let want = json!({
            "max": CLAIM, "kinds": [KIND], "wait_seconds": 10, "lease_seconds": lease.as_secs(),
        });
        let mut held = Vec::new();
        while held.len() < count {
            let more = agent.claim(&want).await?;
            ensure!(!more.is_empty(), "{} of {count} healthy missions were given", held.len());
            held.extend(more);
            // What was given first must not wait for what is given last.
            agent.renew(&doors[0], &held).await?;
        }
        let doors = doors.to_vec();
        let beating = tokio::spawn(async move {
            let mut beat = interval(lease / BEATS);
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for door in doors.iter().cycle() {
                beat.tick().await;
                let heard = agent.renew(door, &held).await?;
                let renewed = heard["leases"].as_array().map_or(0, Vec::len);
                ensure!(renewed == held.len(), "{renewed} of {} healthy leases hold", held.len());
            }
            Ok(())
        });
        Ok(Self { beating })
    }

    /// Whether it has gone on up to now.
    pub(super) fn still_there(&self) -> Result<()> {
        ensure!(!self.beating.is_finished(), "the healthy agent has lost a lease");
        Ok(())
    }
}

impl Drop for Healthy {
    fn drop(&mut self) {
        self.beating.abort();
    }
}

/// Missions of a kind that are no longer in their first attempt.
pub(super) async fn rescued(door: &Client, kind: &str) -> Result<Vec<String>> {
    let mut rescued = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/missions?kind={kind}&limit=200&sort=created_at{cursor}");
        let page = door.get(&path).await?.expect(StatusCode::OK)?;
        for mission in page["missions"].as_array().context("missions")? {
            if mission["status"] != "running" || mission["lease_id"] != 1 {
                rescued.push(text(&mission["id"])?);
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(rescued),
        }
    }
}
