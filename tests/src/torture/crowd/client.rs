//! One of the crowd.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use http::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::super::agent::{Agent, Held};
use super::super::findings::Findings;
use super::super::ground::{code_of, text};
use crate::http::{Client as Door, Reply};

/// What nobody may be told, and no log may say.
pub(super) const TROUBLE: [&str; 4] = ["40P01", "40001", "deadlock", "could not serialize"];

/// What says: ask again soon. A machine that is busy with other tests may come to it.
const PUT_OFF: [&str; 3] = ["busy", "storage_unavailable", "outcome_unknown"];

/// What an operation may be refused with where others were faster.
const REFUSALS: [&str; 7] = [
    "invalid_transition",
    "lease_lost",
    "lease_required",
    "not_leased",
    "not_ready",
    "stale_revision",
    "dependency_failed",
];

/// How many missions one operation names at most.
const SOME: usize = 12;

/// Somebody who does one thing after the other.
pub(super) struct Client {
    number: usize,
    door: Door,
    agent: Agent,
    board: Arc<Mutex<Vec<String>>>,
    held: Vec<Held>,
    chance: StdRng,
    findings: Findings,
}

impl Client {
    pub(super) async fn new(
        number: usize,
        door: Door,
        board: Arc<Mutex<Vec<String>>>,
        seed: u64,
    ) -> Result<Self> {
        let agent = Agent::register(&door, &format!("client {number}"), SOME).await?;
        let chance = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
        let (held, findings) = (Vec::new(), Findings::default());
        Ok(Self { number, door, agent, board, held, chance, findings })
    }

    pub(super) async fn run(mut self, operations: usize) -> Result<Findings> {
        for n in 0..operations {
            match self.chance.random_range(0..12) {
                0 => self.bulk("cancel").await?,
                1 | 2 => self.bulk("retry").await?,
                3 => self.bulk("priority").await?,
                4 => self.edit(n).await?,
                5 | 6 => self.claim().await?,
                7 | 8 => self.complete().await?,
                9 | 10 => self.join(n).await?,
                _ => self.start().await?,
            }
            self.findings.count("operations", 1);
        }
        Ok(self.findings)
    }

    async fn bulk(&mut self, action: &str) -> Result<()> {
        let mut body = json!({"action": action, "ids": self.some(SOME)});
        if action == "priority" {
            let priorities = ["low", "medium", "high", "critical"];
            body["priority"] = json!(priorities[self.chance.random_range(0..4)]);
        }
        let reply = self.door.post("/api/missions/bulk", &body).await?;
        self.look_at(&reply);
        if reply.status == StatusCode::OK {
            for outcome in reply.json()?["outcomes"].as_array().into_iter().flatten() {
                self.look_at_item(outcome);
            }
        }
        Ok(())
    }

    async fn edit(&mut self, n: usize) -> Result<()> {
        let path = format!("/api/missions/{}", self.one());
        let body = json!({"title": format!("edited by {} for the {n}th time", self.number)});
        let call = self.door.request(Method::PATCH, &path).header("if-match", "*");
        let reply = call.json(&body).send().await?;
        self.look_at(&reply);
        Ok(())
    }

    async fn claim(&mut self) -> Result<()> {
        if self.held.len() < SOME {
            let want = json!({"max": SOME - self.held.len(), "lease_seconds": 60});
            self.held.extend(self.agent.claim(&want).await?);
        }
        Ok(())
    }

    async fn complete(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            for outcome in self.agent.complete_all(&held).await? {
                self.look_at_item(&outcome);
            }
        }
        Ok(())
    }

    /// A mission that waits for some of the others takes the place of one of them.
    async fn join(&mut self, n: usize) -> Result<()> {
        let title = format!("join {n} of {}", self.number);
        let mut on = self.some(3);
        on.sort_unstable();
        on.dedup();
        let body = json!({"title": title, "depends_on": on, "max_attempts": 100});
        let reply = self.door.post("/api/missions", &body).await?;
        self.look_at(&reply);
        let id = match reply.status {
            StatusCode::CREATED => text(&reply.json()?["mission_id"])?,
            // One of them has just been cancelled: another one, that waits for nothing.
            _ => {
                let reply = self.door.post("/api/missions", &json!({"title": title})).await?;
                self.look_at(&reply);
                text(&reply.expect(StatusCode::CREATED)?["mission_id"])?
            }
        };
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.chance.random_range(0..board.len());
        board[place] = id;
        Ok(())
    }

    async fn start(&mut self) -> Result<()> {
        let id = self.one();
        for what in ["start", "complete"] {
            let reply = self.door.post(&format!("/api/missions/{id}/{what}"), &json!({})).await?;
            self.look_at(&reply);
        }
        Ok(())
    }

    fn one(&mut self) -> String {
        self.some(1).remove(0)
    }

    /// Up to so many of the board, in any order.
    fn some(&mut self, most: usize) -> Vec<String> {
        let board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        let count = self.chance.random_range(1..=most);
        let chosen = (0..count).map(|_| board[self.chance.random_range(0..board.len())].clone());
        chosen.collect()
    }

    fn look_at(&mut self, reply: &Reply) {
        self.look_for_trouble(&reply.text());
        if reply.status.is_success() {
            self.findings.count("done", 1);
            return;
        }
        self.refused(&code_of(reply));
    }

    fn look_at_item(&mut self, item: &Value) {
        self.look_for_trouble(&item.to_string());
        match item["code"].as_str() {
            None => self.findings.count("done", 1),
            Some(code) => self.refused(code),
        }
    }

    fn refused(&mut self, code: &str) {
        if REFUSALS.contains(&code) {
            self.findings.count("refused", 1);
        } else if PUT_OFF.contains(&code) {
            self.findings.count("put_off", 1);
        } else {
            self.findings.violate(format!("an operation was refused with {code}"));
        }
    }

    fn look_for_trouble(&mut self, text: &str) {
        if let Some(word) = TROUBLE.iter().find(|word| text.contains(**word)) {
            self.findings.violate(format!("a client was told {word}: {text}"));
        }
    }
}
