//! How things stand with a mission, and what it waits for.

use mission_control_kernel::AgentId;
use serde::ser::{Serialize, Serializer};

use crate::{Time, Word};

/// `GET …/explain`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Explain<'a> {
    /// Where it is in its life.
    pub status: &'a str,
    /// How things stand, in a sentence or two.
    pub summary: &'a str,
    /// Since when it waits, runs or is over.
    pub since: Time,
    /// The agent that runs it.
    pub agent_id: Option<Word<AgentId>>,
    /// Until when that agent may stay silent, by the store's clock.
    pub lease_expires_at: Option<Time>,
    /// The action that lets it begin, or begin again, where one is needed.
    pub command: Option<&'a str>,
    /// Whether the next claim for its kind by an agent that can perform it and has room takes it.
    pub ready: bool,
    /// Its place in the queue of its kind; null unless it waits there.
    pub position: Option<Position>,
    /// The earliest instant at which it can start, where one is known.
    pub earliest_at: Option<Time>,
    /// All gates of its kind, open or not.
    pub gates: Vec<Gate<'a>>,
}

/// A place in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// From 1 to 1,000.
    At(u32),
    /// More than so many go before it; `">1000"` on the wire.
    Beyond(u32),
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(place) => serializer.serialize_u32(*place),
            Self::Beyond(many) => serializer.collect_str(&format_args!(">{many}")),
        }
    }
}

/// One reason that a mission may have to wait.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Gate<'a> {
    /// Which.
    pub gate: &'a str,
    /// Whether it lets the mission pass.
    pub open: bool,
    /// A sentence.
    pub detail: &'a str,
    /// When it opens by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// What stands in the way.
    pub blocking: Vec<Blocker<'a>>,
}

/// Something that stands in the way.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Blocker<'a> {
    /// mission, run, queue, project or agent.
    #[serde(rename = "type")]
    pub blocker_type: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Where to read about it.
    pub href: &'a str,
}
