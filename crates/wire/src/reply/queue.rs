//! What waits, and what operators have set.

use crate::{Time, Word};
use mission_control_kernel::MissionId;

/// `GET /api/queue`, and what every change of a queue is answered with.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct QueueReply<'a> {
    /// The project as a whole.
    pub project: ProjectQueue<'a>,
    /// The queue of each kind, by name.
    pub queues: Vec<Queue<'a>>,
    /// Whether there are more kinds than are shown.
    pub more: bool,
    /// When this was said.
    pub timestamp: Time,
}

/// The queues of a project together.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct ProjectQueue<'a> {
    /// Which project.
    pub id: &'a str,
    /// Whether nothing of it is claimed.
    pub paused: bool,
    /// How many run.
    pub running: u64,
    /// How many wait.
    pub waiting: Waiting,
    /// Of these, how many need an approval.
    pub held: u64,
    /// How many have failed and are neither retried nor discarded.
    pub dead_letter: u64,
    /// When it was paused or resumed last.
    pub updated_at: Option<Time>,
    /// By whom.
    pub updated_by: Option<&'a str>,
}

/// How many wait, by how urgent they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Waiting {
    /// All of them.
    pub total: u64,
    /// The most urgent.
    pub critical: u64,
    /// More urgent than most.
    pub high: u64,
    /// As usual.
    pub medium: u64,
    /// The least urgent.
    pub low: u64,
}

/// The queue of one kind.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Queue<'a> {
    /// Which kind.
    pub kind: &'a str,
    /// Whether nothing of it is claimed.
    pub paused: bool,
    /// The most that run at a time.
    pub running_limit: Option<u32>,
    /// The most that run at a time with one concurrency key; 1 without one.
    pub key_limit: Option<u32>,
    /// How many run.
    pub running: u64,
    /// How many wait.
    pub waiting: Waiting,
    /// Of these, those that nothing of their own keeps.
    pub ready: u64,
    /// Those that wait for their time.
    pub scheduled: u64,
    /// Those that need an approval.
    pub held: u64,
    /// Those that wait for other missions or their run.
    pub blocked: u64,
    /// Whether ready, scheduled and blocked are exact; else they are at least so many.
    pub exact: bool,
    /// Since when the first of those that are ready has been so.
    pub oldest_waiting_since: Option<Time>,
    /// When somebody last changed it; null where nothing is set.
    pub updated_at: Option<Time>,
    /// Who that was.
    pub updated_by: Option<&'a str>,
}

/// `GET /api/queue/dead-letter`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct DeadLetterReply<'a> {
    /// What failed, the one that failed last first.
    pub groups: Vec<FailureGroup<'a>>,
    /// How many missions are in the dead letter.
    pub total: u64,
    /// Whether there may be more groups than are shown.
    pub more: bool,
    /// When this was said.
    pub timestamp: Time,
}

/// Missions that failed alike.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct FailureGroup<'a> {
    /// What they have in common, to filter by.
    pub fingerprint: &'a str,
    /// Their failure class.
    pub failure_class: &'a str,
    /// What to do about it.
    pub advice: &'a str,
    /// What the newest of them says.
    pub sample_error: &'a str,
    /// How many they are.
    pub count: u64,
    /// Whether they are more than that.
    pub count_capped: bool,
    /// Kinds of the newest.
    pub kinds: Vec<&'a str>,
    /// Kinds of agent that performed the newest.
    pub agent_types: Vec<&'a str>,
    /// When the first of them failed.
    pub first_failed_at: Time,
    /// When the last of them failed.
    pub last_failed_at: Time,
    /// The newest of them.
    pub mission_ids: Vec<Word<MissionId>>,
}
