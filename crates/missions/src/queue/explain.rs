//! What a pending mission waits for.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{MissionId, Timestamp};

use super::choose::{Head, Round, Turns};
use super::facts::{AgentFacts, QueueFacts};
use super::lane::{LaneId, LaneKey, ticket};
use crate::gates::{Closed, GATES, View};
use crate::mission::{Mission, Phase};

/// Positions are counted this far; who is behind that need not know how far.
pub const POSITION_LIMIT: u32 = 1_000;

/// A lane with its first missions, at most [`POSITION_LIMIT`].
#[derive(Clone, Debug)]
pub struct LaneRanks {
    /// Which lane.
    pub lane: LaneId,
    /// What its missions have in common.
    pub key: Arc<LaneKey>,
    /// When each may start and which it is, ascending: the order in which they are taken.
    pub ranks: Vec<(Timestamp, MissionId)>,
}

/// How many missions will have been taken when it is this one's turn, counting itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Position {
    /// Exactly.
    At(u32),
    /// More than [`POSITION_LIMIT`].
    Beyond,
}

/// One gate and what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateState {
    /// Its name.
    pub name: &'static str,
    /// What keeps the mission; none when the gate is open.
    pub closed: Option<Closed>,
}

/// What a mission waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Whether the next matching claim, if it takes enough, takes this mission.
    pub ready: bool,
    /// Its place among the ready ones.
    pub position: Option<Position>,
    /// The latest of the gates' times; none when it may start now or a gate has no time.
    pub earliest_at: Option<Timestamp>,
    /// Every gate; empty unless the mission is pending.
    pub gates: Vec<GateState>,
}

/// Explains a mission from the very predicates that claims use.
#[must_use]
pub fn explain(
    mission: &Mission,
    lanes: &[LaneRanks],
    facts: &QueueFacts,
    turns: &Turns,
    now: Timestamp,
    ageing: Duration,
) -> Explanation {
    if !matches!(mission.phase, Phase::Pending { .. }) {
        return Explanation { ready: false, position: None, earliest_at: None, gates: Vec::new() };
    }
    let lane_facts = facts.lane(&LaneKey::of(mission));
    let view = View { mission, lane: Some(&lane_facts), now };
    let mut gates: Vec<GateState> = GATES
        .iter()
        .map(|gate| GateState { name: gate.name, closed: (gate.judge)(&view) })
        .collect();
    let mut ready = gates.iter().all(|gate| gate.closed.is_none());
    let mut place = None;
    if ready {
        match locate(mission, lanes, facts, turns, now, ageing) {
            Place::Taken(position) => place = Some(position),
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
    Explanation { ready, position: place, earliest_at, gates }
}

/// The better is the smaller.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Taken(Position),
    /// Missions ahead of it fill a limit first.
    ShutOut(Limit),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Limit {
    Kind,
    Key,
}

/// The best place that the next claim of any agent that could take the mission has for it: an agent
/// passes by what it cannot take, so each sees a queue of its own.
fn locate(
    mission: &Mission,
    lanes: &[LaneRanks],
    facts: &QueueFacts,
    turns: &Turns,
    now: Timestamp,
    ageing: Duration,
) -> Place {
    let Some(ticket) = ticket(mission) else { return Place::ShutOut(Limit::Kind) };
    let filled: Vec<&LaneRanks> = lanes.iter().filter(|lane| !lane.ranks.is_empty()).collect();
    let heads: Vec<Head> = filled
        .iter()
        .map(|lane| Head {
            lane: lane.lane,
            key: Arc::clone(&lane.key),
            ranks: lane.ranks.iter().map(|(rank, _)| *rank).collect(),
        })
        .collect();
    let Some(own) = heads.iter().position(|head| *head.key == ticket.lane) else {
        return Place::ShutOut(Limit::Kind);
    };
    let ahead = filled[own].ranks.partition_point(|at| *at < (ticket.rank, mission.id));
    let mut asked: Vec<&AgentFacts> = Vec::new();
    let mut best = Place::ShutOut(Limit::Key);
    for agent in facts.agents.iter().filter(|agent| agent.matches(&ticket.lane)) {
        if asked.contains(&agent) {
            continue;
        }
        asked.push(agent);
        let round = Round::new(&heads, facts.clone(), turns.clone(), now, ageing);
        best = best.min(play(round, agent, own, ahead));
    }
    best
}

/// Plays a claim of `agent` until it takes what has `ahead` missions before it in the lane `own`.
fn play(mut round: Round, agent: &AgentFacts, own: usize, ahead: usize) -> Place {
    for position in 1..=POSITION_LIMIT {
        let Some(next) = round.best(|entry| agent.matches(&entry.key)) else {
            return Place::ShutOut(Limit::Kind);
        };
        if next == own && round.taken(own) == ahead {
            return Place::Taken(Position::At(position));
        }
        round.take(next);
        if let Some(facts) = round.shut(own) {
            let full = facts.kind_limit.is_some_and(|limit| facts.kind_running >= limit);
            return Place::ShutOut(if full { Limit::Kind } else { Limit::Key });
        }
    }
    Place::Taken(Position::Beyond)
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
