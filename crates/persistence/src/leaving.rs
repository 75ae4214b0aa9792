//! Which old missions leave in one step, and what the journal says of them.

use std::collections::BTreeMap;

use mission_control::{JournalEntry, Removal, Walk, agents, missions};
use mission_control_kernel::{MissionId, StoreError, Timestamp};

use crate::row::{EntryRow, Reader, entry_to_row};

/// How many rows hang on the missions of one step for each of these, attempts above all; a mission
/// that was tried more often leaves with fewer others.
const ROWS_EACH: i64 = 8;

/// How many missions of a tree that leaves in several steps are asked, in each of them, whether
/// anything needs them: some ten milliseconds. Of a larger tree the newest may leave although an old
/// one must stay that is none of these.
pub(crate) const ASKED_OF_A_TREE: i64 = 10_000;

/// A mission that was looked at.
pub(crate) struct Looked {
    pub(crate) id: String,
    /// Whether it is the root of a tree all of which was over long ago.
    pub(crate) over: bool,
    pub(crate) has_children: bool,
    /// How many rows hang on it, roughly.
    pub(crate) rows: i64,
}

/// Missions of one tree that leave together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tree {
    pub(crate) root: String,
    pub(crate) ids: Vec<String>,
}

impl Tree {
    /// Whether some of it is left for later steps, the root among them.
    fn is_begun(&self) -> bool {
        !self.ids.contains(&self.root)
    }
}

/// Chooses, in the order of the roots, whole trees as long as they fit into one step. One that fits
/// into none leaves from below, in as many steps as it takes.
pub(crate) struct Chooser {
    missions: usize,
    rows: i64,
    limit: usize,
    trees: Vec<Tree>,
    /// Everything up to here was looked at and chosen or left alone.
    reached: Option<String>,
    full: bool,
}

impl Chooser {
    /// For a step of at most `limit` missions behind `after`.
    pub(crate) fn new(limit: u32, after: Option<MissionId>) -> Self {
        let missions = (limit as usize).max(1);
        Self {
            missions,
            rows: i64::try_from(missions).unwrap_or(i64::MAX).saturating_mul(ROWS_EACH),
            limit: missions,
            trees: Vec::new(),
            reached: after.map(|id| id.to_string()),
            full: false,
        }
    }

    /// Whether nothing more fits.
    pub(crate) const fn is_full(&self) -> bool {
        self.full
    }

    /// The next mission that was looked at, with the newest `limit` missions below it and the rows
    /// that hang on each.
    pub(crate) fn consider(&mut self, looked: &Looked, below: Vec<(String, i64)>) {
        if self.full {
            return;
        }
        if looked.over {
            let whole = below.len() < self.limit;
            let members = below.iter().map(|(_, rows)| rows).sum::<i64>() + looked.rows;
            if whole && below.len() < self.missions && members <= self.rows {
                self.missions -= below.len() + 1;
                self.rows -= members;
                let mut ids: Vec<String> = below.into_iter().map(|(id, _)| id).collect();
                ids.push(looked.id.clone());
                self.trees.push(Tree { root: looked.id.clone(), ids });
            } else {
                self.full = true;
                if self.trees.is_empty() {
                    self.begin(looked, below);
                }
                return;
            }
        }
        self.reached = Some(looked.id.clone());
        self.full = self.missions == 0;
    }

    /// As much of a tree as fits into a step of its own, one mission at least.
    fn begin(&mut self, looked: &Looked, below: Vec<(String, i64)>) {
        let (mut ids, mut rows) = (Vec::new(), self.rows);
        for (id, more) in below.into_iter().chain([(looked.id.clone(), looked.rows)]) {
            rows -= more;
            if !ids.is_empty() && (rows < 0 || ids.len() >= self.missions) {
                break;
            }
            ids.push(id);
        }
        self.trees.push(Tree { root: looked.id.clone(), ids });
    }

    /// What was chosen, and where the walk stands when it has left; `more` says whether there were
    /// missions behind those that were looked at.
    ///
    /// # Errors
    /// `Corrupt` when a mission has an id that is none.
    pub(crate) fn chosen(self, more: bool) -> Result<Step, StoreError> {
        let reached = self.reached.as_deref().map(parse_id).transpose()?;
        let done = !more && !self.full;
        let walk = Walk { removed: 0, reached: reached.filter(|_| !done), done };
        Ok(Step { trees: self.trees, walk })
    }
}

