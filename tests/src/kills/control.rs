//! Whether the checks can see at all: what a run left behind, spoilt on purpose, must be found.

use super::check::{Violation, violations};
use super::record::{Entry, Event, Record};

/// What was spoilt and not found, in words; nothing when the checks see.
pub(super) fn blind_spots(record: &Record) -> Vec<&'static str> {
    let mut blind = Vec::new();
    if !found(record, forget_a_mission, |it| matches!(it, Violation::Lost(_))) {
        blind.push("blind: a mission that is gone was not found");
    }
    if !sees_a_second_end(record) {
        blind.push("blind: a mission that ended twice was not found");
    }
    if !found(record, begin_under_the_old_fence, |it| matches!(it, Violation::Fence { .. })) {
        blind.push("blind: an attempt under an old fence was not found");
    }
    blind
}

/// Whether a mission that ended twice would be found.
pub(super) fn sees_a_second_end(record: &Record) -> bool {
    found(record, end_again, |it| matches!(it, Violation::EndedAgain { .. }))
}

fn found(record: &Record, spoil: fn(&mut Record), wanted: fn(&Violation) -> bool) -> bool {
    let mut spoilt = record.clone();
    spoil(&mut spoilt);
    violations(&spoilt).iter().any(wanted)
}

fn forget_a_mission(record: &mut Record) {
    if let Some(first) = record.accepted.first() {
        record.missions.retain(|listed| listed.id != first.id);
    }
}

/// As if a late report had been taken.
fn end_again(record: &mut Record) {
    repeat(record, Event::Ended);
}

fn begin_under_the_old_fence(record: &mut Record) {
    repeat(record, Event::Began);
}

/// The last entry of this sort once more, with the next place and version.
fn repeat(record: &mut Record, event: Event) {
    let mut changes = record.journal.iter().filter_map(|entry| entry.mission.as_ref());
    let last = changes.rfind(|change| change.event == event);
    let Some(mut again) = last.cloned() else { return };
    again.version += 1;
    let seq = record.journal.last().map_or(1, |last| last.seq + 1);
    record.journal.push(Entry { seq, mission: Some(again) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_in_which_nothing_can_be_spoilt_proves_nothing() {
        assert_eq!(blind_spots(&Record::default()).len(), 3);
    }
}
