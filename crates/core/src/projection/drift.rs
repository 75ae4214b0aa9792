//! Whether the counters say what the tables say.

use std::collections::BTreeMap;

use mission_control_kernel::{ProjectId, StoreError};
use mission_control_missions::{Kind, KindCounts, Totals};

use super::fold::fold;
use crate::journal::{Journal, Snapshot};

/// How many entries are read at a time to bring two counts to one place.
const READ: u32 = 2_000;

/// Folds the journal into `snapshot` until it stands at `seq`; `false` when the journal has a hole
/// on the way.
pub(crate) async fn fold_until(
    journal: &dyn Journal,
    snapshot: &mut Snapshot,
    seq: i64,
) -> Result<bool, StoreError> {
    while snapshot.seq < seq {
        let entries = journal.read(snapshot.seq, READ).await?;
        if entries.first().is_none_or(|first| first.seq != snapshot.seq + 1) {
            return Ok(false);
        }
        for sequenced in entries.iter().take_while(|sequenced| sequenced.seq <= seq) {
            fold(snapshot, sequenced);
        }
    }
    Ok(true)
}

/// In what two counts at the same place differ, in words; nothing when they agree.
///
/// Minutes and completions are not compared: they age by the clock, not by the journal.
pub(crate) fn differences(counted: &Snapshot, truth: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    compare_totals("totals", &counted.totals, &truth.totals, &mut found);
    compare_totals("totals of what was removed", &counted.removed, &truth.removed, &mut found);
    compare_kinds(&counted.kinds, &truth.kinds, &mut found);
    let agents = counted
        .running
        .keys()
        .chain(truth.running.keys().filter(|agent| !counted.running.contains_key(*agent)));
    for agent in agents {
        let ours = counted.running.get(agent).copied().unwrap_or(0);
        let theirs = truth.running.get(agent).copied().unwrap_or(0);
        if ours != theirs {
            found.push(format!("{agent} runs {ours}, the tables say {theirs}"));
        }
    }
    let agents = counted
        .standings
        .keys()
        .chain(truth.standings.keys().filter(|agent| !counted.standings.contains_key(*agent)));
    for agent in agents {
        let ours = counted.standings.get(agent).copied().unwrap_or_default();
        let theirs = truth.standings.get(agent).copied().unwrap_or_default();
        if ours != theirs {
            found.push(format!("{agent} stands at {ours:?}, the tables say {theirs:?}"));
        }
    }
    found
}

fn compare_totals(
    what: &str,
    counted: &BTreeMap<ProjectId, Totals>,
    truth: &BTreeMap<ProjectId, Totals>,
    found: &mut Vec<String>,
) {
    let only_there = truth.keys().filter(|project| !counted.contains_key(*project));
    for project in counted.keys().chain(only_there) {
        let none = Totals::default();
        let ours = counted.get(project).unwrap_or(&none);
        let theirs = truth.get(project).unwrap_or(&none);
        if !same_totals(ours, theirs) {
            found.push(format!("the {what} of {project} are {ours:?}, the tables say {theirs:?}"));
        }
    }
}

fn compare_kinds(
    counted: &BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
    truth: &BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
    found: &mut Vec<String>,
) {
    let (ours, theirs) = (filled_kinds(counted), filled_kinds(truth));
    let only_there = theirs.keys().filter(|kind| !ours.contains_key(*kind));
    for (project, kind) in ours.keys().chain(only_there) {
        let (ours, theirs) = (ours.get(&(*project, *kind)), theirs.get(&(*project, *kind)));
        if ours != theirs {
            let [ours, theirs] = [ours, theirs].map(|counts| counts.copied().unwrap_or_default());
            found.push(format!("of {kind} in {project} are {ours:?}, the tables say {theirs:?}"));
        }
    }
}

/// Counts of nothing and no counts are the same.
fn filled_kinds(
    kinds: &BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
) -> BTreeMap<(&ProjectId, &Kind), KindCounts> {
    let all = kinds
        .iter()
        .flat_map(|(project, kinds)| kinds.iter().map(move |(kind, it)| ((project, kind), *it)));
    all.filter(|(_, counts)| *counts != KindCounts::default()).collect()
}

/// A cell of nothing and no cell are the same.
fn same_totals(one: &Totals, other: &Totals) -> bool {
    let filled = |totals: &Totals| -> Vec<_> {
        totals.cells.iter().filter(|(_, count)| **count != 0).map(|(k, v)| (*k, *v)).collect()
    };
    filled(one) == filled(other) && one.sums == other.sums
}
