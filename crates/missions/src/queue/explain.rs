//! What becomes of a mission, and what it waits for.

use std::time::Duration;

use mission_control_kernel::{AgentId, Timestamp};

use super::choose::Turns;
use super::facts::QueueFacts;
use super::lane::{LaneKey, ticket};
use super::place::{LaneRanks, Limit, Place, Position, locate};
use super::summary::summary;
use crate::gates::{Closed, GATES, View};
use crate::mission::{Driver, Mission, Phase};
use crate::words::Status;

/// One gate and what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateState {
    /// Its name.
    pub name: &'static str,
    /// What it says when it is open.
    pub open: &'static str,
    /// What keeps the mission; none when the gate is open.
    pub closed: Option<Closed>,
}

/// How things stand with a mission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Where it is in its life.
    pub status: Status,
    /// All of it in a sentence or two, for people.
    pub summary: String,
    /// Since when it waits, runs or is over.
    pub since: Timestamp,
    /// Who runs it.
    pub agent: Option<AgentId>,
    /// Until when that agent may stay silent.
    pub lease_until: Option<Timestamp>,
    /// The command that lets it begin, or begin again, where one is needed.
    pub command: Option<&'static str>,
    /// Whether the next claim for its kind by an agent that can perform it takes this mission, if it
    /// takes enough and the agent has room. With a [`Position::Beyond`], those before it that were
    /// not looked at may yet fill a limit first.
    pub ready: bool,
    /// Its place among the ready ones of its kind.
    pub position: Option<Position>,
    /// The latest of the gates' times; none when it may start now or a gate has no time.
    pub earliest_at: Option<Timestamp>,
    /// Every gate; empty unless the mission is pending.
    pub gates: Vec<GateState>,
}

/// What a mission that waits is explained from.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    /// The lanes of its kind, as far as they may come before it.
    pub lanes: &'a [LaneRanks],
    /// Whether these are all such lanes.
    pub whole: bool,
    /// What holds for them.
    pub facts: &'a QueueFacts,
    /// Who was served when.
    pub turns: &'a Turns,
    /// The present instant.
    pub now: Timestamp,
    /// The period after which what waits is one priority more urgent; zero for never.
    pub ageing: Duration,
}

/// Explains a mission that waits, from the very predicates that claims use.
#[must_use]
pub fn explain(mission: &Mission, queue: &Queue<'_>) -> Explanation {
    if !matches!(mission.phase, Phase::Pending { .. }) {
        return explain_begun(mission);
    }
    let lane_facts = queue.facts.lane(&LaneKey::of(mission));
    let view = View { mission, lane: Some(&lane_facts), now: queue.now };
    let mut gates: Vec<GateState> = GATES
        .iter()
        .map(|gate| GateState { name: gate.name, open: gate.open, closed: (gate.judge)(&view) })
        .collect();
    let mut ready = gates.iter().all(|gate| gate.closed.is_none());
    let mut position = None;
    if ready {
        match place(mission, queue) {
            Place::Taken(place) => position = Some(place),
            Place::ShutOut(limit) => {
                ready = false;
                shut_out(&mut gates, limit);
            }
        }
    }
    let earliest_at = gates
        .iter()
        .filter_map(|gate| gate.closed.as_ref())
        .map(|closed| closed.until)
        .collect::<Option<Vec<_>>>()
        .and_then(|times| times.into_iter().max());
    let explanation = Explanation { ready, position, earliest_at, gates, ..bare(mission) };
    Explanation { summary: summary(mission, &explanation), ..explanation }
}

/// Explains a mission that runs or is over; nothing has to be asked about that.
#[must_use]
pub fn explain_begun(mission: &Mission) -> Explanation {
    let explanation = bare(mission);
    Explanation { summary: summary(mission, &explanation), ..explanation }
}

/// What the mission itself says.
fn bare(mission: &Mission) -> Explanation {
    let (since, agent, lease_until, command) = match &mission.phase {
        Phase::Pending { since } => (*since, None, None, begins_with(mission)),
        Phase::Running(attempt) => match attempt.driver {
            Driver::Outside => (attempt.began, None, None, None),
            Driver::Leased { agent, expires_at, .. } => {
                (attempt.began, Some(agent), Some(expires_at), None)
            }
        },
        Phase::Completed(ended) => (ended.at, None, None, None),
        Phase::Failed { ended, .. } | Phase::Cancelled { ended, .. } => {
            (ended.at, None, None, Some("retry"))
        }
    };
    Explanation {
        status: mission.status(),
        summary: String::new(),
        since,
        agent,
        lease_until,
        command,
        ready: false,
        position: None,
        earliest_at: None,
        gates: Vec::new(),
    }
}

fn begins_with(mission: &Mission) -> Option<&'static str> {
    match (mission.held, mission.spec.kind.is_external()) {
        (true, _) => Some("approve"),
        (false, true) => Some("start"),
        (false, false) => None,
    }
}

fn place(mission: &Mission, queue: &Queue<'_>) -> Place {
    let Some(ticket) = ticket(mission) else { return Place::ShutOut(Limit::Kind) };
    let place = locate(&ticket, queue.lanes, queue.facts, queue.turns, queue.now, queue.ageing);
    match place {
        // A lane that nobody looked at may come before it.
        Place::Taken(Position::At(at)) if !queue.whole => {
            Place::Taken(Position::Beyond(at.saturating_sub(1)))
        }
        Place::Taken(_) | Place::ShutOut(_) => place,
    }
}

fn shut_out(gates: &mut [GateState], limit: Limit) {
    let name = match limit {
        Limit::Kind => "kind_limit",
        Limit::Key => "key_limit",
    };
    if let Some(gate) = gates.iter_mut().find(|gate| gate.name == name) {
        gate.closed = Some(Closed {
            detail: "missions ahead of it in the queue will fill the limit first".to_owned(),
            until: None,
            blocking: Vec::new(),
        });
    }
}
