//! What an operator sets for a queue.

use serde::Deserialize;

use crate::{Body, Whole};

/// `PUT /api/queue/{kind}`: all that is set for it; what is left out is no limit any more.
#[derive(Clone, Copy, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetQueue {
    /// The most that run at a time.
    pub running_limit: Option<Whole>,
    /// The most that run at a time with one concurrency key.
    pub key_limit: Option<Whole>,
}

impl Body for SetQueue {
    const MAY_BE_EMPTY: bool = false;
}
