//! Sums over all missions, kept by the journal.

use std::collections::BTreeMap;

use crate::change::{Delta, Entry};
use crate::words::{Priority, Status};

/// How many priorities there are.
const PRIORITIES: usize = Priority::ALL.len();

/// What is counted about missions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Missions by status and priority; absent is 0.
    pub cells: BTreeMap<(Status, Priority), i64>,
    /// Tokens, cost, durations, dead letter, held.
    pub sums: Delta,
}

/// What is counted about the missions of one kind that are not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KindCounts {
    /// Those that wait, by the rank of their priority.
    pub pending: [i64; PRIORITIES],
    /// Those that run.
    pub running: i64,
    /// Of those that wait, those that need an approval.
    pub held: i64,
}

impl KindCounts {
    /// Takes one journal entry of a mission of this kind in.
    pub fn fold(&mut self, entry: &Entry) {
        if let Some(from) = entry.from {
            self.count(from, entry.was_priority.unwrap_or(entry.priority), -1);
        }
        self.count(entry.to, entry.priority, 1);
        self.held += entry.delta.held;
    }

    /// Adds so many missions with one status and priority.
    pub fn count(&mut self, status: Status, priority: Priority, by: i64) {
        match status {
            Status::Pending => self.pending[usize::from(priority.rank())] += by,
            Status::Running => self.running += by,
            Status::Completed | Status::Failed | Status::Cancelled => {}
        }
    }

    /// Adds what another count has.
    pub fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.pending.iter_mut().zip(other.pending) {
            *ours += theirs;
        }
        self.running += other.running;
        self.held += other.held;
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        u64::try_from(self.pending.iter().sum::<i64>()).unwrap_or(0)
    }

    /// Whether an entry leaves every such count as it is, as the entries of progress do.
    #[must_use]
    pub fn is_untouched_by(entry: &Entry) -> bool {
        entry.from == Some(entry.to) && entry.was_priority.is_none() && entry.delta.held == 0
    }
}

impl Totals {
    /// Takes one journal entry in.
    pub fn fold(&mut self, entry: &Entry) {
        if let Some(from) = entry.from {
            let before = entry.was_priority.unwrap_or(entry.priority);
            *self.cells.entry((from, before)).or_default() -= 1;
        }
        *self.cells.entry((entry.to, entry.priority)).or_default() += 1;
        self.sums = self.sums.plus(entry.delta);
    }

    /// Adds what another count has.
    pub fn add(&mut self, other: &Self) {
        for (cell, count) in &other.cells {
            *self.cells.entry(*cell).or_default() += count;
        }
        self.sums = self.sums.plus(other.sums);
    }

    /// Takes away what another count has.
    pub fn take(&mut self, other: &Self) {
        for (cell, count) in &other.cells {
            *self.cells.entry(*cell).or_default() -= count;
        }
        self.sums = self.sums.minus(other.sums);
    }

    /// Missions in any of `statuses` with any of `priorities`; an empty list means all.
    #[must_use]
    pub fn count(&self, statuses: &[Status], priorities: &[Priority]) -> i64 {
        self.cells
            .iter()
            .filter(|((status, priority), _)| {
                (statuses.is_empty() || statuses.contains(status))
                    && (priorities.is_empty() || priorities.contains(priority))
            })
            .map(|(_, count)| count)
            .sum()
    }

    /// Missions in one status.
    #[must_use]
    pub fn status(&self, status: Status) -> i64 {
        self.count(&[status], &[])
    }

    /// All missions.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.count(&[], &[])
    }

    /// completed ÷ total × 100 (seed 002); 0 when there is none.
    #[must_use]
    pub fn success_rate(&self) -> f64 {
        percent(self.status(Status::Completed), self.total())
    }

    /// completed ÷ (completed + failed) × 100; 0 when there is none.
    #[must_use]
    pub fn finished_success_rate(&self) -> f64 {
        let completed = self.status(Status::Completed);
        percent(completed, completed + self.status(Status::Failed))
    }

    /// Mean seconds over missions with a duration; 0 when there is none.
    #[must_use]
    pub fn average_duration(&self) -> f64 {
        if self.sums.timed <= 0 {
            return 0.0;
        }
        as_f64(self.sums.duration_micros) / as_f64(self.sums.timed) / 1e6
    }
}

fn percent(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { as_f64(part) / as_f64(whole) * 100.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
const fn as_f64(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_example_is_eighty_five_percent() {
        let cell = |status, count| ((status, Priority::Medium), count);
        let cells =
            [cell(Status::Completed, 85), cell(Status::Failed, 5), cell(Status::Running, 10)]
                .into();
        let totals = Totals { cells, ..Totals::default() };
        assert!((totals.success_rate() - 85.0).abs() < 1e-12);
        assert!((totals.finished_success_rate() - 85.0 / 90.0 * 100.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_yet_is_zero_not_a_hole() {
        let totals = Totals::default();
        let rates =
            [totals.success_rate(), totals.finished_success_rate(), totals.average_duration()];
        assert_eq!(rates, [0.0; 3]);
    }
}