/// What leaves in one step.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) trees: Vec<Tree>,
    /// Where the walk stands behind it.
    pub(crate) walk: Walk<MissionId>,
}

impl Step {
    /// The ids of all that leaves.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.trees.iter().flat_map(|tree| tree.ids.iter().cloned()).collect()
    }

    /// The ids of all that leaves, and the roots that they leave behind: whatever brings a root back
    /// keeps all that is below it.
    pub(crate) fn concerned(&self) -> Vec<String> {
        let behind = self.trees.iter().filter(|tree| tree.is_begun()).map(|tree| tree.root.clone());
        self.ids().into_iter().chain(behind).collect()
    }

    /// The root of the tree of which only a part leaves; it is the only tree of its step.
    pub(crate) fn begun(&self) -> Option<&str> {
        self.trees.iter().find(|tree| tree.is_begun()).map(|tree| tree.root.as_str())
    }

    /// Leaves out the trees that must stay. The walk goes past them, also past one that would have
    /// left in several steps.
    ///
    /// # Errors
    /// `Corrupt` when a mission has an id that is none.
    pub(crate) fn keep(&mut self, stays: impl Fn(&Tree) -> bool) -> Result<(), StoreError> {
        for tree in self.trees.extract_if(.., |tree| stays(tree)) {
            if !self.walk.done {
                self.walk.reached = self.walk.reached.max(Some(parse_id(&tree.root)?));
            }
        }
        Ok(())
    }
}

fn parse_id(id: &str) -> Result<MissionId, StoreError> {
    Reader { table: "missions", row: id }.parse("id", id)
}

/// The beginning of the ids that are made after `at`; ids carry the time of creation.
pub(crate) fn ids_after(at: Timestamp) -> String {
    let millis = at.as_micros().max(0) / 1_000 + 1;
    let digits = format!("{millis:012x}");
    format!("{}-{}", &digits[..8], &digits[8..])
}

/// Missions that have left, by what they were in the counters.
pub(crate) struct LeftRow {
    pub(crate) project: String,
    pub(crate) status: String,
    pub(crate) priority: String,
    pub(crate) missions: i64,
    pub(crate) tokens: i64,
    pub(crate) cost_nanos: i64,
    pub(crate) duration_us: i64,
    pub(crate) timed: i64,
    /// The first and the last of them by id.
    pub(crate) span: (String, String),
}

/// How the attempts of an agent ended that have left.
pub(crate) struct StandingRow {
    pub(crate) project: String,
    pub(crate) agent: String,
    pub(crate) completed: i64,
    pub(crate) failed: i64,
}

