use super::super::record::{Accepted, Entry, Listed};
use super::*;

/// A mission that was lost under its first lease and completed under its second.
fn whole() -> Record {
    let journal = [
        (Event::Other, "pending", 0),
        (Event::Began, "running", 1),
        (Event::Other, "pending", 1),
        (Event::Began, "running", 2),
        (Event::Other, "running", 2),
        (Event::Ended, "completed", 2),
    ];
    let entry = |(at, (event, to, lease)): (usize, (Event, &str, i64))| {
        let version = i64::try_from(at).unwrap() + 1;
        let change = Change { id: "m".to_owned(), version, event, to: to.to_owned(), lease };
        // An agent has registered in between.
        let seq = if version > 1 { version + 11 } else { version + 10 };
        Entry { seq, mission: Some(change) }
    };
    let mut journal: Vec<Entry> = journal.into_iter().enumerate().map(entry).collect();
    journal.insert(1, Entry { seq: 12, mission: None });
    let line = |lease, begins| Line { mission: "m".to_owned(), lease, pid: 7, begins };
    Record {
        accepted: vec![Accepted { id: "m".to_owned(), title: "one".to_owned() }],
        missions: vec![listed("m", "one", "completed")],
        journal,
        attempts: HashMap::from([("m".to_owned(), vec![1, 2])]),
        ledger: vec![line(1, true), line(2, true), line(2, false)],
    }
}

fn listed(id: &str, title: &str, status: &str) -> Listed {
    Listed { id: id.to_owned(), title: title.to_owned(), status: status.to_owned() }
}

/// What is found once somebody has doctored a whole record.
fn doctored(doctor: impl FnOnce(&mut Record)) -> Vec<String> {
    let mut record = whole();
    doctor(&mut record);
    violations(&record).iter().map(ToString::to_string).collect()
}

fn change(record: &mut Record, at: usize) -> &mut Change {
    record.journal[at].mission.as_mut().expect("an entry about a mission")
}

#[test]
fn a_whole_record_is_found_whole() {
    assert_eq!(violations(&whole()), []);
}

#[test]
fn a_mission_that_was_accepted_and_is_gone_is_found() {
    let gone = doctored(|record| {
        record.missions.clear();
        record.journal.clear();
    });
    assert_eq!(
        gone,
        [
            "lost: m was accepted and is not there",
            "unrecorded: m was accepted and the journal does not know it",
            "m began 0 times in the journal and has 2 attempts"
        ]
    );
}

#[test]
fn a_mission_that_never_ends_is_found() {
    let stuck = doctored(|record| {
        record.journal.truncate(5);
        record.missions[0].status = "running".to_owned();
    });
    assert_eq!(stuck, ["unfinished: m is running", "endless: the journal knows no end of m"]);
}

#[test]
fn a_mission_that_ends_twice_is_found() {
    let twice = doctored(|record| {
        let mut again = change(record, 6).clone();
        again.version = 7;
        record.journal.push(Entry { seq: 18, mission: Some(again) });
    });
    assert_eq!(twice, ["completed twice: m has ended 2 times"]);
}

#[test]
fn an_end_or_a_begin_that_the_journal_does_not_tell_is_found() {
    let endless = doctored(|record| change(record, 6).event = Event::Other);
    assert_eq!(endless, ["endless: the journal knows no end of m"]);
    let untold = doctored(|record| change(record, 2).event = Event::Other);
    assert_eq!(untold, ["m began 1 times in the journal and has 2 attempts"]);
}

#[test]
fn two_missions_of_one_key_are_found() {
    let twice = doctored(|record| {
        record.missions.push(listed("n", "one", "completed"));
        let mut other = change(record, 6).clone();
        (other.id, other.version) = ("n".to_owned(), 1);
        record.journal.push(Entry { seq: 18, mission: Some(other) });
    });
    assert_eq!(twice, ["created twice: one"]);
}

#[test]
fn a_hole_a_repeat_and_a_swap_in_the_journal_are_found() {
    let agents_entry_gone = doctored(|record| drop(record.journal.remove(1)));
    assert_eq!(agents_entry_gone, ["gap: place 13 follows 11"]);
    let repeated = doctored(|record| record.journal.insert(1, record.journal[1].clone()));
    assert_eq!(repeated, ["gap: place 12 follows 12"]);
    let swapped = doctored(|record| record.journal.swap(3, 4));
    assert!(swapped.contains(&"version 4 of m where 3 was due".to_owned()), "{swapped:?}");
}

#[test]
fn a_version_that_is_left_out_is_found() {
    let skipped = doctored(|record| change(record, 6).version += 1);
    assert_eq!(skipped, ["version 7 of m where 6 was due"]);
}

#[test]
fn a_fence_that_falls_or_stays_where_it_must_rise_is_found() {
    let fell = doctored(|record| change(record, 6).lease = 1);
    assert_eq!(fell, ["the fence of m went from 2 to 1"]);
    let stayed = doctored(|record| {
        for at in 4..=6 {
            change(record, at).lease = 1;
        }
    });
    assert_eq!(stayed, ["the fence of m went from 1 to 1"]);
}

#[test]
fn a_list_that_disagrees_with_the_journal_is_found() {
    let differs = doctored(|record| change(record, 6).to = "running".to_owned());
    assert_eq!(differs, ["m is running in the journal and completed in the list"]);
}

#[test]
fn work_that_no_attempt_accounts_for_is_found() {
    let stray = doctored(|record| record.ledger[0].lease = 3);
    assert_eq!(stray, ["m was performed under the lease 3, which no attempt has"]);
    let again = doctored(|record| record.ledger[0].lease = 2);
    assert_eq!(again, ["m was performed twice under the lease 2"]);
}

/// The end of a whole record, and what follows it.
fn followed(record: &mut Record, followers: &[(Event, &str, i64)]) {
    for (event, to, lease) in followers.iter().copied() {
        let last = record.journal.last().expect("an entry").clone();
        let mut next = last.mission.expect("an entry about a mission");
        (next.version, next.event, next.lease) = (next.version + 1, event, lease);
        next.to = to.to_owned();
        record.journal.push(Entry { seq: last.seq + 1, mission: Some(next) });
    }
    record.attempts.insert("m".to_owned(), vec![1, 2, 3]);
}

#[test]
fn a_mission_may_end_once_more_for_each_time_that_it_is_retried() {
    let retried = [
        (Event::Again, "pending", 2),
        (Event::Began, "running", 3),
        (Event::Ended, "completed", 3),
    ];
    assert_eq!(doctored(|record| followed(record, &retried)), [""; 0]);
    let by_itself = doctored(|record| followed(record, &retried[1..]));
    assert_eq!(
        by_itself,
        [
            "completed twice: m has ended 2 times",
            "begun again: an attempt at m began although it was over"
        ]
    );
}
