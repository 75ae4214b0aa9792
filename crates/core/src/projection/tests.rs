use std::time::Duration;

use mission_control_agents::{AgentEntry, AgentEvent, Standing};
use mission_control_kernel::{ProjectId, Scope, Text, Timestamp};
use mission_control_missions::{Command, Status};

use super::fold::{MINUTES_KEPT, fold};
use super::{COMPLETIONS_KEPT, Projection, differences, load};
use crate::journal::{JournalEntry, Sequenced, Snapshot};
use crate::scripted::{ScriptedJournal, Story, agent, project};

fn folded(entries: &[Sequenced]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for entry in entries {
        fold(&mut snapshot, entry);
    }
    snapshot
}

fn story(n: u32) -> Story {
    Story::of(n, &ProjectId::default_project())
}

#[test]
fn counters_follow_a_mission_from_its_making_to_its_completion() {
    let atlas = agent(1);
    let story = story(1).claimed_by(atlas).after(Duration::from_secs(90)).completed(700);
    let entries = story.sequenced(1);

    let running = folded(&entries[..2]);
    assert_eq!((running.seq, running.running.get(&atlas)), (2, Some(&1)));
    assert_eq!(running.totals[&ProjectId::default_project()].status(Status::Running), 1);
    let kinds = &running.kinds[&ProjectId::default_project()];
    let counts = kinds.values().map(|kind| (kind.waiting(), kind.running)).collect::<Vec<_>>();
    assert_eq!(counts, [(0, 1)]);

    let done = folded(&entries);
    assert_eq!(done.running.get(&atlas), None, "who runs nothing is not listed");
    assert!(done.kinds.is_empty(), "a kind of which all is over is not listed");
    assert_eq!(done.standings[&atlas], Standing { completed: 1, failed: 0 });
    let totals = &done.totals[&ProjectId::default_project()];
    assert_eq!((totals.total(), totals.status(Status::Completed)), (1, 1));
    assert_eq!(totals.sums.tokens, 700);
    let (_, minute) = done.minutes.iter().next().unwrap();
    assert_eq!((minute.completed, minute.failed, minute.tokens), (1, 0, 700));
    assert_eq!(minute.average_duration(), Duration::from_secs(90));
    let completion = &done.completions[&ProjectId::default_project()][0];
    assert_eq!((completion.mission, completion.agent), (story.mission.id, Some(atlas)));
    assert_eq!(completion.duration, Duration::from_secs(90));
}

#[test]
fn an_entry_that_is_in_already_changes_nothing() {
    let entries = story(1).claimed_by(agent(1)).completed(5).sequenced(1);
    let once = folded(&entries);
    let twice = folded(&[&entries[..], &entries[1..]].concat());
    assert_eq!(once, twice);
}

#[test]
fn only_attempts_that_ended_by_themselves_count_for_the_standing() {
    let atlas = agent(1);
    let lease = |story: &Story| story.mission.lease_id;
    let claimed = || story(1).claimed_by(atlas);
    let released = claimed();
    let released = {
        let lease = lease(&released);
        released.then(&Command::Release { lease })
    };
    let lost = claimed().after(Duration::from_secs(15));
    let lost = {
        let lease = lease(&lost);
        lost.then(&Command::Lose { lease })
    };
    let cancelled = claimed().then(&Command::Cancel { reason: None, children: false });
    let taken_back = claimed().then(&Command::TakeBack);
    for (what, story, expected) in [
        ("completed", claimed().completed(0), (1, 0)),
        ("failed", claimed().failed_for_good(), (0, 1)),
        ("lost", lost, (0, 1)),
        ("released", released, (0, 0)),
        ("taken back", taken_back, (0, 0)),
        ("cancelled", cancelled, (0, 0)),
    ] {
        let counted = folded(&story.sequenced(1));
        let standing = counted.standings.get(&atlas).copied().unwrap_or_default();
        assert_eq!((standing.completed, standing.failed), expected, "{what}");
        assert_eq!(counted.running.get(&atlas), None, "{what}");
    }
}

