//! Missions that are over leave, and stay in the counters.

use std::collections::BTreeMap;
use std::time::Duration;

use mission_control::{JournalEntry, Removal, Snapshot, Walk};
use mission_control_kernel::{MissionId, RunId, Scope};
use mission_control_missions::{
    Command, FailureClass, ListQuery, LogLevel, LogLine, Mission, Priority, Refusal, Status, Step,
    Totals,
};

use crate::draft::{Draft, text};
use crate::folded::Folded;
use crate::stage::{Stage, cancel, complete, fail, ids, progress, start};

const HOUR: Duration = Duration::from_hours(1);
/// How long missions are kept in these stories.
pub(super) const KEPT: Duration = Duration::from_hours(48);
/// More than any of these stories makes.
const PLENTY: u32 = 500;
/// Steps enough for any of these stories.
const STEPS: u32 = 1_000;

/// Walks along everything in steps of `limit`; how many rows have left.
pub(super) async fn walk(stage: &Stage, limit: u32) -> anyhow::Result<u64> {
    let (mut after, mut removed) = (None, 0);
    for _ in 0..STEPS {
        let step: Walk<MissionId> =
            stage.store.stores.retention.remove_missions(KEPT, after, limit).await?;
        removed += step.removed;
        after = step.reached;
        if step.done {
            return Ok(removed);
        }
    }
    anyhow::bail!("a walk in steps of {limit} has no end")
}

/// Lets so much time go by that what is over now is old.
pub(super) fn grow_old(stage: &Stage) {
    stage.store.clock.advance(KEPT + HOUR);
}

async fn done(stage: &Stage, draft: Draft) -> anyhow::Result<MissionId> {
    let id = stage.make(draft.kind("external")).await?.id;
    finish(stage, id).await?;
    Ok(id)
}

async fn finish(stage: &Stage, id: MissionId) -> anyhow::Result<Mission> {
    stage.tell(id, start()).await?;
    stage.pass(3);
    stage.tell(id, progress(None, 7)).await?;
    stage.tell(id, complete(None)).await
}

async fn begun(stage: &Stage, draft: Draft) -> anyhow::Result<MissionId> {
    let id = stage.make(draft.kind("external")).await?.id;
    stage.tell(id, start()).await?;
    Ok(id)
}

async fn left(stage: &Stage) -> anyhow::Result<Vec<MissionId>> {
    Ok(ids(&stage.all().await?))
}

/// What every change bears on that is in the tables as well.
pub(super) async fn counted(stage: &Stage) -> anyhow::Result<Folded> {
    Ok(plain(Folded::from_snapshot(stage.store.stores.journal.aggregate().await?)))
}

/// Without what ages by itself.
fn plain(folded: Folded) -> Folded {
    Folded { completions: BTreeMap::new(), finished: BTreeMap::new(), ..folded }
}

/// The counters by the journal alone, from its begin.
async fn told(stage: &Stage) -> anyhow::Result<Folded> {
    Ok(plain(Folded::from_journal(&stage.journal().await?)))
}

fn of_all_time(folded: &Folded) -> Totals {
    let mut sum = Totals::default();
    folded.totals.values().chain(folded.removed.values()).for_each(|totals| sum.add(totals));
    sum.cells.retain(|_, count| *count != 0);
    sum
}

pub(super) async fn what_is_over_leaves_and_stays_counted(stage: Stage) -> anyhow::Result<()> {
    let completed = done(&stage, stage.draft().priority(Priority::High)).await?;
    let called_off = stage.make_plain().await?.id;
    stage.tell(called_off, cancel(false)).await?;
    let dead = begun(&stage, stage.draft()).await?;
    stage.tell(dead, fail(None, FailureClass::InvalidInput)).await?;
    let discarded = begun(&stage, stage.draft()).await?;
    stage.tell(discarded, fail(None, FailureClass::InvalidInput)).await?;
    stage.tell(discarded, Command::Discard { reason: None }).await?;
    let waits = stage.make_plain().await?.id;
    let runs = begun(&stage, stage.draft()).await?;
    assert_eq!(walk(&stage, PLENTY).await?, 0, "nothing is old");
    grow_old(&stage);
    let late = done(&stage, stage.draft()).await?;
    let before = counted(&stage).await?;
    assert_eq!(walk(&stage, PLENTY).await?, 3);
    assert_eq!(left(&stage).await?, [dead, waits, runs, late]);
    let after = counted(&stage).await?;
    assert_eq!(of_all_time(&after), of_all_time(&before), "totals are of all time");
    let removed = &after.removed[&stage.project];
    let of = |status| removed.status(status);
    let each = [of(Status::Completed), of(Status::Cancelled), of(Status::Failed)];
    assert_eq!((each, removed.sums.tokens), ([1, 1, 1], 7));
    assert_eq!((removed.sums.timed, removed.sums.duration_micros), (2, 3_000_000));
    assert_eq!(after, told(&stage).await?, "the journal tells the same");
    let Some(JournalEntry::Removal(Removal { project, span, .. })) =
        stage.journal().await?.pop().map(|last| last.entry)
    else {
        anyhow::bail!("the journal does not tell of it")
    };
    assert_eq!((project, span), (stage.project.clone(), (completed, discarded)));
    assert_eq!(walk(&stage, PLENTY).await?, 0, "once is enough");
    stage.tell(dead, Command::Discard { reason: None }).await?;
    assert_eq!(walk(&stage, PLENTY).await?, 1, "somebody has decided");
    assert_eq!(stage.refused(completed, Command::Retry).await?, Refusal::NotFound);
    Ok(())
}

