//! Missions that leave: what the counters and the check of the counters make of it.

use std::collections::BTreeMap;

use mission_control_agents::Standing;
use mission_control_kernel::{ProjectId, Scope, Timestamp};
use mission_control_missions::{Priority, Status, Totals};

use super::{Audit, Projection, differences};
use crate::journal::{JournalEntry, Removal, Sequenced, Slice, Snapshot};
use crate::scripted::{Story, agent, project};

/// Five completed missions of one agent, with five tokens each; and what the tables have of some.
struct Reef {
    stories: Vec<Story>,
    entries: Vec<Sequenced>,
}

fn reef() -> Reef {
    let red = project("red");
    let stories: Vec<Story> =
        (1..=5).map(|n| Story::of(n, &red).claimed_by(agent(1)).completed(5)).collect();
    let entries = (1..).step_by(3).zip(&stories).flat_map(|(seq, story)| story.sequenced(seq));
    Reef { entries: entries.collect(), stories }
}

impl Reef {
    /// What the tables count of the missions at these places.
    fn tables(&self, of: &[usize]) -> Snapshot {
        let projection = Projection::new(Snapshot::default());
        for (seq, index) in (1..).step_by(3).zip(of) {
            projection.fold(&self.stories[*index].sequenced(seq));
        }
        Snapshot { minutes: BTreeMap::new(), completions: BTreeMap::new(), ..projection.snapshot() }
    }

    fn slice(&self, seq: i64, of: &[usize], last: Option<usize>) -> Slice {
        let last = last.map(|index| self.stories[index].mission.id);
        Slice { counted: Snapshot { seq, ..self.tables(of) }, last }
    }

    /// The entry that the missions at these places have left.
    fn removal(&self, seq: i64, of: &[usize]) -> Sequenced {
        let Snapshot { totals, standings, .. } = self.tables(of);
        let ids: Vec<_> = of.iter().map(|index| self.stories[*index].mission.id).collect();
        let mut counted = totals[&project("red")].clone();
        counted.cells.retain(|_, count| *count != 0);
        let removal = Removal {
            at: Timestamp::MIN,
            project: project("red"),
            span: (ids[0], ids[ids.len() - 1]),
            counted,
            standings,
        };
        Sequenced { seq, entry: JournalEntry::Removal(removal) }
    }
}

fn removed(snapshot: &Snapshot) -> i64 {
    snapshot.removed.get(&project("red")).map_or(0, Totals::total)
}

#[test]
fn what_left_stays_in_the_totals_of_all_time_and_in_no_list() {
    let reef = reef();
    let projection = Projection::new(Snapshot::default());
    projection.fold(&reef.entries);
    let before = projection.totals(&Scope::All);
    projection.fold(&[reef.removal(16, &[0, 1])]);
    let red = Scope::one(project("red"));
    let (totals, present) = (projection.totals(&red), projection.present(&red));
    assert_eq!((totals.total(), totals.sums), (5, before.sums));
    assert_eq!((present.total(), present.sums.tokens), (3, 15));
    let count = present.count(&[Status::Completed], &[Priority::Medium]);
    assert_eq!(count, 3);
    assert_eq!(projection.totals_by_project()[&project("red")].total(), 5);
    assert_eq!(projection.totals(&Scope::one(ProjectId::default_project())).total(), 0);
    let (_, standing) = projection.agent(agent(1));
    assert_eq!(
        standing,
        Standing { completed: 5, failed: 0 },
        "how an agent stands is of all time"
    );
}

#[test]
fn a_count_in_slices_comes_out_right_wherever_missions_leave() {
    let reef = reef();
    // Which of them leave, between the first slice and the second.
    for leaving in [&[0][..], &[0, 1], &[2], &[3, 4]] {
        let projection = Projection::new(Snapshot::default());
        projection.fold(&reef.entries);
        let mut audit = Audit::begin(15);
        audit.add(reef.slice(15, &[0, 1], Some(1)));
        let left = reef.removal(16, leaving);
        assert!(audit.fold(&left), "{leaving:?} lie on one side");
        projection.fold(&[left]);
        let rest: Vec<usize> = (2..5).filter(|index| !leaving.contains(index)).collect();
        audit.add(reef.slice(16, &rest, None));
        let found = differences(&projection.snapshot(), audit.counted());
        assert_eq!(found, Vec::<String>::new(), "{leaving:?}");
    }
}

#[test]
fn the_first_slice_brings_what_had_left_before_it() {
    let reef = reef();
    let projection = Projection::new(Snapshot::default());
    projection.fold(&reef.entries);
    let mut audit = Audit::begin(15);
    let left = reef.removal(16, &[0, 4]);
    assert!(audit.fold(&left), "nothing is counted yet");
    projection.fold(std::slice::from_ref(&left));
    let mut slice = reef.slice(16, &[1, 2, 3], None);
    slice.counted.removed = projection.snapshot().removed;
    slice.counted.standings = reef.tables(&[0, 1, 2, 3, 4]).standings;
    audit.add(slice);
    let found = differences(&projection.snapshot(), audit.counted());
    assert_eq!((found, removed(audit.counted())), (Vec::new(), 2));
    let more = reef.removal(17, &[1, 3]);
    assert!(audit.fold(&more), "everything is counted");
    projection.fold(&[more]);
    let found = differences(&projection.snapshot(), audit.counted());
    assert_eq!((found, removed(audit.counted())), (Vec::new(), 4));
}

#[test]
fn a_step_on_both_sides_of_a_slices_end_begins_the_count_anew() {
    let reef = reef();
    let mut audit = Audit::begin(15);
    audit.add(reef.slice(15, &[0, 1], Some(1)));
    assert!(!audit.fold(&reef.removal(16, &[1, 2])));
    assert_eq!((audit.position(), audit.next()), (16, Some(None)));
    assert_eq!(audit.counted().totals.len(), 0);
}

#[test]
fn what_was_removed_is_compared_with_the_tables_too() {
    let reef = reef();
    let projection = Projection::new(Snapshot::default());
    projection.fold(&reef.entries);
    projection.fold(&[reef.removal(16, &[0])]);
    let truth = Snapshot { removed: BTreeMap::new(), ..projection.snapshot() };
    let found = differences(&projection.snapshot(), &truth);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("what was removed of red"), "{found:?}");
}
