//! A lane: missions that every lane gate treats alike.

use mission_control_kernel::{Capabilities, ProjectId, Timestamp};

use crate::gates;
use crate::mission::{Mission, Phase};
use crate::words::{Kind, Priority, QueueKey};

/// A lane's number in the store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LaneId(pub i64);

/// What the missions of a lane have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LaneKey {
    /// Whose.
    pub project: ProjectId,
    /// What runs them.
    pub kind: Kind,
    /// What they need.
    pub capabilities: Capabilities,
    /// The limit that they share.
    pub concurrency_key: Option<QueueKey>,
    /// With whom they take turns.
    pub fairness_key: QueueKey,
    /// How urgent they are.
    pub priority: Priority,
}

/// A mission's place in the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ticket {
    /// Its lane.
    pub lane: LaneKey,
    /// When it may start, which is also its order in the lane.
    pub rank: Timestamp,
}

/// The ticket of a mission that belongs into the queue; none for any other.
#[must_use]
pub fn ticket(mission: &Mission) -> Option<Ticket> {
    let Phase::Pending { since } = mission.phase else { return None };
    if !gates::is_queued(mission) {
        return None;
    }
    let rank = mission.scheduled_at.map_or(since, |at| at.max(since));
    Some(Ticket { lane: LaneKey::of(mission), rank })
}

impl LaneKey {
    /// The lane that a mission stands in, or would.
    #[must_use]
    pub fn of(mission: &Mission) -> Self {
        let spec = &mission.spec;
        Self {
            project: mission.project.clone(),
            kind: spec.kind.clone(),
            capabilities: spec.required_capabilities.clone(),
            concurrency_key: spec.concurrency_key.clone(),
            fairness_key: spec.fairness_key.clone().unwrap_or_else(|| {
                QueueKey::parse(mission.project.as_str()).expect("a project's name is a short text")
            }),
            priority: spec.priority,
        }
    }
}