#[test]
fn minutes_are_kept_for_an_hour_and_completions_up_to_a_hundred() {
    let mut snapshot = Snapshot::default();
    let count = u32::try_from(COMPLETIONS_KEPT).unwrap() + 20;
    let mut seq = 1;
    let mut last = Timestamp::MIN;
    for n in 0..count {
        let story = story(n).claimed_by(agent(1));
        let story = story.after(Duration::from_mins(u64::from(n))).completed(0);
        for entry in story.sequenced(seq) {
            fold(&mut snapshot, &entry);
            seq += 1;
        }
        last = story.mission.updated_at;
    }
    assert_eq!(snapshot.minutes.len(), 60);
    let oldest = last.minus(MINUTES_KEPT);
    assert!(snapshot.minutes.keys().all(|(_, begin)| *begin > oldest));
    let ring = &snapshot.completions[&ProjectId::default_project()];
    assert_eq!((ring.len(), ring.last().unwrap().at), (COMPLETIONS_KEPT, last));

    let projection = Projection::new(snapshot);
    let an_hour_on = last.plus(MINUTES_KEPT);
    assert!(projection.throughput(&Scope::All, an_hour_on).is_empty(), "an idle hour is empty");
    let shown = projection.completions(&Scope::All, 3);
    assert_eq!((shown.len(), shown[0].at), (3, last), "the newest comes first");
}

#[test]
fn a_scope_sees_its_own_projects_alone() {
    let (red, blue) = (project("red"), project("blue"));
    let mut entries = Story::of(1, &red).claimed_by(agent(1)).completed(3).sequenced(1);
    entries.extend(Story::of(2, &blue).sequenced(4));
    let projection = Projection::new(folded(&entries));
    let total = |scope: &Scope| projection.totals(scope).total();
    assert_eq!(
        [total(&Scope::one(red.clone())), total(&Scope::one(blue.clone())), total(&Scope::All)],
        [1, 1, 2]
    );
    assert_eq!(projection.completions(&Scope::one(blue), 10), []);
    assert_eq!(projection.completions(&Scope::one(red), 10).len(), 1);
}

#[test]
fn a_removed_agent_is_forgotten() {
    let atlas = agent(1);
    let mut entries = story(1).claimed_by(atlas).completed(0).sequenced(1);
    let removed = AgentEntry {
        at: Timestamp::MIN,
        project: ProjectId::default_project(),
        agent: atlas,
        name: Text::parse("atlas").unwrap(),
        event: AgentEvent::Removed,
    };
    entries.push(Sequenced { seq: 4, entry: JournalEntry::Agent(removed) });
    let counted = folded(&entries);
    assert_eq!((counted.seq, counted.standings.len(), counted.running.len()), (4, 0, 0));
}

#[test]
fn every_difference_from_the_tables_is_named_and_nothing_else() {
    let entries = story(1).claimed_by(agent(1)).sequenced(1);
    let counted = folded(&entries);
    assert_eq!(differences(&counted, &counted), Vec::<String>::new());

    let mut without_zeros = counted.clone();
    for totals in without_zeros.totals.values_mut() {
        totals.cells.retain(|_, count| *count != 0);
    }
    assert_ne!(counted, without_zeros);
    assert_eq!(differences(&counted, &without_zeros), Vec::<String>::new());

    let found = differences(&Snapshot { seq: counted.seq, ..Snapshot::default() }, &counted);
    assert_eq!(found.len(), 3, "totals, kinds and running missions: {found:?}");
    let found = differences(&folded(&entries[..1]), &counted);
    assert_eq!(found.len(), 3, "totals, kinds and running missions: {found:?}");
}

#[tokio::test]
async fn a_start_reads_only_what_came_after_the_checkpoint() {
    let entries = story(1).claimed_by(agent(1)).completed(5).sequenced(1);
    let journal = ScriptedJournal::default();
    journal.append(entries.clone());
    journal.save(folded(&entries[..2]));
    // With the checkpoint alone can these be right: the tables of the script are empty.
    journal.set_truth(Snapshot { seq: 3, ..Snapshot::default() });
    assert_eq!(load(&journal).await.unwrap(), folded(&entries));
}

#[tokio::test]
async fn a_checkpoint_from_before_the_journals_begin_is_not_used() {
    let entries = story(1).claimed_by(agent(1)).completed(5).sequenced(1);
    let journal = ScriptedJournal::default();
    journal.append(entries.clone());
    journal.remove_until(2);
    journal.save(folded(&entries[..1]));
    journal.set_truth(folded(&entries));
    assert_eq!(load(&journal).await.unwrap(), folded(&entries));
}
