//! Operations of several rows, and what is seen when one of them is whole.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::LONG;
use super::super::agent::{Agent, Held};
use super::super::cable::{Cable, Cut};
use super::super::ground::{code_of, list_of, mission, text};
use crate::eventually;
use crate::http::{Client, Reply};

/// How many missions an operation on several is about.
const SEVERAL: usize = 4;

/// Refusals that say: not now, or nobody knows.
const AWAY: [&str; 3] = ["storage_unavailable", "outcome_unknown", "busy"];

/// What is done while the cable is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Several missions are made with one request, under an idempotency key.
    Batch,
    /// A mission is made that waits for several.
    Join,
    /// Several are claimed.
    Claim,
    /// One is completed for which another one waits.
    Complete,
    /// One is cancelled with its children.
    CancelTree,
    /// One that was cancelled is to be tried again.
    Retry,
    /// One is edited.
    Edit,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Batch,
        Self::Join,
        Self::Claim,
        Self::Complete,
        Self::CancelTree,
        Self::Retry,
        Self::Edit,
    ];
}

/// What one operation is done to: its number, and missions that are there before.
pub(super) struct Subject {
    name: String,
    missions: Vec<String>,
    held: Option<Held>,
}

/// How an operation was answered.
pub(super) struct Answer {
    pub(super) is_done: bool,
    /// What no answer should be.
    pub(super) wrong: Option<String>,
    /// How many missions a claim gave.
    given: usize,
}

/// Whoever does them.
pub(super) struct Bench {
    pub(super) door: Client,
    pub(super) agent: Agent,
    number: usize,
}

impl Bench {
    pub(super) fn new(door: Client, agent: Agent) -> Self {
        Self { door, agent, number: 0 }
    }

    /// How many statements an operation has that nobody disturbs.
    pub(super) async fn statements_of(
        &mut self,
        operation: Operation,
        cable: &Cable,
    ) -> Result<u64> {
        let subject = self.prepare(operation).await?;
        cable.arm(0, Cut::Before);
        let answer = self.act(operation, &subject).await;
        let (statements, _) = cable.disarm();
        anyhow::ensure!(answer?.is_done, "{operation:?} is refused though nothing is cut");
        Ok(statements)
    }

    /// What must be there before.
    pub(super) async fn prepare(&mut self, operation: Operation) -> Result<Subject> {
        self.number += 1;
        let name = format!("{operation:?}-{}", self.number).to_lowercase();
        let mut subject = Subject { name, missions: Vec::new(), held: None };
        match operation {
            Operation::Batch => {}
            Operation::Join => subject.missions = self.made(&subject.name, SEVERAL, None).await?,
            Operation::Claim => {
                let kind = Some(("kind", json!(subject.name)));
                subject.missions = self.made(&subject.name, SEVERAL, kind).await?;
            }
            Operation::Complete => {
                let kind = Some(("kind", json!(subject.name)));
                let awaited = self.made(&subject.name, 1, kind).await?;
                let on = Some(("depends_on", json!(awaited)));
                subject.missions = self.made(&format!("{}-then", subject.name), 1, on).await?;
                subject.held = Some(self.held(&subject.name).await?);
            }
            Operation::CancelTree => {
                let mut tree = self.made(&subject.name, 1, None).await?;
                let parent = Some(("parent_id", json!(tree[0])));
                tree.extend(self.made(&format!("{}-child", subject.name), SEVERAL, parent).await?);
                subject.missions = tree;
            }
            Operation::Retry => {
                subject.missions = self.made(&subject.name, 1, None).await?;
                let path = format!("/api/missions/{}/cancel", subject.missions[0]);
                self.insist(&path, &json!({}), &format!("{}-cancel", subject.name)).await?;
            }
            Operation::Edit => subject.missions = self.made(&subject.name, 1, None).await?,
        }
        Ok(subject)
    }

    /// Does it once, whatever is answered.
    pub(super) async fn act(&self, operation: Operation, subject: &Subject) -> Result<Answer> {
        let reply = self.ask(operation, subject).await?;
        let is_done = reply.status.is_success();
        let mut answer = Answer { is_done, wrong: None, given: 0 };
        if !is_done && !AWAY.contains(&code_of(&reply).as_str()) {
            answer.wrong = Some(format!("{}: {}", reply.status, reply.text()));
        }
        if is_done && operation == Operation::Claim {
            answer.given = reply.json()?["missions"].as_array().context("missions")?.len();
        }
        Ok(answer)
    }

