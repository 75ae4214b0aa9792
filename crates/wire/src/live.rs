//! Frames of the live socket and stream.

use mission_control_kernel::MissionId;
use serde::Serialize;

use crate::reply::{Agent, LogLine, Metrics, Mission};
use crate::{Encoded, Time, Word};

/// One frame from the server, `{"type": …}`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame<'a> {
    /// The first.
    Hello {
        /// Which life of the store this is; a cursor of another one is worth nothing.
        epoch: &'a str,
        /// Where the feed stands.
        cursor: &'a str,
        /// To measure how far the client's clock is off.
        server_time: Time,
        /// Which build serves; a page of another one should reload.
        build: &'a str,
        /// Who is watching.
        user: &'a str,
    },
    /// Everything the topics show, as of `cursor`.
    Snapshot(Snapshot<'a>),
    /// What has happened since the last frame, in order.
    Events {
        /// Behind the last of them; left out where none of them stands in the journal.
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<&'a str>,
        /// Each a [`reply::Event`](crate::reply::Event) or [`News`], written once for all viewers.
        data: &'a [Encoded],
    },
    /// Nothing has happened.
    Beat {
        /// Where the feed stands.
        cursor: &'a str,
        /// To measure how far the client's clock is off.
        server_time: Time,
    },
    /// The client's cursor cannot be followed; a snapshot comes next.
    Resync {
        /// Why.
        reason: ResyncReason,
    },
}

/// What stands in a frame of events without being an entry of the journal, `{"type": …}`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum News<'a> {
    /// The counters have changed.
    Metrics {
        /// As they are by then.
        metrics: Metrics,
    },
    /// A mission's log has grown.
    MissionLog {
        /// Whose.
        mission: Word<MissionId>,
        /// What is new, oldest first, never empty.
        lines: Vec<LogLine<'a>>,
    },
}

/// What a screen begins with; a part that no topic asks for is left out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Snapshot<'a> {
    /// The events behind it come next.
    pub cursor: &'a str,
    /// To measure how far the client's clock is off, within a quarter of a second.
    pub server_time: Time,
    /// What it shows everything of: what the client has asked for, or has just added.
    pub topics: &'a [String],
    /// Counters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// The newest missions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missions: Option<Vec<Mission<'a>>>,
    /// All agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<Agent<'a>>>,
}

/// Why a cursor cannot be followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResyncReason {
    /// Older than the journal keeps.
    TooOld,
    /// From before the store was restored.
    OtherEpoch,
    /// Ahead of everything that has happened.
    FromTheFuture,
}
