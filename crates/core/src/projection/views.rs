//! What is read out of the counters, for the projects that may be seen.

use std::collections::BTreeMap;
use std::time::Duration;

use mission_control_kernel::{ProjectId, Scope, Timestamp};
use mission_control_missions::Totals;

use super::fold::{MINUTES_KEPT, minute_of};
use crate::journal::{Completion, Minute, Snapshot};

/// The counters of all projects in the scope, together and of all time.
pub(super) fn totals(snapshot: &Snapshot, scope: &Scope) -> Totals {
    let mut sum = present(snapshot, scope);
    for (_, totals) in snapshot.removed.iter().filter(|(project, _)| scope.sees(project)) {
        sum.add(totals);
    }
    sum
}

/// The same of the missions that are there.
pub(super) fn present(snapshot: &Snapshot, scope: &Scope) -> Totals {
    let mut sum = Totals::default();
    for (_, totals) in snapshot.totals.iter().filter(|(project, _)| scope.sees(project)) {
        sum.add(totals);
    }
    sum
}

/// The counters of each project, of all time.
pub(super) fn totals_by_project(snapshot: &Snapshot) -> BTreeMap<ProjectId, Totals> {
    let mut all = snapshot.totals.clone();
    for (project, totals) in &snapshot.removed {
        all.entry(project.clone()).or_default().add(totals);
    }
    all
}

/// The minutes of the hour before `now` in which anything happened, oldest first.
pub(super) fn throughput(
    snapshot: &Snapshot,
    scope: &Scope,
    now: Timestamp,
) -> Vec<(Timestamp, Minute)> {
    let oldest = minute_of(now.minus(MINUTES_KEPT));
    let mut minutes = BTreeMap::<Timestamp, Minute>::new();
    for ((_, begin), minute) in snapshot.minutes.iter().filter(seen_by(scope)) {
        if *begin > oldest {
            minutes.entry(*begin).or_default().add(minute);
        }
    }
    minutes.into_iter().collect()
}

/// The last completions of each project in the scope, newest first, at most `limit`.
pub(super) fn completions(snapshot: &Snapshot, scope: &Scope, limit: usize) -> Vec<Completion> {
    let mut all: Vec<Completion> = snapshot
        .completions
        .iter()
        .filter(|(project, _)| scope.sees(project))
        .flat_map(|(_, ring)| ring.iter().rev().cloned())
        .collect();
    all.sort_by_key(|completion| std::cmp::Reverse(completion.at));
    all.truncate(limit);
    all
}

fn seen_by(scope: &Scope) -> impl Fn(&(&(ProjectId, Timestamp), &Minute)) -> bool {
    |((project, _), _)| scope.sees(project)
}

impl Minute {
    /// Counts another project's minute in.
    fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.duration = self.duration.saturating_add(other.duration);
        self.timed += other.timed;
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.cost = self.cost.plus(other.cost);
    }

    /// The mean duration of what ended; zero when nothing with a duration did.
    #[must_use]
    pub fn average_duration(&self) -> Duration {
        let micros = self.duration.as_micros().checked_div(u128::from(self.timed)).unwrap_or(0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}
