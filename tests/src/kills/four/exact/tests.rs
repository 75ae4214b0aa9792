use super::super::super::record::{Change, Line};
use super::*;

/// Two missions of three entries each, side by side, with an agent between them.
fn journal() -> Vec<Entry> {
    let change = |id: &str, version, event, lease| {
        let to = if event == Event::Ended { "completed" } else { "running" };
        Some(Change { id: id.to_owned(), version, event, to: to.to_owned(), lease })
    };
    let missions = [
        change("a", 1, Event::Other, 0),
        change("b", 1, Event::Other, 0),
        None,
        change("a", 2, Event::Began, 1),
        change("a", 3, Event::Ended, 1),
        change("b", 2, Event::Began, 4),
        change("b", 3, Event::Ended, 4),
    ];
    (10..).zip(missions).map(|(seq, mission)| Entry { seq, mission }).collect()
}

/// What is found when a viewer has seen something else than the journal.
fn seen(doctor: impl FnOnce(&mut Seen)) -> Vec<String> {
    let mut seen = Seen { viewer: 1, entries: journal(), ..Seen::default() };
    doctor(&mut seen);
    sight(&journal(), &seen)
}

#[test]
fn who_has_seen_the_journal_and_what_came_behind_it_has_seen_exactly_that() {
    assert_eq!(seen(|_| {}), [""; 0]);
    assert_eq!(seen(|seen| seen.entries.push(Entry { seq: 17, mission: None })), [""; 0]);
}

#[test]
fn an_entry_that_a_viewer_has_missed_is_found_wherever_it_stands() {
    for at in 0..journal().len() {
        let missed = seen(|seen| drop(seen.entries.remove(at)));
        let place = 10 + at;
        assert_eq!(missed, [format!("viewer 1 missed: 1 entries, the first at {place}")]);
    }
}

#[test]
fn entries_that_come_again_or_late_or_otherwise_are_found() {
    let again = seen(|seen| seen.entries.insert(3, seen.entries[2].clone()));
    assert_eq!(again, ["viewer 1 saw more than once: 1 entries, the first at 12"]);
    let late = seen(|seen| seen.entries.swap(3, 4));
    assert_eq!(late, ["viewer 1 saw too late: 1 entries, the first at 13"]);
    let other = seen(|seen| seen.entries[4].mission = None);
    assert_eq!(other, ["viewer 1 saw otherwise than they are: 1 entries, the first at 14"]);
    let invented = seen(|seen| seen.entries.insert(0, Entry { seq: 9, mission: None }));
    assert_eq!(invented, ["viewer 1 saw otherwise than they are: 1 entries, the first at 9"]);
    let back = seen(|seen| seen.refusals.push("resync: too_old".to_owned()));
    assert_eq!(back, ["viewer 1 was refused: resync: too_old"]);
}

#[test]
fn a_completion_is_performed_once_under_its_own_lease() {
    let found = |ends: &[(&str, i64)]| {
        let line = |(mission, lease): &(&str, i64)| Line {
            mission: (*mission).to_owned(),
            lease: *lease,
            pid: 7,
            begins: false,
        };
        let ledger = ends.iter().map(line).collect();
        completions(&Record { journal: journal(), ledger, ..Record::default() })
    };
    assert_eq!(found(&[("a", 1), ("b", 3), ("b", 4)]), [""; 0]);
    let stale = found(&[("a", 1), ("b", 3)]);
    assert_eq!(stale, ["b was completed under the lease 4, which 0 programs performed"]);
    let doubled = found(&[("a", 1), ("b", 4), ("b", 4)]);
    assert_eq!(doubled, ["b was completed under the lease 4, which 2 programs performed"]);
}
