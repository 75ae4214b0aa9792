//! From which lanes the next missions are taken.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{AgentId, ProjectId, Timestamp};

use super::bounds::MOST_TAKEN;
use super::facts::{AgentFacts, LaneFacts, QueueFacts};
use super::lane::{LaneId, LaneKey};
use super::rooms::Rooms;
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

/// A call of an agent that asks for missions. Several calls of one agent share its room.
#[derive(Clone, Debug)]
pub struct Claimant {
    /// Which agent.
    pub id: AgentId,
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

    /// What is remembered about these lanes alone.
    #[must_use]
    pub fn of<'a>(&self, lanes: impl IntoIterator<Item = &'a LaneKey>) -> Self {
        let ids = lanes.into_iter().map(|key| (key.project.clone(), key.fairness_key.clone()));
        let known = ids.filter_map(|id| self.served.get(&id).map(|turn| (id, *turn)));
        Self { turn: self.turn, served: known.collect() }
    }

    fn last(&self, key: &LaneKey) -> u64 {
        let id = (key.project.clone(), key.fairness_key.clone());
        self.served.get(&id).copied().unwrap_or(0)
    }
}

/// Decides from which lanes each claimant takes, in order: the lowest step (priority, raised by one
/// for each `ageing` period that the head has waited; zero turns ageing off), then the fairness key
/// with the fewest running, then the one served longest ago, then the oldest head. No agent takes
/// more than it has room for, and all together no more than [`MOST_TAKEN`].
///
/// Whoever gets fewer than were asked for, because a lane was listed in part, asks again.
#[must_use]
pub fn choose(
    heads: &[Head],
    claimants: &[Claimant],
    rooms: &Rooms,
    facts: &QueueFacts,
    turns: &Turns,
    now: Timestamp,
    ageing: Duration,
) -> Vec<Pick> {
    let listed = heads.iter().map(|head| (&*head.key, &*head.ranks));
    let mut round = Round::new(listed, facts, turns, now, ageing);
    let (mut rooms, mut left) = (rooms.clone(), MOST_TAKEN);
    let mut picks: Vec<Pick> = Vec::new();
    for (index, claimant) in claimants.iter().enumerate() {
        let suits: Vec<bool> = heads.iter().map(|head| claimant.agent.matches(&head.key)).collect();
        for _ in 0..claimant.free.min(rooms.left(claimant.id)).min(left) {
            let Some(best) = round.best(&suits) else { break };
            round.take(best);
            rooms.take(claimant.id, 1);
            left -= 1;
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
pub(super) struct Round<'a> {
    entries: Vec<Entry<'a>>,
    turn: u64,
    now: Timestamp,
    ageing: Duration,
}

struct Entry<'a> {
    key: &'a LaneKey,
    /// The ranks of its missions, and how many of them have been taken.
    ranks: &'a [Timestamp],
    taken: usize,
    limits: LaneFacts,
    running: u32,
    served: u64,
}

impl Entry<'_> {
    /// The rank of its present head; none when no more are known.
    fn rank(&self) -> Option<Timestamp> {
        self.ranks.get(self.taken).copied()
    }

    fn is_open(&self) -> bool {
        self.limits.open(self.key.concurrency_key.is_some())
    }
}

impl<'a> Round<'a> {
    /// Over lanes and the ranks of their first missions.
    pub(super) fn new(
        listed: impl Iterator<Item = (&'a LaneKey, &'a [Timestamp])>,
        facts: &QueueFacts,
        turns: &Turns,
        now: Timestamp,
        ageing: Duration,
    ) -> Self {
        let entries = listed
            .map(|(key, ranks)| Entry {
                key,
                ranks,
                taken: 0,
                limits: facts.limits(key),
                running: facts.fairness_running(key),
                served: turns.last(key),
            })
            .collect();
        Self { entries, turn: turns.turn, now, ageing }
    }

    /// The lane to take from next, among those that `suit`, each by its place.
    pub(super) fn best(&self, suits: &[bool]) -> Option<usize> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(index, entry)| suits[*index] && entry.is_open())
            .filter_map(|(index, entry)| Some((index, entry, entry.rank()?)))
            .filter(|(_, _, rank)| *rank <= self.now)
            .min_by(|one, other| self.order((one.1, one.2), (other.1, other.2)))
            .map(|(index, _, _)| index)
    }

    /// Takes one mission from a lane.
    pub(super) fn take(&mut self, index: usize) {
        self.entries[index].taken += 1;
        let key = self.entries[index].key;
        self.turn += 1;
        for entry in self.entries.iter_mut().filter(|entry| entry.key.project == key.project) {
            if entry.key.fairness_key == key.fairness_key {
                entry.running += 1;
                entry.served = self.turn;
            }
            if entry.key.kind == key.kind {
                entry.limits.kind_running += 1;
            }
            if key.concurrency_key.is_some() && entry.key.concurrency_key == key.concurrency_key {
                entry.limits.key_running += 1;
            }
        }
    }

    /// How many missions of a lane have been taken.
    pub(super) fn taken(&self, index: usize) -> usize {
        self.entries[index].taken
    }

    /// Whether all that is listed of a lane has been taken, though it may go on.
    pub(super) fn has_run_out(&self, index: usize) -> bool {
        let entry = &self.entries[index];
        entry.is_open() && entry.rank().is_none()
    }

    /// What holds for a lane now, while a limit keeps it shut.
    pub(super) fn shut(&self, index: usize) -> Option<LaneFacts> {
        let entry = &self.entries[index];
        (!entry.is_open()).then_some(entry.limits)
    }

    fn order(&self, one: (&Entry<'_>, Timestamp), other: (&Entry<'_>, Timestamp)) -> Ordering {
        let step = |(entry, rank): (&Entry<'_>, Timestamp)| {
            step(entry.key.priority.rank(), rank, self.now, self.ageing)
        };
        step(one)
            .cmp(&step(other))
            .then(one.0.running.cmp(&other.0.running))
            .then(one.0.served.cmp(&other.0.served))
            .then(one.1.cmp(&other.1))
            // Lanes come in any order; an answer that hung on it would differ from store to store.
            .then_with(|| one.0.key.cmp(other.0.key))
    }
}

/// Priority (0 is the most urgent), one lower for each whole period waited.
pub(super) fn step(priority: u8, rank: Timestamp, now: Timestamp, ageing: Duration) -> i64 {
    let periods = match ageing.as_micros() {
        0 => 0,
        period => i64::try_from(now.since(rank).as_micros() / period).unwrap_or(i64::MAX),
    };
    i64::from(priority).saturating_sub(periods)
}