    async fn ask(&self, operation: Operation, subject: &Subject) -> Result<Reply> {
        let of = |what: &str| format!("/api/missions/{}/{what}", subject.missions[0]);
        match operation {
            Operation::Batch => {
                let call = self.door.request(Method::POST, "/api/missions/batch");
                let body = json!({"missions": bodies(&subject.name, SEVERAL, None)});
                call.header("idempotency-key", &subject.name).json(&body).send().await
            }
            Operation::Join => {
                let label = json!([subject.name]);
                let on = &subject.missions;
                let body = json!({"title": "a join", "depends_on": on, "labels": label});
                self.door.post("/api/missions", &body).await
            }
            Operation::Claim => {
                let want = json!({"max": SEVERAL, "kinds": [subject.name], "lease_seconds": 600});
                self.agent.ask("claim", &want).await
            }
            Operation::Complete => {
                let held = subject.held.as_ref().context("a lease")?;
                let path = format!("/api/missions/{}/complete", held.mission);
                self.door.post(&path, &json!({"lease_id": held.lease})).await
            }
            Operation::CancelTree => {
                self.door.post(&of("cancel"), &json!({"children": true})).await
            }
            Operation::Retry => self.door.post(&of("retry"), &json!({})).await,
            Operation::Edit => {
                let path = format!("/api/missions/{}", subject.missions[0]);
                let call = self.door.request(Method::PATCH, &path).header("if-match", "*");
                call.json(&json!({"title": "edited", "labels": ["edited"]})).send().await
            }
        }
    }

    /// What is left by half right behind the answer.
    pub(super) async fn is_whole_or_nothing(
        &self,
        operation: Operation,
        subject: &Subject,
        answer: &Answer,
    ) -> Result<Vec<String>> {
        let name = &subject.name;
        let (nothing, whole) = match operation {
            Operation::Batch => (json!(0), json!(SEVERAL)),
            Operation::Join => (json!([]), json!([SEVERAL])),
            Operation::Claim => (json!(0), json!(SEVERAL)),
            Operation::Complete => (json!("running"), json!("completed")),
            Operation::CancelTree => (json!("pending"), json!("cancelled")),
            Operation::Retry => (json!("cancelled"), json!("pending")),
            Operation::Edit => {
                let made = format!("{name}-made");
                (json!([made, [made]]), json!(["edited", ["edited"]]))
            }
        };
        let seen = self.seen(operation, subject).await?;
        let mut found = Vec::new();
        if seen != nothing && seen != whole {
            found.push(format!("{name} is {seen}: neither {nothing} nor {whole}"));
        }
        if answer.is_done && seen != whole && operation != Operation::Claim {
            found.push(format!("{name} was answered, and is {seen} in place of {whole}"));
        }
        if operation == Operation::Claim && answer.is_done && seen != json!(answer.given) {
            found.push(format!("{name}: {} were given, and {seen} run", answer.given));
        }
        Ok(found)
    }

    async fn seen(&self, operation: Operation, subject: &Subject) -> Result<Value> {
        let name = &subject.name;
        Ok(match operation {
            Operation::Batch => json!(self.listed(&format!("label={name}")).await?.len()),
            Operation::Join => {
                let joins = self.listed(&format!("label={name}")).await?;
                let edges = |it: &Value| it["depends_on"].as_array().map(Vec::len);
                joins.iter().filter(|it| it["title"] == "a join").map(edges).collect()
            }
            Operation::Claim => {
                json!(self.listed(&format!("kind={name}&status=running")).await?.len())
            }
            Operation::Complete => {
                let held = subject.held.as_ref().context("a lease")?;
                mission(&self.door, &held.mission).await?["status"].clone()
            }
            Operation::CancelTree | Operation::Retry => {
                mission(&self.door, &subject.missions[0]).await?["status"].clone()
            }
            Operation::Edit => {
                let mission = mission(&self.door, &subject.missions[0]).await?;
                json!([mission["title"], mission["labels"]])
            }
        })
    }