pub(super) async fn with_a_mission_leaves_all_that_is_its_own(stage: Stage) -> anyhow::Result<()> {
    let atlas = stage.agent("atlas").await?;
    let first = done(&stage, stage.draft().titled("a manatee")).await?;
    let draft = stage.draft().titled("another manatee").after(&[first]);
    let taken = stage.make_and_claim(&atlas, draft).await?;
    let line = |text: &str| LogLine {
        n: 0,
        at: stage.now(),
        level: LogLevel::Info,
        text: text.into(),
        lease: None,
    };
    let missions = &stage.store.stores.missions;
    let lines = (0..5).map(|n| line(&n.to_string())).collect();
    missions.append_logs(&stage.scope, taken.id, Some(taken.lease_id), lines).await??;
    stage.tell(taken.id, complete(Some(taken.lease_id))).await?;
    let standing = counted(&stage).await?.standings;
    grow_old(&stage);
    assert_eq!(walk(&stage, 3).await?, 2 + 5, "lines leave in steps of their own");
    assert!(left(&stage).await?.is_empty());
    let look = async || {
        let lines = missions.logs(&stage.scope, taken.id, 0, LogLevel::Debug, 10).await?;
        let attempts = missions.attempts(&stage.scope, taken.id).await?;
        anyhow::Ok((lines.len(), attempts.len()))
    };
    assert_eq!(look().await?, (0, 0));
    assert!(missions.dependants(first, None, 10).await?.is_empty());
    let query = ListQuery { text: Some(text("manatee")), ..ListQuery::default() };
    assert!(missions.list(&stage.scope, &query).await?.missions.is_empty());
    let after = counted(&stage).await?;
    assert_eq!(after.standings, standing, "how an agent stands is of all its time");
    assert_eq!(after, told(&stage).await?);
    let slice = stage.store.stores.journal.slice(None, 10).await?.counted;
    let whole = Folded::from_snapshot(Snapshot { seq: after.seq, ..slice });
    assert_eq!(plain(whole), after, "the first slice has what was removed");
    let agents = &stage.store.stores.agents;
    let remove = mission_control_agents::AgentCommand::Remove;
    agents.command(&Scope::All, atlas.id, remove).await??;
    assert!(counted(&stage).await?.standings.is_empty());
    Ok(())
}

pub(super) async fn a_tree_leaves_as_a_whole(stage: Stage) -> anyhow::Result<()> {
    let root = begun(&stage, stage.draft()).await?;
    let child = begun(&stage, stage.draft().below(root)).await?;
    let leaf = stage.make(stage.draft().below(child)).await?.id;
    stage.tell(child, complete(None)).await?;
    stage.tell(root, complete(None)).await?;
    let alone = done(&stage, stage.draft()).await?;
    grow_old(&stage);
    assert_eq!(walk(&stage, PLENTY).await?, 1, "one of the tree waits");
    assert_eq!(left(&stage).await?, [root, child, leaf]);
    stage.tell(leaf, cancel(false)).await?;
    assert_eq!(walk(&stage, PLENTY).await?, 0, "one of the tree was called off just now");
    grow_old(&stage);
    assert_eq!(walk(&stage, PLENTY).await?, 3);
    assert!(left(&stage).await?.is_empty());
    assert!(stage.store.stores.missions.mission(&stage.scope, alone).await?.is_none());
    assert_eq!(counted(&stage).await?, told(&stage).await?);
    Ok(())
}

pub(super) async fn a_large_tree_leaves_in_several_steps(stage: Stage) -> anyhow::Result<()> {
    let blocked = begun(&stage, stage.draft()).await?;
    let mut dead = Vec::new();
    for _ in 0..6 {
        dead.push(begun(&stage, stage.draft().below(blocked)).await?);
    }
    for id in &dead {
        stage.tell(*id, fail(None, FailureClass::InvalidInput)).await?;
    }
    stage.tell(blocked, complete(None)).await?;
    let root = begun(&stage, stage.draft()).await?;
    for _ in 0..10 {
        let child = stage.make(stage.draft().below(root)).await?.id;
        stage.tell(child, cancel(false)).await?;
    }
    stage.tell(root, complete(None)).await?;
    grow_old(&stage);
    let retention = &stage.store.stores.retention;
    let before = stage.all().await?.len();
    let mut after = None;
    loop {
        let step = retention.remove_missions(KEPT, after, 4).await?;
        assert!(step.removed <= 4, "{step:?}");
        after = step.reached;
        if step.done {
            break;
        }
    }
    assert_eq!(left(&stage).await?, [vec![blocked], dead].concat(), "a dead letter keeps its tree");
    assert_eq!(before - left(&stage).await?.len(), 11);
    assert_eq!(counted(&stage).await?, told(&stage).await?);
    Ok(())
}

