//! Counting the tables a slice at a time while they change.

use mission_control_kernel::MissionId;

use super::fold::{fold_agent, fold_counts, fold_removal};
use crate::journal::{JournalEntry, Removal, Sequenced, Slice, Snapshot};

/// What the tables say of the missions up to some id, at some place of the journal.
///
/// A slice is counted at one instant and added when the journal is folded up to that instant; from
/// then on the entries of its missions are folded in like everybody's. So when the last slice is in,
/// this is a count of the whole as it stands at one place, though no two slices were counted at the
/// same time.
pub(crate) struct Audit {
    counted: Snapshot,
    covered: Covered,
}

/// Whose entries are folded in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Covered {
    Nothing,
    UpTo(MissionId),
    All,
}

impl Audit {
    /// Nothing is counted yet; the next entry to be folded is the one after `seq`.
    pub(crate) fn begin(seq: i64) -> Self {
        let counted = Snapshot { seq, ..Snapshot::default() };
        Self { counted, covered: Covered::Nothing }
    }

    /// Up to where the journal is folded.
    pub(crate) const fn position(&self) -> i64 {
        self.counted.seq
    }

    /// Behind which mission the next slice begins; nothing once all slices are in.
    pub(crate) const fn next(&self) -> Option<Option<MissionId>> {
        match self.covered {
            Covered::Nothing => Some(None),
            Covered::UpTo(last) => Some(Some(last)),
            Covered::All => None,
        }
    }

    /// Folds the next entry in, if it is about what is counted already. Tells whether the count can
    /// go on; where it cannot, nothing is counted any more and no earlier slice may be added.
    pub(crate) fn fold(&mut self, sequenced: &Sequenced) -> bool {
        self.counted.seq = sequenced.seq;
        match &sequenced.entry {
            JournalEntry::Mission(entry) => {
                let covered = match self.covered {
                    Covered::Nothing => false,
                    Covered::UpTo(last) => entry.mission <= last,
                    Covered::All => true,
                };
                if covered {
                    fold_counts(&mut self.counted, entry);
                }
            }
            JournalEntry::Agent(entry) => fold_agent(&mut self.counted, entry),
            JournalEntry::Removal(entry) => return self.fold_removal(entry),
        }
        true
    }

    /// What left was counted, or will not be found by any later slice. A step whose missions lie on
    /// both sides of the last slice's end cannot be divided. Old missions leave in the order of
    /// their ids, and the slices are soon past them.
    fn fold_removal(&mut self, entry: &Removal) -> bool {
        let (first, last_gone) = entry.span;
        match self.covered {
            Covered::Nothing => true,
            Covered::UpTo(last) if first > last => {
                self.add_removed(entry);
                true
            }
            Covered::UpTo(last) if last_gone > last => {
                *self = Self::begin(self.counted.seq);
                false
            }
            Covered::UpTo(_) | Covered::All => {
                fold_removal(&mut self.counted, entry);
                true
            }
        }
    }

    fn add_removed(&mut self, entry: &Removal) {
        self.counted.removed.entry(entry.project.clone()).or_default().add(&entry.counted);
        for (agent, standing) in &entry.standings {
            let sum = self.counted.standings.entry(*agent).or_default();
            sum.completed += standing.completed;
            sum.failed += standing.failed;
        }
    }

    /// Adds the next slice, which must have been counted at this position.
    pub(crate) fn add(&mut self, slice: Slice) {
        self.covered = slice.last.map_or(Covered::All, Covered::UpTo);
        for (project, totals) in slice.counted.totals {
            self.counted.totals.entry(project).or_default().add(&totals);
        }
        for (project, kinds) in slice.counted.kinds {
            let sums = self.counted.kinds.entry(project).or_default();
            for (kind, counts) in kinds {
                sums.entry(kind).or_default().add(&counts);
            }
        }
        for (project, totals) in slice.counted.removed {
            self.counted.removed.entry(project).or_default().add(&totals);
        }
        for (agent, standing) in slice.counted.standings {
            let sum = self.counted.standings.entry(agent).or_default();
            sum.completed += standing.completed;
            sum.failed += standing.failed;
        }
        for (agent, running) in slice.counted.running {
            *self.counted.running.entry(agent).or_default() += running;
        }
    }

    /// The whole count; to be compared with another one at this position.
    pub(crate) const fn counted(&self) -> &Snapshot {
        &self.counted
    }
}
