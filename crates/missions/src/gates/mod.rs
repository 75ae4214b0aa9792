//! Why a pending mission may not start yet.
//!
//! One predicate serves claims and explanations. A gate is a file of this folder and a row of
//! [`GATES`]: nothing else names it.

mod capabilities;
mod dependencies;
mod expired;
mod external;
mod held;
mod limits;
mod paused;
mod run_paused;
mod scheduled;

use mission_control_kernel::{MissionId, RunId, Timestamp};

use crate::mission::{Mission, Phase};
use crate::queue::LaneFacts;

/// A reason to wait, as it stands now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    /// What keeps the mission, in a sentence.
    pub detail: String,
    /// When it opens by itself, where that is known.
    pub until: Option<Timestamp>,
    /// What it hangs on.
    pub blocking: Vec<Blocker>,
}

/// Something that keeps a mission waiting, for a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Blocker {
    /// Another mission.
    Mission(MissionId),
    /// A run.
    Run(RunId),
    /// The queue of a kind.
    Queue(String),
    /// The project.
    Project(String),
}

/// What a gate may look at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The mission.
    pub mission: &'a Mission,
    /// What holds for its whole lane; none where only the mission is asked about.
    pub lane: Option<&'a LaneFacts>,
    /// The present instant.
    pub now: Timestamp,
}

/// One gate.
pub struct Gate {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether `start` from outside must respect it; it overrides all others.
    pub binds_start: bool,
    /// What an open gate says, in a sentence about the mission.
    pub open: &'static str,
    /// What keeps the mission, or nothing.
    pub judge: fn(&View<'_>) -> Option<Closed>,
}

/// Every gate, in the order in which they are explained.
pub const GATES: &[Gate] = &[
    Gate {
        name: "held",
        binds_start: true,
        open: "needs no approval any more",
        judge: held::judge,
    },
    Gate {
        name: "dependencies",
        binds_start: true,
        open: "waits for no other mission",
        judge: dependencies::judge,
    },
    Gate { name: "expired", binds_start: false, open: "has not expired", judge: expired::judge },
    Gate {
        name: "external",
        binds_start: false,
        open: "is taken from its queue by agents",
        judge: external::judge,
    },
    Gate {
        name: "run_paused",
        binds_start: false,
        open: "belongs to no run that is paused",
        judge: run_paused::judge,
    },
    Gate {
        name: "scheduled",
        binds_start: false,
        open: "is not scheduled for later",
        judge: scheduled::judge,
    },
    Gate {
        name: "paused",
        binds_start: false,
        open: "neither its queue nor its project is paused",
        judge: paused::judge,
    },
    Gate {
        name: "capabilities",
        binds_start: false,
        open: "an online agent can perform it",
        judge: capabilities::judge,
    },
    Gate {
        name: "kind_limit",
        binds_start: false,
        open: "the limit of its kind leaves room",
        judge: limits::of_kind,
    },
    Gate {
        name: "key_limit",
        binds_start: false,
        open: "the limit of its concurrency key leaves room",
        judge: limits::of_key,
    },
];

/// The gates that keep `start` from beginning an attempt.
#[must_use]
pub fn closed_to_start(mission: &Mission) -> Vec<&'static str> {
    let view = View { mission, lane: None, now: Timestamp::MAX };
    closed(&view, |gate| gate.binds_start)
}

/// The gates of the mission itself that keep a claim from taking it; those of its lane were judged
/// when the lane was chosen.
#[must_use]
pub fn closed_to_claim(mission: &Mission, now: Timestamp) -> Vec<&'static str> {
    closed(&View { mission, lane: None, now }, |_| true)
}

/// Whether the mission belongs into the queue: waiting, and kept by nothing but time and its lane.
#[must_use]
pub fn is_queued(mission: &Mission) -> bool {
    matches!(mission.phase, Phase::Pending { .. })
        && !mission.held
        && !mission.run_paused
        && !mission.spec.kind.is_external()
        && mission.open_dependencies().next().is_none()
}

fn closed(view: &View<'_>, binds: impl Fn(&Gate) -> bool) -> Vec<&'static str> {
    GATES
        .iter()
        .filter(|gate| binds(gate) && (gate.judge)(view).is_some())
        .map(|gate| gate.name)
        .collect()
}