/// The entries that tell of a step, one for each project.
///
/// # Errors
/// `Corrupt` when a column holds what no mission has.
pub(crate) fn entries(
    now: Timestamp,
    left: Vec<LeftRow>,
    standings: &[StandingRow],
) -> Result<Vec<EntryRow>, StoreError> {
    let mut by_project: BTreeMap<String, Removal> = BTreeMap::new();
    for row in left {
        let reader = Reader { table: "missions", row: &row.span.0 };
        let span = (reader.parse("id", &row.span.0)?, reader.parse("id", &row.span.1)?);
        let removal = match by_project.get_mut(&row.project) {
            Some(removal) => removal,
            None => {
                let removal = Removal {
                    at: now,
                    project: reader.parse("project_id", &row.project)?,
                    span,
                    counted: missions::Totals::default(),
                    standings: BTreeMap::new(),
                };
                by_project.entry(row.project).or_insert(removal)
            }
        };
        removal.span = (removal.span.0.min(span.0), removal.span.1.max(span.1));
        let cell = (reader.parse("status", &row.status)?, reader.parse("priority", &row.priority)?);
        let sums = missions::Delta {
            tokens: row.tokens,
            cost_nanos: row.cost_nanos,
            duration_micros: row.duration_us,
            timed: row.timed,
            dead_letter: 0,
            held: 0,
        };
        removal.counted.add(&missions::Totals { cells: [(cell, row.missions)].into(), sums });
    }
    for row in standings {
        let reader = Reader { table: "attempts", row: &row.agent };
        let standing = agents::Standing {
            completed: reader.count("outcome", row.completed)?,
            failed: reader.count("outcome", row.failed)?,
        };
        if let Some(removal) = by_project.get_mut(&row.project) {
            removal.standings.insert(reader.parse("agent_id", &row.agent)?, standing);
        }
    }
    Ok(by_project.into_values().map(|it| entry_to_row(&JournalEntry::Removal(it))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> String {
        format!("019126f4-5d40-7000-8000-{n:012}")
    }

    fn looked(n: u32, over: bool, has_children: bool) -> Looked {
        Looked { id: id(n), over, has_children, rows: 2 }
    }

    fn below(ids: impl IntoIterator<Item = u32>) -> Vec<(String, i64)> {
        ids.into_iter().map(|n| (id(n), 2)).collect()
    }

    fn sizes(trees: &[Tree]) -> Vec<usize> {
        trees.iter().map(|tree| tree.ids.len()).collect()
    }

    #[test]
    fn whole_trees_leave_as_long_as_they_fit() {
        let mut chooser = Chooser::new(5, None);
        chooser.consider(&looked(1, true, false), Vec::new());
        chooser.consider(&looked(2, false, true), Vec::new());
        chooser.consider(&looked(3, true, true), below([5, 4]));
        assert!(!chooser.is_full());
        chooser.consider(&looked(6, true, true), below([8, 7]));
        assert!(chooser.is_full(), "one place is left");
        let Step { trees, walk } = chooser.chosen(false).unwrap();
        assert_eq!(sizes(&trees), [1, 3]);
        assert_eq!(trees[1].ids.last(), Some(&id(3)), "the root goes last");
        assert_eq!(walk.reached.map(|it| it.to_string()), Some(id(3)));
        assert!(!walk.done);
    }

    #[test]
    fn a_tree_that_fits_into_no_step_leaves_from_below() {
        let after: MissionId = id(1).parse().unwrap();
        let mut chooser = Chooser::new(3, Some(after));
        chooser.consider(&looked(2, true, true), below([9, 8, 7]));
        let Step { trees, walk } = chooser.chosen(false).unwrap();
        assert_eq!(trees, [Tree { root: id(2), ids: vec![id(9), id(8), id(7)] }]);
        assert_eq!((walk.reached, walk.done), (Some(after), false), "its root is looked at again");
    }

    #[test]
    fn a_large_tree_that_must_stay_is_passed() {
        let mut chooser = Chooser::new(3, None);
        chooser.consider(&looked(2, true, true), below([9, 8, 7]));
        let mut step = chooser.chosen(false).unwrap();
        step.keep(|_| true).unwrap();
        assert!(step.ids().is_empty());
        assert_eq!(step.walk.reached.map(|it| it.to_string()), Some(id(2)));
        assert!(!step.walk.done, "there may be more behind it");
    }

    #[test]
    fn what_was_tried_very_often_leaves_alone() {
        let mut chooser = Chooser::new(2, None);
        let often = Looked { rows: 10_000, ..looked(2, true, false) };
        chooser.consider(&looked(1, true, false), Vec::new());
        chooser.consider(&often, Vec::new());
        assert_eq!(sizes(&chooser.chosen(false).unwrap().trees), [1]);
        let mut chooser = Chooser::new(2, None);
        chooser.consider(&often, Vec::new());
        let Step { trees, walk } = chooser.chosen(false).unwrap();
        assert_eq!((sizes(&trees), walk.done), (vec![1], false));
    }

    #[test]
    fn a_walk_is_over_when_all_were_looked_at_and_nothing_was_left_for_later() {
        for (more, done) in [(false, true), (true, false)] {
            let mut chooser = Chooser::new(9, None);
            chooser.consider(&looked(1, true, false), Vec::new());
            assert_eq!(chooser.chosen(more).unwrap().walk.done, done);
        }
    }

    #[test]
    fn ids_of_a_time_stand_before_those_made_after_it() {
        let made: MissionId = id(1).parse().unwrap();
        assert!(id(1) < ids_after(made.instant()));
        let later = ids_after(made.instant().plus(std::time::Duration::from_millis(1)));
        assert!(ids_after(made.instant()) < later);
        assert!(id(1) >= ids_after(Timestamp::from_micros(made.instant().as_micros() - 1_000)));
    }
}
