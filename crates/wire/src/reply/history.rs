//! What happened to a mission: attempts, output, journal.

use mission_control_kernel::{AgentId, MissionId, RunId};
use serde::Serialize;

use crate::{Cost, Lease, Time, Word};

use super::Mission;

/// One try at a mission.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Attempt<'a> {
    /// From 1; attempts that were snoozed, released or taken back share a number.
    pub attempt: u32,
    /// Its fence, which no other attempt at this mission has.
    pub lease_id: Lease,
    /// Who made it; null when driven from outside.
    pub agent_id: Option<Word<AgentId>>,
    /// Which kind of agent.
    pub agent_type: Option<&'a str>,
    /// Which model.
    pub model_used: Option<&'a str>,
    /// How it ended; null while it runs.
    pub outcome: Option<&'a str>,
    /// Its begin.
    pub started_at: Time,
    /// Its end.
    pub ended_at: Option<Time>,
    /// From begin to end, in seconds.
    pub duration: Option<f64>,
    /// All tokens.
    pub tokens_used: u64,
    /// Read by the model.
    pub tokens_in: u64,
    /// Written by the model.
    pub tokens_out: u64,
    /// What they cost.
    pub cost_estimate: Cost,
    /// Why it ended badly.
    pub failure_class: Option<&'a str>,
    /// In words.
    pub error_message: Option<&'a str>,
}

/// `GET …/attempts`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AttemptList<'a> {
    /// Oldest first.
    pub attempts: Vec<Attempt<'a>>,
    /// When this was said.
    pub timestamp: Time,
}

/// One line of output.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct LogLine<'a> {
    /// From 1 in its mission; what `after` takes.
    pub n: u64,
    /// When it was written.
    pub at: Time,
    /// debug, info, warn or error.
    pub level: &'a str,
    /// Without its line break.
    pub text: &'a str,
    /// The attempt that wrote it.
    pub lease_id: Lease,
}

/// `GET …/logs`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LogList<'a> {
    /// Oldest first.
    pub lines: Vec<LogLine<'a>>,
    /// What to give as `after` next time; null when there was nothing new.
    pub next_after: Option<u64>,
    /// When this was said.
    pub timestamp: Time,
}

/// Who asked for a change.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor<'a> {
    /// Someone with a credential of their own.
    Principal {
        /// Their name.
        name: &'a str,
    },
    /// An agent, about what it runs.
    Agent {
        /// Which one.
        id: Word<AgentId>,
    },
    /// Nobody: time made it due, or it follows from another change.
    System,
}

/// One entry of the journal; what does not apply is left out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Event<'a> {
    /// The form of this entry.
    pub v: u32,
    /// Its own number; rises with commits inside one mission.
    pub id: i64,
    /// Its place in the order that every reader sees.
    pub seq: i64,
    /// When it happened.
    pub at: Time,
    /// Whose.
    pub project: &'a str,
    /// About which mission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mission: Option<Word<MissionId>>,
    /// Of that mission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: &'a str,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// Why it failed or was called off, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// What kind of failure that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_class: Option<&'a str>,
    /// The number of the attempt that began, moved or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The status before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'a str>,
    /// The status after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'a str>,
    /// The mission's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<&'a str>,
    /// The mission's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'a str>,
    /// The mission's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Word<RunId>>,
    /// The top of the mission's tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Word<MissionId>>,
    /// Who did it, or to whom it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Word<AgentId>>,
    /// The mission's fence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Tokens added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Cost added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Duration of the attempt that ended, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// What left the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// The mission as it is now: on live sockets, never in the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a Mission<'a>>,
}

/// Old missions that left the store together.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Removed {
    /// How many.
    pub missions: u64,
    /// The first of them by id.
    pub first: Word<MissionId>,
    /// The last of them by id; others between the two may have stayed.
    pub last: Word<MissionId>,
}

/// `GET …/events`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EventList<'a> {
    /// Oldest first.
    pub events: Vec<Event<'a>>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<&'a str>,
    /// When this was said.
    pub timestamp: Time,
}
