//! Who takes which mission next.
//!
//! Missions that every lane gate treats alike stand in one lane, first in, first out. A claim looks
//! at the heads of lanes only, so a backlog of any depth costs one look.

mod bounds;
mod choose;
mod counted;
mod explain;
mod facts;
mod lane;
mod place;
mod rooms;
mod state;
mod summary;

pub use bounds::{
    FAIRNESS_COUNTED, LANES_LOOKED_AT, LISTED, MOST_TAKEN, POSITION_LIMIT, ROUNDS, explained_depth,
    listed_depth,
};
pub use choose::{Claimant, Head, Pick, Turns, choose};
pub use counted::Counted;
pub use explain::{Explanation, GateState, Queue, explain, explain_begun};
pub use facts::{AgentFacts, DEFAULT_KEY_LIMIT, LaneFacts, QueueFacts, QueueSetting};
pub use lane::{LaneId, LaneKey, Ticket, ticket};
pub use place::{LaneRanks, Position, last_ahead};
pub use rooms::Rooms;
pub use state::{
    KindQueue, Many, QueueChange, QueueChanged, QueueLimits, QueueLine, QueueSet, QueueState,
    WAITING_COUNTED,
};