pub(super) async fn what_others_need_stays(stage: Stage) -> anyhow::Result<()> {
    let needed = done(&stage, stage.draft()).await?;
    let waits = stage.make(stage.draft().after(&[needed])).await?.id;
    // A tree that fits into no step, because of one inside it.
    let root = begun(&stage, stage.draft()).await?;
    let inside = stage.make(stage.draft().below(root).kind("external")).await?.id;
    for _ in 0..4 {
        let child = stage.make(stage.draft().below(root)).await?.id;
        stage.tell(child, cancel(false)).await?;
    }
    let other = stage.make(stage.draft().after(&[inside])).await?.id;
    finish(&stage, inside).await?;
    stage.tell(root, complete(None)).await?;
    let run = RunId::new(stage.mission_id().uuid());
    let of_run = |draft: Draft, key: &str| {
        let key = text(key);
        draft.spec(|spec| {
            spec.step = Some(Step { run, key, position: 1, continues_on_failure: false });
        })
    };
    let first = done(&stage, of_run(stage.draft(), "first")).await?;
    let second = stage.make(of_run(stage.draft(), "second")).await?.id;
    grow_old(&stage);
    let last = done(&stage, stage.draft()).await?;
    grow_old(&stage);
    for limit in [2, PLENTY] {
        walk(&stage, limit).await?;
        let there = left(&stage).await?;
        for stays in [needed, waits, root, inside, other, first, second] {
            assert!(there.contains(&stays), "{stays} is gone");
        }
        assert!(!there.contains(&last), "what must stay keeps nothing behind it");
    }
    for id in [waits, other, second] {
        stage.tell(id, cancel(false)).await?;
    }
    assert_eq!(walk(&stage, PLENTY).await?, 0, "they were over just now");
    grow_old(&stage);
    walk(&stage, PLENTY).await?;
    assert!(left(&stage).await?.is_empty());
    assert_eq!(counted(&stage).await?, told(&stage).await?);
    Ok(())
}

pub(super) async fn a_large_tree_stays_whole_while_others_need_one_of_it(
    stage: Stage,
) -> anyhow::Result<()> {
    let run = RunId::new(stage.mission_id().uuid());
    let of_run = |draft: Draft, key: &str| {
        let step = Step { run, key: text(key), position: 1, continues_on_failure: false };
        draft.spec(|spec| spec.step = Some(step))
    };
    let (mut trees, mut wait) = (Vec::new(), Vec::new());
    for needed in ["root", "member", "run"] {
        let root = begun(&stage, stage.draft()).await?;
        let oldest = match needed {
            "run" => of_run(stage.draft(), "old").below(root),
            _ => stage.draft().below(root),
        };
        let oldest = stage.make(oldest.kind("external")).await?.id;
        wait.push(match needed {
            "root" => stage.make(stage.draft().after(&[root])).await?.id,
            "member" => stage.make(stage.draft().after(&[oldest])).await?.id,
            _ => stage.make(of_run(stage.draft(), "new")).await?.id,
        });
        finish(&stage, oldest).await?;
        trees.extend([root, oldest]);
        for _ in 0..5 {
            let child = stage.make(stage.draft().below(root)).await?.id;
            stage.tell(child, cancel(false)).await?;
            trees.push(child);
        }
        stage.tell(root, complete(None)).await?;
    }
    grow_old(&stage);
    assert_eq!(walk(&stage, 2).await?, 0, "something of each tree is needed");
    for id in wait {
        stage.tell(id, cancel(false)).await?;
    }
    grow_old(&stage);
    assert_eq!(walk(&stage, 2).await?, trees.len() as u64 + 3);
    assert!(left(&stage).await?.is_empty());
    Ok(())
}

pub(super) async fn each_project_is_told_of_its_own(stage: Stage) -> anyhow::Result<()> {
    let other = stage.of_project("lab");
    for stage in [&stage, &other, &stage] {
        done(stage, stage.draft()).await?;
    }
    grow_old(&stage);
    assert_eq!(walk(&stage, PLENTY).await?, 3);
    let told_of: Vec<(String, i64)> = stage
        .journal()
        .await?
        .into_iter()
        .filter_map(|one| match one.entry {
            JournalEntry::Removal(it) => Some((it.project.to_string(), it.counted.total())),
            JournalEntry::Mission(_) | JournalEntry::Agent(_) => None,
        })
        .collect();
    assert_eq!(told_of, [("default".to_owned(), 2), ("lab".to_owned(), 1)]);
    assert_eq!(counted(&stage).await?, told(&stage).await?);
    Ok(())
}
