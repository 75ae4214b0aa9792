//! Frames of the live socket and stream.

use serde::Serialize;

use crate::reply::{Agent, Metrics, Mission};
use crate::{Encoded, Time};

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
        /// Behind the last of them.
        cursor: &'a str,
        /// Each a [`reply::Event`](crate::reply::Event), written once for all viewers.
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

/// What a screen begins with; a part that no topic asks for is left out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Snapshot<'a> {
    /// The events behind it come next.
    pub cursor: &'a str,
    /// To measure how far the client's clock is off.
    pub server_time: Time,
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
