//! From which lanes the next missions are taken.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{ProjectId, Timestamp};

use super::facts::{AgentFacts, LaneFacts, QueueFacts};
use super::lane::{LaneId, LaneKey};
use crate::words::QueueKey;

/// A lane and its first missions.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which lane.
    pub lane: LaneId,
    /// What its missions have in common.
    pub key: Arc<LaneKey>,
    /// When the first ones may start, ascending; at least one. A choice takes no more of the lane
    /// than are listed, since how long the next one has waited is not known.
    pub ranks: Vec<Timestamp>,
}

/// An agent that asks for missions.
#[derive(Clone, Debug)]
pub struct Claimant {
    /// What it can take.
    pub agent: AgentFacts,
    /// How many it wants.
    pub free: u32,
}

/// Take `count` missions from the front of a lane for a claimant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pick {
    /// From which lane.
    pub lane: LaneId,
    /// For which claimant, by its place in the list.
    pub claimant: usize,
    /// How many, if they are still there.
    pub count: u32,
}

/// When each fairness key was last served, in turns; a hint, kept by the process.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    turn: u64,
    served: HashMap<(ProjectId, QueueKey), u64>,
}

/// Turns are remembered for this many keys; beyond it all start anew, which costs one unfair turn.
const MAX_TURNS: usize = 100_000;

impl Turns {
    /// Notes that a key was served.
    pub fn serve(&mut self, key: &LaneKey) {
        if self.served.len() >= MAX_TURNS {
            self.served.clear();
        }
        self.turn += 1;
        self.served.insert((key.project.clone(), key.fairness_key.clone()), self.turn);
    }

    fn last(&self, key: &LaneKey) -> u64 {
        let id = (key.project.clone(), key.fairness_key.clone());
        self.served.get(&id).copied().unwrap_or(0)
    }
}

/// Decides from which lanes each claimant takes, in order: the lowest step (priority, raised by one
/// for each `ageing` period that the head has waited; zero turns ageing off), then the fairness key
/// with the fewest running, then the one served longest ago, then the oldest head.
///
/// Whoever gets fewer than were asked for, because a lane was listed in part, asks again.
#[must_use]
pub fn choose(
    heads: &[Head],
    claimants: &[Claimant],
    facts: &QueueFacts,
    turns: &Turns,
    now: Timestamp,
    ageing: Duration,
) -> Vec<Pick> {
    let mut round = Round::new(heads, facts.clone(), turns.clone(), now, ageing);
    let mut picks: Vec<Pick> = Vec::new();
    for (index, claimant) in claimants.iter().enumerate() {
        for _ in 0..claimant.free {
            let Some(best) = round.best(|entry| claimant.agent.matches(&entry.key)) else { break };
            round.take(best);
            let lane = heads[best].lane;
            match picks.iter_mut().find(|pick| pick.lane == lane && pick.claimant == index) {
                Some(pick) => pick.count += 1,
                None => picks.push(Pick { lane, claimant: index, count: 1 }),
            }
        }
    }
    picks
}

/// One look at the lanes, in which each mission taken counts for the next choice.
pub(super) struct Round {
    entries: Vec<Entry>,
    facts: QueueFacts,
    turns: Turns,
    now: Timestamp,
    ageing: Duration,
}

pub(super) struct Entry {
    pub(super) key: Arc<LaneKey>,
    /// The ranks of its missions, and how many of them have been taken.
    ranks: Vec<Timestamp>,
    taken: usize,
    open: bool,
    running: u32,
    served: u64,
}

impl Entry {
    /// The rank of its present head; none when no more are known.
    fn rank(&self) -> Option<Timestamp> {
        self.ranks.get(self.taken).copied()
    }
}

impl Round {
    pub(super) fn new(
        heads: &[Head],
        facts: QueueFacts,
        turns: Turns,
        now: Timestamp,
        ageing: Duration,
    ) -> Self {
        let entries = heads
            .iter()
            .map(|head| Entry {
                key: Arc::clone(&head.key),
                ranks: head.ranks.clone(),
                taken: 0,
                open: facts.lane(&head.key).open(head.key.concurrency_key.is_some()),
                running: facts.fairness_running(&head.key),
                served: turns.last(&head.key),
            })
            .collect();
        Self { entries, facts, turns, now, ageing }
    }

    /// The lane to take from next, among those that `suit`.
    pub(super) fn best(&self, suits: impl Fn(&Entry) -> bool) -> Option<usize> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.open && suits(entry))
            .filter_map(|(index, entry)| Some((index, entry, entry.rank()?)))
            .filter(|(_, _, rank)| *rank <= self.now)
            .min_by(|one, other| self.order((one.1, one.2), (other.1, other.2)))
            .map(|(index, _, _)| index)
    }

    /// Takes one mission from a lane.
    pub(super) fn take(&mut self, index: usize) {
        self.entries[index].taken += 1;
        let key = Arc::clone(&self.entries[index].key);
        self.facts.begin_one(&key);
        self.turns.serve(&key);
        for entry in self.entries.iter_mut().filter(|entry| entry.key.project == key.project) {
            if entry.key.fairness_key == key.fairness_key {
                entry.running += 1;
                entry.served = self.turns.turn;
            }
            let shares_limit = entry.key.kind == key.kind
                || (key.concurrency_key.is_some()
                    && entry.key.concurrency_key == key.concurrency_key);
            if entry.open && shares_limit {
                entry.open = self.facts.lane(&entry.key).open(entry.key.concurrency_key.is_some());
            }
        }
    }

    /// How many missions of a lane have been taken.
    pub(super) fn taken(&self, index: usize) -> usize {
        self.entries[index].taken
    }

    /// What holds for a lane now, while a limit keeps it shut.
    pub(super) fn shut(&self, index: usize) -> Option<LaneFacts> {
        let entry = &self.entries[index];
        (!entry.open).then(|| self.facts.lane(&entry.key))
    }

    fn order(&self, one: (&Entry, Timestamp), other: (&Entry, Timestamp)) -> Ordering {
        let step = |(entry, rank): (&Entry, Timestamp)| {
            step(entry.key.priority.rank(), rank, self.now, self.ageing)
        };
        step(one)
            .cmp(&step(other))
            .then(one.0.running.cmp(&other.0.running))
            .then(one.0.served.cmp(&other.0.served))
            .then(one.1.cmp(&other.1))
            // Lanes come in any order; an answer that hung on it would differ from store to store.
            .then_with(|| one.0.key.cmp(&other.0.key))
    }
}

/// Priority (0 is the most urgent), one lower for each whole period waited.
fn step(priority: u8, rank: Timestamp, now: Timestamp, ageing: Duration) -> i64 {
    let periods = match ageing.as_micros() {
        0 => 0,
        period => i64::try_from(now.since(rank).as_micros() / period).unwrap_or(i64::MAX),
    };
    i64::from(priority).saturating_sub(periods)
}
