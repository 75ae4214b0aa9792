//! Whether an attempt has exactly one end, and everybody was told so.

use anyhow::Result;
use serde_json::Value;

use super::super::agent::Held;
use super::super::ground::{is_end, list_of, mission, settled_events};
use crate::http::Client;

/// What stands for an answer that is no refusal.
pub(super) const OK: &str = "200 OK";

/// Why a completion may come too late.
const TOO_LATE: [&str; 2] = ["lease_lost", "invalid_transition"];

/// What was answered about one lease.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// Which.
    pub(super) held: Held,
    /// To its completion: [`OK`] or a code.
    pub(super) complete: String,
    /// To a cancel.
    pub(super) cancel: String,
    /// Until when a heartbeat was told that it holds.
    pub(super) renewed_until: Option<String>,
}

/// What is left of one mission.
#[derive(Clone, Debug)]
struct Left {
    status: String,
    events: Vec<Value>,
    attempts: Vec<Value>,
}

impl Answers {
    pub(super) fn new(held: Held, complete: String, cancel: String) -> Self {
        Self { held, complete, cancel, renewed_until: None }
    }
}

/// How an attempt has ended, and what does not hold of it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) outcome: String,
    pub(super) found: Vec<String>,
}

/// Looks at what is left.
pub(super) async fn judge(door: &Client, answers: &Answers) -> Result<Judged> {
    let id = &answers.held.mission;
    let events = settled_events(door, id).await?;
    let attempts = list_of(door, id, "attempts").await?;
    let status = mission(door, id).await?["status"].as_str().unwrap_or_default().to_owned();
    let left = Left { status, events, attempts };
    let outcome = left.outcome_of(answers.held.lease).to_owned();
    Ok(Judged { outcome, found: compare(answers, &left) })
}

impl Left {
    fn attempt(&self, lease: i64) -> Option<&Value> {
        self.attempts.iter().find(|attempt| attempt["lease_id"] == lease)
    }

    fn outcome_of(&self, lease: i64) -> &str {
        self.attempt(lease).and_then(|attempt| attempt["outcome"].as_str()).unwrap_or("none")
    }
}

fn compare(answers: &Answers, left: &Left) -> Vec<String> {
    let Answers { held, complete, cancel, renewed_until } = answers;
    let mut found = Vec::new();
    let mut complain = |what: String| found.push(format!("{}: {what}", held.mission));
    let ends = left.events.iter().filter(|event| is_end(event)).count();
    if ends != 1 {
        complain(format!("has ended {ends} times"));
    }
    // An attempt is left once: by its end, or back to the queue.
    let leaves = left.events.iter().filter(|event| {
        event["lease"] == held.lease && event["from"] == "running" && event["to"] != "running"
    });
    let leaves = leaves.count();
    if leaves != 1 {
        complain(format!("its attempt was left {leaves} times"));
    }
    let (own, outcome) = (left.attempt(held.lease), left.outcome_of(held.lease));
    if (complete == OK) != (outcome == "completed") {
        complain(format!("the agent was told {complete}, and its attempt is {outcome}"));
    }
    if (cancel == OK) != (left.status == "cancelled") {
        complain(format!("whoever cancelled was told {cancel}, and it is {}", left.status));
    }
    if complete != OK && !TOO_LATE.contains(&complete.as_str()) {
        complain(format!("a completion was refused with {complete}"));
    }
    if cancel != OK && cancel != "invalid_transition" {
        complain(format!("a cancel was refused with {cancel}"));
    }
    let ended = own.and_then(|attempt| attempt["ended_at"].as_str()).unwrap_or_default();
    if let Some(until) = renewed_until
        && outcome == "lost"
        && instant(ended) < instant(until)
    {
        complain(format!("was lost at {ended}, though it was renewed until {until}"));
    }
    found
}

/// An RFC 3339 instant in UTC, in a form that can be compared: fractions have any number of digits.
fn instant(text: &str) -> (&str, String) {
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    (seconds, format!("{fraction:0<9}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answers(complete: &str, cancel: &str) -> Answers {
        let held = Held { mission: "m".to_owned(), lease: 1 };
        Answers::new(held, complete.to_owned(), cancel.to_owned())
    }

    fn left(status: &str, outcome: &str, moves: &[(&str, &str)]) -> Left {
        let events = moves.iter().map(|(from, to)| json!({"from": from, "to": to, "lease": 1}));
        let ended = "2026-01-01T00:00:01.5Z";
        let attempts = vec![json!({"lease_id": 1, "outcome": outcome, "ended_at": ended})];
        Left { status: status.to_owned(), events: events.collect(), attempts }
    }

    const BEGUN: (&str, &str) = ("pending", "running");

    #[test]
    fn one_winner_and_a_loser_who_was_told_is_how_it_should_be() {
        let won = left("completed", "completed", &[BEGUN, ("running", "completed")]);
        assert_eq!(compare(&answers(OK, "invalid_transition"), &won), [""; 0]);
        let rescued =
            left("cancelled", "lost", &[BEGUN, ("running", "pending"), ("pending", "cancelled")]);
        assert_eq!(compare(&answers("lease_lost", OK), &rescued), [""; 0]);
    }

    #[test]
    fn two_winners_none_or_a_lie_are_found() {
        let won = left("completed", "completed", &[BEGUN, ("running", "completed")]);
        assert_eq!(compare(&answers(OK, OK), &won).len(), 1, "both were told that they won");
        assert_eq!(compare(&answers("internal", "invalid_transition"), &won).len(), 2);
        let twice = [BEGUN, ("running", "completed"), ("running", "cancelled")];
        let twice = left("cancelled", "cancelled", &twice);
        assert_eq!(compare(&answers("lease_lost", OK), &twice).len(), 2);
    }

    #[test]
    fn a_lease_that_was_lost_although_it_was_renewed_is_found() {
        let moves = [BEGUN, ("running", "pending"), ("pending", "cancelled")];
        let lost = left("cancelled", "lost", &moves);
        let mut answers = answers("lease_lost", OK);
        answers.renewed_until = Some("2026-01-01T00:00:01.25Z".to_owned());
        assert_eq!(compare(&answers, &lost), [""; 0]);
        answers.renewed_until = Some("2026-01-01T00:00:01.501Z".to_owned());
        assert_eq!(compare(&answers, &lost).len(), 1);
    }
}
