//! The journal: one order of all changes, without holes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control::{JournalEntry, Sequenced, Slice, Snapshot};
use mission_control_agents::{AgentCommand, AgentEvent};
use mission_control_missions::{Command, EventKind, FailureClass};

use crate::folded::Folded;
use crate::stage::{Stage, cancel, complete, fail, progress, start};

/// A bit of everything, in two projects.
pub(super) async fn a_busy_hour(stage: &Stage) -> anyhow::Result<()> {
    for stage in [stage, &stage.of_project("elsewhere")] {
        let agent = stage.agent("atlas").await?;
        stage.make_all((0..6).map(|_| stage.draft())).await?;
        let held = stage.claim(&agent, 4).await?;
        for (mission, tokens) in held.iter().zip([10, 20, 30, 40]) {
            stage.tell(mission.id, progress(Some(mission.lease_id), tokens)).await?;
            stage.pass(3);
        }
        stage.tell(held[0].id, complete(Some(held[0].lease_id))).await?;
        stage.tell(held[1].id, fail(Some(held[1].lease_id), FailureClass::InvalidInput)).await?;
        stage.tell(held[2].id, fail(Some(held[2].lease_id), FailureClass::Crashed)).await?;
        let outside = stage.make(stage.draft().place(|new| new.held = true)).await?.id;
        stage.tell(outside, Command::Approve).await?;
        stage.tell(outside, start()).await?;
        stage.tell(outside, cancel(false)).await?;
        stage.tell(held[1].id, Command::Retry).await?;
    }
    Ok(())
}

fn seqs(entries: &[Sequenced]) -> Vec<i64> {
    entries.iter().map(|entry| entry.seq).collect()
}

pub(super) async fn entries_are_numbered_from_one_without_holes(
    stage: Stage,
) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    assert_eq!(journal.head().await?, 0);
    assert!(journal.read(0, 10).await?.is_empty());
    a_busy_hour(&stage).await?;
    let all = stage.journal().await?;
    assert_eq!(seqs(&all), Vec::from_iter(1..=i64::try_from(all.len())?));
    assert_eq!(journal.head().await?, i64::try_from(all.len())?);
    Ok(())
}

pub(super) async fn a_change_has_its_place_once_it_is_answered(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    let id = stage.make_plain().await?.id;
    for (count, command) in (2..).zip([start(), progress(None, 1), complete(None)]) {
        stage.tell(id, command).await?;
        let head = journal.head().await?;
        assert_eq!(head, count, "what was answered is at or before the head");
        let last = journal.read(head - 1, 10).await?;
        let JournalEntry::Mission(entry) = &last[0].entry else { panic!("it is a mission's") };
        assert_eq!((entry.mission, entry.version), (id, count));
        let told = stage.store.stores.missions.events(&stage.scope, id, count - 1, 10).await?;
        assert_eq!(told.len(), 1);
        assert!(told[0].seq.is_none_or(|seq| seq == head), "a place that was given stays");
    }
    stage.agent("atlas").await?;
    let last = journal.read(journal.head().await? - 1, 10).await?;
    let JournalEntry::Agent(entry) = &last[0].entry else { panic!("it is an agent's") };
    assert_eq!((entry.event, entry.name.as_str()), (AgentEvent::Registered, "atlas"));
    Ok(())
}

pub(super) async fn versions_of_a_mission_have_no_holes(stage: Stage) -> anyhow::Result<()> {
    a_busy_hour(&stage).await?;
    let entries = stage.mission_entries().await?;
    let mut last = BTreeMap::new();
    for entry in &entries {
        let version = last.entry(entry.mission).or_insert(0);
        assert_eq!(entry.version, *version + 1, "{}", entry.mission);
        *version = entry.version;
        assert_eq!(entry.event == EventKind::Created, entry.version == 1);
    }
    for mission in stage.all().await? {
        assert_eq!(last.get(&mission.id), Some(&mission.version));
        let own: Vec<_> =
            entries.iter().filter(|entry| entry.mission == mission.id).cloned().collect();
        assert_eq!(stage.story(mission.id).await?, own, "one journal, read two ways");
    }
    Ok(())
}

