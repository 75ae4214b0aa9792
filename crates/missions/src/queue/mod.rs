//! Who takes which mission next.
//!
//! Missions that every lane gate treats alike stand in one lane, first in, first out. A claim looks
//! at the heads of lanes only, so a backlog of any depth costs one look.

mod choose;
mod explain;
mod facts;
mod lane;

pub use choose::{Claimant, Head, Pick, Turns, choose};
pub use explain::{Explanation, GateState, LaneRanks, POSITION_LIMIT, Position, explain};
pub use facts::{AgentFacts, DEFAULT_KEY_LIMIT, LaneFacts, QueueFacts, QueueSetting};
pub use lane::{LaneId, LaneKey, Ticket, ticket};
