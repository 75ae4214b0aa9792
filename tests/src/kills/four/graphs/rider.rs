//! Somebody who launches the run of one graph, asks of it what was drawn, and sees it to its end.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::{Method, StatusCode};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::super::super::arena::{LONG, text};
use super::super::super::probe::Probe;
use super::super::super::writers::AGAIN;
use super::super::{Doors, SERVERS};
use super::draw::{End, Fate, Graph, Wiring, key};
use crate::http::Reply;

/// A run of which nothing changes for so long is stuck.
const STUCK: Duration = Duration::from_secs(60);

/// Who launches one graph.
pub(super) struct Rider {
    pub(super) graph: Graph,
    pub(super) wiring: Wiring,
    pub(super) doors: Doors,
    pub(super) probe: Probe,
    pub(super) chance: StdRng,
}

/// What came of one graph.
#[derive(Clone, Debug)]
pub(super) struct Ridden {
    pub(super) graph: Graph,
    pub(super) run: String,
    /// The missions of its steps.
    pub(super) missions: Vec<String>,
    /// How it stood when it was left.
    pub(super) statuses: Vec<String>,
    /// What was asked of it.
    pub(super) asked: Vec<&'static str>,
    /// Whether it was left because nothing changed any more.
    pub(super) stuck: bool,
    /// What was otherwise than it should be, in words.
    pub(super) unlike: Vec<String>,
}

/// A run as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    state: String,
    pub(super) statuses: Vec<String>,
    missions: Vec<String>,
    attempts: Vec<Option<i64>>,
}

impl Seen {
    /// Reads `GET /api/runs/{id}`.
    pub(super) fn read(graph: &Graph, run: &Value) -> Result<Self> {
        let steps = run["steps"].as_array().context("steps")?;
        let steps: HashMap<&str, &Value> =
            steps.iter().filter_map(|step| Some((step["key"].as_str()?, step))).collect();
        let mut seen = Self {
            state: text(&run["state"])?,
            statuses: Vec::new(),
            missions: Vec::new(),
            attempts: Vec::new(),
        };
        for place in 0..graph.nodes.len() {
            let step = steps.get(&*key(place)).with_context(|| format!("no step {place}"))?;
            seen.statuses.push(text(&step["status"])?);
            seen.missions.push(text(&step["mission_id"])?);
            seen.attempts.push(step["attempt"].as_i64());
        }
        Ok(seen)
    }

    /// How its steps have ended, once all have.
    fn ends(&self) -> Option<Vec<End>> {
        self.statuses.iter().map(|status| End::of(status)).collect()
    }

    fn ended(&self) -> usize {
        self.statuses.iter().filter_map(|status| End::of(status)).count()
    }
}

impl Rider {
    /// Rides to the end, or until nothing changes any more.
    pub(super) async fn ride(mut self) -> Result<Ridden> {
        let body = self.graph.definition(self.wiring);
        self.insist("/api/workflows", &body, "define").await?;
        let path = format!("/api/workflows/{}/runs", self.graph.name);
        let launched = self.insist(&path, &json!({}), "launch").await?;
        let run = text(&launched["run_id"])?;
        let mut ridden = Ridden {
            graph: self.graph.clone(),
            run,
            missions: Vec::new(),
            statuses: Vec::new(),
            asked: Vec::new(),
            stuck: false,
            unlike: Vec::new(),
        };
        let seen = self.go(&mut ridden).await?;
        (ridden.missions, ridden.statuses) = (seen.missions, seen.statuses);
        Ok(ridden)
    }

    async fn go(&mut self, ridden: &mut Ridden) -> Result<Seen> {
        let is_cancelled = self.meddle(ridden).await?;
        let seen = self.until(ridden, |seen| seen.ends().is_some()).await?;
        let Some(ends) = seen.ends() else { return Ok(seen) };
        let planned = self.graph.ends();
        if !is_cancelled && ends != planned {
            ridden.complain("ended otherwise than it must", &planned, &seen);
        }
        let again = self.graph.ends_after_retry(&ends);
        if again == ends || self.wiring == Wiring::WithoutEdges {
            self.check_state(ridden, &ends, &seen);
            return Ok(seen);
        }
        seen.missions.iter().try_for_each(|mission| self.probe.mend(mission))?;
        self.ask(ridden, "retry").await?;
        let seen = self.until(ridden, |seen| seen.ends().as_ref() == Some(&again)).await?;
        if seen.ends().as_ref() == Some(&again) {
            self.check_state(ridden, &again, &seen);
        } else {
            ridden.complain("was retried and has not ended as it must", &again, &seen);
        }
        Ok(seen)
    }

