//! The place of a mission in the queue of its kind.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Capabilities, Timestamp};

use super::bounds::{AGENTS_ASKED, LOOKS, POSITION_LIMIT};
use super::choose::{Round, Turns, step};
use super::facts::QueueFacts;
use super::lane::{LaneId, LaneKey, Ticket};

/// The missions of a lane that may be taken before a certain one, or some of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaneRanks {
    /// Which lane.
    pub lane: LaneId,
    /// What its missions have in common.
    pub key: Arc<LaneKey>,
    /// When each may start, ascending: the order in which they are taken. In the mission's own lane
    /// it stands last itself, unless more than [`POSITION_LIMIT`] stand before it.
    pub ranks: Vec<Timestamp>,
    /// Whether these are all.
    pub whole: bool,
}

/// How many missions of its kind will have been taken when it is this one's turn, counting itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Position {
    /// Exactly.
    At(u32),
    /// More than so many: [`POSITION_LIMIT`], or as many as could be told apart among many lanes.
    Beyond(u32),
}

/// The better is the smaller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Place {
    Taken(Position),
    /// Missions ahead of it fill a limit first.
    ShutOut(Limit),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Limit {
    Kind,
    Key,
}

/// The last rank in a lane that may be taken before the mission with this ticket: whatever may start
/// later waits behind it at every choice. [`Timestamp::MIN`] when nothing may.
#[must_use]
pub fn last_ahead(lane: &LaneKey, ticket: &Ticket, now: Timestamp, ageing: Duration) -> Timestamp {
    if *lane == ticket.lane {
        return ticket.rank;
    }
    let own = step(ticket.lane.priority.rank(), ticket.rank, now, ageing);
    let as_urgent = waited(lane, own, now, ageing);
    if lane.fairness_key != ticket.lane.fairness_key {
        return as_urgent;
    }
    // Of equals with the same fairness key the older one goes first.
    as_urgent.min(ticket.rank).max(waited(lane, own.saturating_sub(1), now, ageing))
}

/// The last rank in a lane whose missions are at this step or below it.
fn waited(lane: &LaneKey, at_most: i64, now: Timestamp, ageing: Duration) -> Timestamp {
    let periods = i64::from(lane.priority.rank()).saturating_sub(at_most);
    match u32::try_from(periods) {
        Err(_) if periods < 0 => now,
        Ok(0) => now,
        Ok(periods) if !ageing.is_zero() => now.minus(ageing.saturating_mul(periods)),
        Ok(_) | Err(_) => Timestamp::MIN,
    }
}

/// The best place that the next claim for missions of its kind, by any agent that could take it, has
/// for it: an agent passes by what it cannot take, so each sees a queue of its own.
pub(super) fn locate(
    ticket: &Ticket,
    lanes: &[LaneRanks],
    facts: &QueueFacts,
    turns: &Turns,
    now: Timestamp,
    ageing: Duration,
) -> Place {
    let Some(own) = lanes.iter().position(|lane| *lane.key == ticket.lane) else {
        return Place::ShutOut(Limit::Kind);
    };
    let queues = queues(&ticket.lane, lanes, facts);
    let positions = LOOKS / (lanes.len() * queues.len().max(1));
    let positions = u32::try_from(positions).unwrap_or(u32::MAX).clamp(1, POSITION_LIMIT);
    let listed = || lanes.iter().map(|lane| (&*lane.key, &*lane.ranks));
    let places = queues.iter().map(|suits| {
        play(Round::new(listed(), facts, turns, now, ageing), lanes, suits, own, positions)
    });
    places.min().unwrap_or(Place::ShutOut(Limit::Key))
}

/// The lanes that each agent suits which could take from `own`, each set once, the smallest first.
fn queues(own: &LaneKey, lanes: &[LaneRanks], facts: &QueueFacts) -> Vec<Vec<bool>> {
    let agents = facts.agents.iter().filter(|agent| agent.matches(own));
    let able: HashSet<&Capabilities> = agents.map(|agent| &agent.capabilities).collect();
    let queues: BTreeSet<Vec<bool>> = able
        .into_iter()
        .map(|able| lanes.iter().map(|lane| able.cover(&lane.key.capabilities)).collect())
        .collect();
    let mut queues: Vec<_> = queues.into_iter().collect();
    queues.sort_by_key(|suits| suits.iter().filter(|suits| **suits).count());
    queues.truncate(AGENTS_ASKED);
    queues
}

/// Plays a claim of somebody who suits these lanes until it takes the mission that is listed last in
/// the lane `own`.
fn play(
    mut round: Round<'_>,
    lanes: &[LaneRanks],
    suits: &[bool],
    own: usize,
    positions: u32,
) -> Place {
    let ahead = lanes[own].ranks.len().saturating_sub(usize::from(lanes[own].whole));
    for position in 1..=positions {
        let unknown = |(index, lane): (usize, &LaneRanks)| {
            suits[index] && !lane.whole && round.has_run_out(index)
        };
        if lanes.iter().enumerate().any(unknown) {
            return Place::Taken(Position::Beyond(position - 1));
        }
        let Some(next) = round.best(suits) else { return Place::ShutOut(Limit::Kind) };
        if next == own && lanes[own].whole && round.taken(own) == ahead {
            return Place::Taken(Position::At(position));
        }
        round.take(next);
        if let Some(facts) = round.shut(own) {
            let full = facts.kind_limit.is_some_and(|limit| facts.kind_running >= limit);
            return Place::ShutOut(if full { Limit::Kind } else { Limit::Key });
        }
    }
    Place::Taken(Position::Beyond(positions))
}
