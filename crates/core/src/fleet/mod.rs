//! Agents: the registry, what they claim, and how they stay alive.

mod agents;
mod claim;
mod dispatcher;
mod handed;
mod handover;
mod heartbeat;
mod lookout;
#[cfg(test)]
mod tests;

pub use agents::AgentView;
pub use claim::{
    Claimed, ClaimedMission, DEFAULT_LEASE, LARGEST_CLAIM, LONGEST_LEASE, LONGEST_WAIT,
    SHORTEST_LEASE, Want,
};
pub use handover::{Handover, MOST_HANDED_OVER};
pub use heartbeat::{Beat, Heard};

pub(crate) use dispatcher::{Dispatcher, WAITING, Waiter};
pub(crate) use handed::Returns;
pub(crate) use lookout::{Lookout, Subject};
