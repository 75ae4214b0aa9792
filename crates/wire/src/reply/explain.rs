//! Why a mission waits.

use serde::ser::{Serialize, Serializer};

use crate::Time;

/// `GET …/explain`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Explain<'a> {
    /// Whether the next matching claim can take it.
    pub ready: bool,
    /// Its place in the queue; null unless it waits there.
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
    /// Further back; `">1000"` on the wire.
    Beyond,
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(place) => serializer.serialize_u32(*place),
            Self::Beyond => serializer.serialize_str(">1000"),
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
