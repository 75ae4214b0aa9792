//! What a client says over the live socket.

use serde::Deserialize;

use crate::Body;

/// One message.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveRequest {
    /// What it wants.
    #[serde(rename = "type")]
    pub verb: LiveVerb,
    /// Which topics are meant; none for a ping.
    pub topics: Option<Vec<String>>,
}

impl Body for LiveRequest {}

/// What a client can want.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveVerb {
    /// More topics.
    Subscribe,
    /// Fewer topics.
    Unsubscribe,
    /// A beat in answer.
    Ping,
}