    /// Asks again until it is done, and says what is not as if it had been asked once.
    pub(super) async fn made_whole(
        &self,
        operation: Operation,
        subject: &Subject,
    ) -> Result<Vec<String>> {
        let mut found = Vec::new();
        match operation {
            Operation::Batch => {
                self.until_done(operation, subject).await?;
                let made = self.seen(operation, subject).await?;
                if made != json!(SEVERAL) {
                    found.push(format!("{}: {made} of {SEVERAL} in the end", subject.name));
                }
            }
            Operation::Complete => {
                self.until_done(operation, subject).await?;
                let times = self.moves(&subject.missions[0], "mission_settled").await?;
                if times != 1 {
                    found.push(format!("{}: the other one was told {times} times", subject.name));
                }
            }
            Operation::CancelTree => {
                self.until_done(operation, subject).await?;
                for child in &subject.missions {
                    let times = self.moves(child, "mission_cancelled").await?;
                    if times != 1 {
                        found.push(format!("{}: {child} ended {times} times", subject.name));
                    }
                }
            }
            // Each of these is one row and what hangs on it, which has been looked at.
            Operation::Join | Operation::Claim | Operation::Retry | Operation::Edit => {}
        }
        Ok(found)
    }

    async fn until_done(&self, operation: Operation, subject: &Subject) -> Result<()> {
        eventually("an operation that is asked for again is done", LONG, async || {
            let reply = self.ask(operation, subject).await.map_err(|error| format!("{error:#}"))?;
            if reply.status.is_success() { Ok(()) } else { Err(reply.text()) }
        })
        .await;
        Ok(())
    }

    /// How often something has happened to a mission, once it has.
    async fn moves(&self, id: &str, what: &str) -> Result<usize> {
        Ok(eventually(&format!("{what} of {id}"), LONG, async || {
            let events = list_of(&self.door, id, "events").await;
            let events = events.map_err(|error| format!("{error:#}"))?;
            match events.iter().filter(|event| event["type"] == what).count() {
                0 => Err(format!("{events:?}")),
                times => Ok(times),
            }
        })
        .await)
    }

    /// Missions that are there for certain.
    async fn made(
        &self,
        name: &str,
        count: usize,
        also: Option<(&str, Value)>,
    ) -> Result<Vec<String>> {
        let body = json!({"missions": bodies(&format!("{name}-made"), count, also)});
        let made = self.insist("/api/missions/batch", &body, &format!("{name}-made")).await?;
        made["mission_ids"].as_array().context("ids")?.iter().map(text).collect()
    }

    /// The one mission of a kind, taken.
    async fn held(&self, kind: &str) -> Result<Held> {
        let want = json!({"kinds": [kind], "wait_seconds": 10, "lease_seconds": 600});
        Ok(eventually("a mission is given", LONG, async || {
            let held = self.agent.claim(&want).await.map_err(|error| format!("{error:#}"))?;
            held.into_iter().next().ok_or_else(|| "nothing".to_owned())
        })
        .await)
    }

    /// Asks until it is done; the key makes asking twice the same as asking once.
    async fn insist(&self, path: &str, body: &Value, key: &str) -> Result<Value> {
        let done = eventually("a request is carried out", LONG, async || {
            let call = self.door.request(Method::POST, path).header("idempotency-key", key);
            let reply = call.json(body).send().await.map_err(|error| format!("{error:#}"))?;
            if reply.status.is_success() { Ok(reply) } else { Err(reply.text()) }
        });
        done.await.json()
    }

    async fn listed(&self, filter: &str) -> Result<Vec<Value>> {
        let page = self.door.get(&format!("/api/missions?{filter}")).await?;
        let page = page.expect(StatusCode::OK)?;
        Ok(page["missions"].as_array().context("missions")?.clone())
    }
}

/// Missions with this name as title and label.
fn bodies(name: &str, count: usize, also: Option<(&str, Value)>) -> Vec<Value> {
    let mut body = json!({"title": name, "labels": [name], "max_attempts": 100});
    if let Some((member, value)) = also {
        body[member] = value;
    }
    vec![body; count]
}