pub(super) async fn pages_meet_without_overlap(stage: Stage) -> anyhow::Result<()> {
    a_busy_hour(&stage).await?;
    let all = stage.journal().await?;
    let journal = &stage.store.stores.journal;
    for limit in [1, 2, 7, 1_000] {
        let mut paged: Vec<Sequenced> = Vec::new();
        loop {
            let page = journal.read(paged.last().map_or(0, |last| last.seq), limit).await?;
            assert!(page.len() <= usize::try_from(limit)?);
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, all, "in pages of {limit}");
    }
    let beyond = i64::try_from(all.len())? + 1;
    assert!(journal.read(beyond, 10).await?.is_empty());
    Ok(())
}

pub(super) async fn a_waiting_reader_is_woken(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    let head = journal.head().await?;
    let waiting = tokio::spawn(async move { journal.wait_past(head).await });
    stage.make_plain().await?;
    tokio::time::timeout(Duration::from_secs(60), waiting).await??;
    Ok(())
}

pub(super) async fn the_journal_adds_up_to_the_tables(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    assert_eq!(Folded::from_snapshot(journal.aggregate().await?), Folded::default());
    a_busy_hour(&stage).await?;
    let agents = stage.store.stores.agents.agents(&stage.project).await?;
    for (step, tokens) in [(0, 5), (1, 50)] {
        let folded = Folded::from_journal(&stage.journal().await?);
        let counted = Folded::from_snapshot(journal.aggregate().await?);
        assert_eq!(counted, folded, "at step {step}");
        for mission in stage.all().await?.iter().filter(|one| one.agent() == Some(agents[0].id)) {
            if mission.running().is_some() {
                stage.tell(mission.id, progress(Some(mission.lease_id), 100 + tokens)).await?;
                stage.tell(mission.id, complete(Some(mission.lease_id))).await?;
            }
        }
    }
    let command = AgentCommand::Remove;
    let removed = stage.store.stores.agents.command(&stage.scope, agents[0].id, command).await?;
    assert_eq!(removed, Ok(None));
    let folded = Folded::from_journal(&stage.journal().await?);
    assert_eq!(Folded::from_snapshot(journal.aggregate().await?), folded, "without the agent");
    Ok(())
}

pub(super) async fn slices_add_up_to_the_tables(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    assert_eq!(journal.slice(None, 3).await?, Slice::default());
    a_busy_hour(&stage).await?;
    let whole = Snapshot {
        minutes: BTreeMap::new(),
        completions: BTreeMap::new(),
        ..journal.aggregate().await?
    };
    for limit in [1, 4, 7, 14, 100] {
        let mut sum = Snapshot { seq: whole.seq, ..Snapshot::default() };
        let (mut after, mut slices) = (None, 0);
        loop {
            let Slice { counted, last } = journal.slice(after, limit).await?;
            assert_eq!(counted.seq, whole.seq);
            add(&mut sum, counted);
            slices += 1;
            after = last;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(slices, 14 / limit + 1, "of {limit} missions each");
        assert_eq!(Folded::from_snapshot(sum), Folded::from_snapshot(whole.clone()));
    }
    Ok(())
}

fn add(sum: &mut Snapshot, counted: Snapshot) {
    for (project, totals) in counted.totals {
        let whole = sum.totals.entry(project).or_default();
        for (cell, count) in totals.cells {
            *whole.cells.entry(cell).or_default() += count;
        }
        whole.sums = whole.sums.plus(totals.sums);
    }
    for (project, kinds) in counted.kinds {
        let sums = sum.kinds.entry(project).or_default();
        for (kind, counts) in kinds {
            sums.entry(kind).or_default().add(&counts);
        }
    }
    for (agent, standing) in counted.standings {
        let whole = sum.standings.entry(agent).or_default();
        whole.completed += standing.completed;
        whole.failed += standing.failed;
    }
    for (agent, running) in counted.running {
        *sum.running.entry(agent).or_default() += running;
    }
}

pub(super) async fn nothing_is_removed_and_the_epoch_stands(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    let epoch = journal.epoch().await?;
    assert!(!epoch.store.is_empty());
    a_busy_hour(&stage).await?;
    assert_eq!(journal.epoch().await?, epoch);
    assert_eq!(journal.removed_until().await?, 0);
    let other = stage.subject.fresh().await?.stores.journal.epoch().await?;
    assert_ne!(other.store, epoch.store, "another store is another history");
    Ok(())
}
