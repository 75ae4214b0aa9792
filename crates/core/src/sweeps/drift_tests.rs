use std::sync::Arc;

use mission_control_kernel::MissionId;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::drift::{DriftCheck, Round};
use crate::health::Health;
use crate::journal::{Removal, Sequenced, Slice, Snapshot};
use crate::projection::Projection;
use crate::scripted::{ScriptedJournal, Story, agent, project};
use crate::tail;

/// Three missions: one completed and one running by the same agent, one pending.
fn stories() -> [Story; 3] {
    let red = project("red");
    let done = Story::of(1, &red).claimed_by(agent(1)).completed(5);
    [done, Story::of(2, &red).claimed_by(agent(1)), Story::of(3, &red)]
}

/// What the tables have of some missions at a place: what their entries up to it leave.
fn slice(of: &[&Story], entries: &[Sequenced], seq: i64, last: Option<MissionId>) -> Slice {
    let ids: Vec<MissionId> = of.iter().map(|story| story.mission.id).collect();
    let counted = Projection::new(Snapshot::default());
    for entry in entries.iter().filter(|entry| entry.seq <= seq) {
        if let crate::JournalEntry::Mission(told) = &entry.entry
            && ids.contains(&told.mission)
        {
            counted.fold(std::slice::from_ref(entry));
        }
    }
    Slice { counted: Snapshot { seq, ..counted.snapshot() }, last }
}

struct Rig {
    check: DriftCheck,
    journal: Arc<ScriptedJournal>,
    truths: mpsc::Receiver<Snapshot>,
}

fn rig(projection: Projection) -> Rig {
    let journal = Arc::new(ScriptedJournal::default());
    let projection = Arc::new(projection);
    let health = Arc::new(Health::new(journal.clone(), Arc::clone(&projection), 0));
    let (truths, adopted) = mpsc::channel(1);
    let check = DriftCheck {
        journal: journal.clone(),
        projection,
        health,
        batches: tail::batches(),
        truths,
    };
    Rig { check, journal, truths: adopted }
}

fn begin(rig: &Rig) -> Round {
    rig.check.begin(CancellationToken::new())
}

fn entries() -> (Vec<Sequenced>, [Story; 3]) {
    let stories = stories();
    let [done, running, pending] = &stories;
    // 1 to 3, 4 and 5, 6.
    let entries = [done.sequenced(1), running.sequenced(4), pending.sequenced(6)].concat();
    (entries, stories)
}

#[tokio::test]
async fn slices_counted_at_different_places_add_up_to_the_whole() {
    let (entries, [done, running, pending]) = entries();
    let rig = rig(Projection::new(Snapshot::default()));
    let mut round = begin(&rig);
    let last = Some(running.mission.id);
    let first = slice(&[&done, &running], &entries, 2, last);
    let second = slice(&[&pending], &entries, 6, None);
    rig.journal.set_slices([first, second]);
    assert_eq!(rig.check.step(&mut round).await, Ok(None), "its place is yet to come");
    rig.check.projection.fold(&entries[..5]);
    assert_eq!(round.fold(&entries[..5].to_vec().into()), None, "half of it is counted");
    assert_eq!(rig.check.step(&mut round).await, Ok(None));
    rig.check.projection.fold(&entries[5..]);
    assert_eq!(round.fold(&entries[5..].to_vec().into()), None);
    let report = rig.check.step(&mut round).await.unwrap().expect("everything is counted");
    assert_eq!((report.compared_at, report.differences), (6, vec![]));
    assert_eq!(rig.check.step(&mut round).await, Ok(None), "and from the beginning again");
}

#[tokio::test]
async fn a_slice_from_before_what_is_folded_is_counted_again() {
    let (entries, [done, running, pending]) = entries();
    let rig = rig(Projection::new(Snapshot::default()));
    let mut round = begin(&rig);
    rig.check.projection.fold(&entries);
    assert_eq!(round.fold(&entries.clone().into()), None);
    let all = [&done, &running, &pending];
    rig.journal.set_slices([slice(&all, &entries, 3, None), slice(&all, &entries, 6, None)]);
    assert_eq!(rig.check.step(&mut round).await, Ok(None));
    let report = rig.check.step(&mut round).await.unwrap().expect("everything is counted");
    assert_eq!(report.differences, Vec::<String>::new());
}

#[tokio::test]
async fn a_slice_of_a_count_that_began_anew_is_not_used() {
    let (mut entries, [done, running, pending]) = entries();
    let one = slice(&[&done], &entries, 6, Some(done.mission.id));
    let left = Removal {
        at: done.mission.updated_at,
        project: project("red"),
        // Others between the two have stayed.
        span: (done.mission.id, pending.mission.id),
        counted: one.counted.totals[&project("red")].clone(),
        standings: one.counted.standings.clone(),
    };
    let mut whole = slice(&[&running, &pending], &entries, 7, None);
    whole.counted.removed = one.counted.totals.clone();
    whole.counted.standings = one.counted.standings.clone();
    entries.push(Sequenced { seq: 7, entry: crate::JournalEntry::Removal(left) });
    let rig = rig(Projection::new(Snapshot::default()));
    let mut round = begin(&rig);
    rig.check.projection.fold(&entries);
    assert_eq!(round.fold(&entries[..6].to_vec().into()), None);
    // Counted behind the first, ahead of the entry that ends the count.
    let ahead = slice(&[&running, &pending], &entries, 7, None);
    rig.journal.set_slices([one, ahead, whole]);
    for _ in 0..2 {
        assert_eq!(rig.check.step(&mut round).await, Ok(None));
    }
    assert_eq!(round.fold(&entries[6..].to_vec().into()), None, "the count begins anew");
    let report = rig.check.step(&mut round).await.unwrap().expect("everything is counted");
    assert_eq!((report.compared_at, report.differences), (7, vec![]));
}

#[tokio::test(start_paused = true)]
async fn drift_is_told_and_the_tables_win() {
    let (entries, [done, running, pending]) = entries();
    let mut rig = rig(Projection::new(Snapshot { seq: 6, ..Snapshot::default() }));
    rig.journal.append(entries.clone());
    let whole = slice(&[&done, &running, &pending], &entries, 6, None);
    let truth = whole.counted.clone();
    rig.journal.set_slices([whole]);
    rig.journal.set_truth(truth.clone());
    let health = Arc::clone(&rig.check.health);
    let stop = CancellationToken::new();
    let checking = tokio::spawn(rig.check.run(stop.clone()));
    assert_eq!(rig.truths.recv().await, Some(truth));
    assert!(health.readiness().drift);
    stop.cancel();
    checking.await.unwrap();
}