    /// What was drawn for the run while it goes; says whether it was cancelled.
    async fn meddle(&mut self, ridden: &mut Ridden) -> Result<bool> {
        let after = self.chance.random_range(0..=self.graph.nodes.len() / 2);
        let far = move |seen: &Seen| seen.ended() >= after;
        match self.graph.fate {
            Fate::Untouched => Ok(false),
            Fate::Cancelled => {
                self.until(ridden, far).await?;
                self.ask(ridden, "cancel").await?;
                Ok(true)
            }
            Fate::Paused => {
                self.until(ridden, far).await?;
                self.ask(ridden, "pause").await?;
                let rests = |seen: &Seen| seen.statuses.iter().all(|status| status != "running");
                self.until(ridden, rests).await?;
                self.ask(ridden, "resume").await?;
                Ok(false)
            }
        }
    }

    fn check_state(&self, ridden: &mut Ridden, ends: &[End], seen: &Seen) {
        let state = self.graph.state(ends);
        if seen.state != state {
            let words = format!("{} is {} where it must be {state}", ridden.run, seen.state);
            ridden.unlike.push(words);
        }
    }

    /// Looks until it is so, or until nothing changes any more.
    async fn until(&mut self, ridden: &mut Ridden, is_so: impl Fn(&Seen) -> bool) -> Result<Seen> {
        let mut look = interval(AGAIN);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut last, mut since): (Option<Seen>, Instant) = (None, Instant::now());
        loop {
            look.tick().await;
            let path = format!("/api/runs/{}", ridden.run);
            let Some(reply) = self.send(Method::GET, &path, None, "").await else { continue };
            let seen = Seen::read(&self.graph, &reply.expect(StatusCode::OK)?["run"])?;
            if is_so(&seen) {
                return Ok(seen);
            }
            if last.as_ref() != Some(&seen) {
                (last, since) = (Some(seen), Instant::now());
            } else if since.elapsed() > STUCK {
                ridden.stuck = true;
                return Ok(seen);
            }
        }
    }

    async fn ask(&mut self, ridden: &mut Ridden, what: &'static str) -> Result<()> {
        ridden.asked.push(what);
        let path = format!("/api/runs/{}/{what}", ridden.run);
        self.insist(&path, &json!({}), what).await.map(|_| ())
    }

    /// Asks one server or the other until it is answered. The key makes asking twice the same as
    /// asking once.
    async fn insist(&mut self, path: &str, body: &Value, key: &str) -> Result<Value> {
        let key = format!("{} {key}", self.graph.name);
        let asking = async {
            let mut again = interval(AGAIN);
            again.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                again.tick().await;
                if let Some(reply) = self.send(Method::POST, path, Some(body), &key).await {
                    return reply;
                }
            }
        };
        let reply = timeout(LONG, asking).await;
        let reply = reply.with_context(|| format!("{key}: {path} is never answered"))?;
        if !reply.status.is_success() {
            bail!("{key}: {path} was answered with {}: {}", reply.status, reply.text());
        }
        reply.json()
    }

    /// An answer, unless there was none or it says to come back.
    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Option<Reply> {
        let door = self.doors[self.chance.random_range(0..SERVERS)].borrow().clone();
        let call = door.request(method, path);
        let call = match body {
            Some(body) => call.header("idempotency-key", key).json(body),
            None => call,
        };
        let reply = call.send().await.ok()?;
        (reply.status != StatusCode::SERVICE_UNAVAILABLE).then_some(reply)
    }
}

impl Ridden {
    fn complain(&mut self, what: &str, planned: &[End], seen: &Seen) {
        let (name, run) = (&self.graph.name, &self.run);
        let pairs = planned.iter().zip(&seen.statuses).enumerate();
        let wrong = pairs.filter(|(_, (planned, got))| End::of(got) != Some(**planned));
        let wrong: Vec<String> = wrong
            .map(|(place, (planned, got))| format!("{} {got}, not {planned:?}", key(place)))
            .collect();
        self.unlike.push(format!("{name} (run {run}) {what}: {}", wrong.join("; ")));
    }
}
