//! Whether steps waited for each other, by the ledger of their programs.
//!
//! A program writes its last line before it ends, its worker reports after that, and whoever waits
//! is handed out after the report: so in the one file that all programs append to, the end of a
//! step stands before the begin of those that depend on it, whatever clocks and servers say.

use std::collections::{HashMap, HashSet};

use super::super::super::record::{Event, Record};
use super::draw::key;
use super::rider::Ridden;

/// An edge that was not kept: the graph, and the steps at its ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Broken {
    graph: String,
    step: usize,
    on: usize,
}

impl Broken {
    pub(super) fn words(&self) -> String {
        let Self { graph, step, on } = self;
        format!("{graph}: {} began before {} was done", key(*step), key(*on))
    }
}

/// All edges that were not kept.
pub(super) fn broken(record: &Record, ridden: &[Ridden]) -> Vec<Broken> {
    let done = Done::of(record);
    let mut found = Vec::new();
    for ridden in ridden {
        for (step, node) in ridden.graph.nodes.iter().enumerate() {
            let Some(mission) = ridden.missions.get(step) else { continue };
            for begin in done.begins(mission) {
                let open = node.on.iter().copied().filter(|on| {
                    let goes_on = ridden.graph.nodes[*on].continues;
                    !done.is_before(&ridden.missions[*on], goes_on, *begin)
                });
                let graph = || ridden.graph.name.clone();
                found.extend(open.map(|on| Broken { graph: graph(), step, on }));
            }
        }
    }
    found
}

/// Whether the checks see: an edge of `record`, spoilt on purpose, must be found.
pub(super) fn is_blind(record: &Record, ridden: &[Ridden]) -> bool {
    let Some(step) = kept_edge(record, ridden) else { return true };
    let mut spoilt = record.clone();
    // The step begins before everything else.
    let Some(at) = spoilt.ledger.iter().position(|line| line.begins && line.mission == *step)
    else {
        return true;
    };
    let begin = spoilt.ledger.remove(at);
    spoilt.ledger.insert(0, begin);
    broken(&spoilt, ridden).len() <= broken(record, ridden).len()
}

/// A step that waited for another one and began.
fn kept_edge<'a>(record: &Record, ridden: &'a [Ridden]) -> Option<&'a String> {
    let begun: HashSet<&str> =
        record.ledger.iter().filter(|line| line.begins).map(|line| line.mission.as_str()).collect();
    ridden.iter().find_map(|ridden| {
        let mut steps = ridden.graph.nodes.iter().zip(&ridden.missions);
        let waited =
            steps.find(|(node, mission)| !node.on.is_empty() && begun.contains(mission.as_str()));
        waited.map(|(_, mission)| mission)
    })
}

/// Where in the ledger each mission began and was done.
struct Done<'a> {
    begins: HashMap<&'a str, Vec<usize>>,
    /// By mission: the place of the end of an attempt that ended it, and whether it failed.
    ends: HashMap<&'a str, Vec<(usize, bool)>>,
}

impl<'a> Done<'a> {
    fn of(record: &'a Record) -> Self {
        let changes = record.journal.iter().filter_map(|entry| entry.mission.as_ref());
        let ended =
            changes.filter(|change| change.event == Event::Ended && change.to != "cancelled");
        let ended: HashMap<(&str, i64), bool> = ended
            .map(|change| ((change.id.as_str(), change.lease), change.to == "failed"))
            .collect();
        let mut done = Self { begins: HashMap::new(), ends: HashMap::new() };
        for (at, line) in record.ledger.iter().enumerate() {
            let mission = line.mission.as_str();
            if line.begins {
                done.begins.entry(mission).or_default().push(at);
            } else if let Some(failed) = ended.get(&(mission, line.lease)) {
                done.ends.entry(mission).or_default().push((at, *failed));
            }
        }
        done
    }

    fn begins(&self, mission: &str) -> &[usize] {
        self.begins.get(mission).map_or(&[], Vec::as_slice)
    }

    /// Whether `mission` was done before this place; with `goes_on` a failure is as good.
    fn is_before(&self, mission: &str, goes_on: bool, place: usize) -> bool {
        let ends = self.ends.get(mission).map_or(&[][..], Vec::as_slice);
        ends.iter().any(|(at, failed)| *at < place && (goes_on || !failed))
    }
}
