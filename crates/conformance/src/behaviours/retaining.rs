//! What is old leaves the store; what somebody still needs stays.

use std::sync::Arc;
use std::time::Duration;

use mission_control::{Gone, Keep, MissionControl, Perishable, Snapshot};
use mission_control_kernel::StoreError;
use mission_control_missions::{
    Action, Actor, LogLevel, LogLine, Receipt, Rendered, Request, Verdict,
};

use crate::stage::Stage;

const HOUR: Duration = Duration::from_hours(1);
/// How long things are kept in these stories.
const KEPT: Duration = Duration::from_hours(48);
/// No reader of the journal is this far behind when nothing else happens.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one looks whether it has come.
const LOOK: Duration = Duration::from_millis(20);
pub(super) const FOR_EVER: Keep =
    Keep { missions: None, journal: None, logs: None, receipts: None, metrics: None };

async fn remove(stage: &Stage, what: Perishable, limit: u32) -> anyhow::Result<u64> {
    Ok(stage.store.stores.retention.remove(what, KEPT, limit).await?)
}

/// Missions of which each leaves an entry of its own, and then as much time that they are old.
async fn make_old(stage: &Stage, count: u32) -> anyhow::Result<()> {
    for _ in 0..count {
        stage.make_plain().await?;
    }
    stage.store.clock.advance(KEPT + HOUR);
    Ok(())
}

async fn save_checkpoint(stage: &Stage, seq: i64) -> anyhow::Result<()> {
    let snapshot = Snapshot { seq, ..Snapshot::default() };
    Ok(stage.store.stores.journal.save_checkpoint(&snapshot).await?)
}

/// Removes entries until `last` is gone. The index of texts reads the journal in its own time, and
/// nothing leaves before it has.
async fn remove_entries_until(stage: &Stage, last: i64, limit: u32) -> anyhow::Result<()> {
    let mut looks = tokio::time::interval(LOOK);
    let removing = async {
        while stage.store.stores.journal.removed_until().await? < last {
            if remove(stage, Perishable::Journal, limit).await? == 0 {
                looks.tick().await;
            }
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, removing).await??;
    assert_eq!(stage.store.stores.journal.removed_until().await?, last, "no more than that");
    Ok(())
}

pub(super) async fn old_entries_leave_and_places_stay(stage: Stage) -> anyhow::Result<()> {
    let journal = Arc::clone(&stage.store.stores.journal);
    assert_eq!(remove(&stage, Perishable::Journal, 10).await?, 0, "there is nothing");
    make_old(&stage, 5).await?;
    stage.make_plain().await?;
    stage.make_plain().await?;
    let before = journal.aggregate().await?;
    remove_entries_until(&stage, 5, 2).await?;
    assert_eq!(remove(&stage, Perishable::Journal, 2).await?, 0, "the rest is not old");
    assert_eq!(journal.head().await?, 7);
    for limit in [1, 2, 100] {
        for behind in [0, 1, 4] {
            let page = journal.read(behind, limit).await?;
            let first = page.first().map(|entry| entry.seq);
            assert_eq!(first, Some(6), "whoever is at {behind} sees the hole in a page of {limit}");
        }
    }
    let after = journal.aggregate().await?;
    assert_eq!((after.seq, after.totals), (before.seq, before.totals), "the tables are whole");
    stage.store.clock.advance(KEPT + HOUR);
    remove_entries_until(&stage, 6, 10).await?;
    assert_eq!(remove(&stage, Perishable::Journal, 10).await?, 0, "the newest one stays");
    drop(journal);
    let stage = stage.reopened().await?;
    stage.make_plain().await?;
    let journal = &stage.store.stores.journal;
    assert_eq!((journal.removed_until().await?, journal.head().await?), (6, 8));
    Ok(())
}

pub(super) async fn entries_that_a_reader_needs_stay(stage: Stage) -> anyhow::Result<()> {
    make_old(&stage, 9).await?;
    for needed_from in [4, 7] {
        save_checkpoint(&stage, needed_from).await?;
        remove_entries_until(&stage, needed_from, 100).await?;
        assert_eq!(remove(&stage, Perishable::Journal, 100).await?, 0);
    }
    Ok(())
}

pub(super) async fn processes_that_remove_at_once_remove_each_entry_once(
    stage: Stage,
) -> anyhow::Result<()> {
    let Some(other) = stage.next_door().await? else { return Ok(()) };
    make_old(&stage, 40).await?;
    let mut looks = tokio::time::interval(LOOK);
    let all = async {
        let mut removed = 0;
        while removed < 39 {
            let (here, there) = tokio::try_join!(
                remove(&stage, Perishable::Journal, 3),
                remove(&other, Perishable::Journal, 3)
            )?;
            removed += here + there;
            if here + there == 0 {
                looks.tick().await;
            }
        }
        anyhow::Ok(removed)
    };
    assert_eq!(tokio::time::timeout(PATIENCE, all).await??, 39);
    assert_eq!(other.store.stores.journal.removed_until().await?, 39);
    Ok(())
}

pub(super) async fn a_reader_behind_what_is_kept_is_told_so(stage: Stage) -> anyhow::Result<()> {
    make_old(&stage, 3).await?;
    stage.make_plain().await?;
    let control = MissionControl::builder(stage.store.stores.clone()).keep(FOR_EVER).start();
    let control = control.await?;
    let mut behind = control.resume(1)?;
    remove_entries_until(&stage, 3, 100).await?;
    let Err(StoreError::Unavailable(why)) = behind.next().await else {
        anyhow::bail!("a reader was led over the hole")
    };
    assert!(why.contains(&Gone::TooOld.to_string()), "{why}");
    let mut looks = tokio::time::interval(LOOK);
    let told = async {
        while control.resume(2).is_ok() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, told).await?;
    assert!(matches!(control.resume(2), Err(Gone::TooOld)));
    let next = control.resume(3)?.next().await?;
    assert_eq!(next[0].seq, 4, "whoever has all that is gone goes on");
    control.stop().await;
    Ok(())
}

pub(super) async fn old_lines_leave_and_numbers_go_on(stage: Stage) -> anyhow::Result<()> {
    let missions = Arc::clone(&stage.store.stores.missions);
    let id = stage.make_plain().await?.id;
    let append = async |text: &str| {
        let line = LogLine {
            n: 0,
            at: stage.now(),
            level: LogLevel::Info,
            text: text.into(),
            lease: None,
        };
        let appended = missions.append_logs(&stage.scope, id, None, vec![line]).await?;
        stage.pass(1);
        anyhow::Ok(appended?)
    };
    let left = async || {
        let lines = missions.logs(&stage.scope, id, 0, LogLevel::Debug, 10).await?;
        anyhow::Ok(lines.iter().map(|line| line.text.to_string()).collect::<Vec<_>>())
    };
    for text in ["one", "two", "three"] {
        append(text).await?;
    }
    stage.store.clock.advance(KEPT);
    let last = append("four").await?;
    assert_eq!(remove(&stage, Perishable::Logs, 2).await?, 2);
    assert_eq!(left().await?, ["three", "four"], "the oldest went first");
    assert_eq!(remove(&stage, Perishable::Logs, 2).await?, 1);
    assert_eq!(remove(&stage, Perishable::Logs, 2).await?, 0);
    assert_eq!(left().await?, ["four"]);
    stage.store.clock.advance(KEPT + HOUR);
    assert_eq!(remove(&stage, Perishable::Logs, 2).await?, 1);
    assert!(append("five").await? > last, "a number is not given again");
    assert_eq!(left().await?, ["five"]);
    Ok(())
}

pub(super) async fn old_answers_leave(stage: Stage) -> anyhow::Result<()> {
    let send = async |key: &str| {
        let receipt = Receipt {
            project: stage.project.clone(),
            principal: "ada".to_owned(),
            key: key.to_owned(),
            request_digest: [1; 32],
            render: Box::new(|_| Rendered { status: 201, body: Vec::new() }),
        };
        let action = Action::Create(vec![stage.draft().into_new()]);
        let request = Request { action, by: Actor::System, receipt: Some(receipt) };
        let verdict = stage.store.stores.missions.apply(request).await?;
        anyhow::Ok(matches!(verdict, Verdict::Replayed(_)))
    };
    for key in ["one", "two", "three"] {
        assert!(!send(key).await?);
    }
    stage.store.clock.advance(KEPT + HOUR);
    assert!(!send("four").await?);
    assert!(send("one").await?, "it is there until it is removed");
    assert_eq!(remove(&stage, Perishable::Receipts, 2).await?, 2);
    assert_eq!(remove(&stage, Perishable::Receipts, 2).await?, 1);
    assert_eq!(remove(&stage, Perishable::Receipts, 2).await?, 0);
    assert!(send("four").await?, "it is not old");
    assert!(!send("one").await?, "nobody knows it any more");
    Ok(())
}

pub(super) async fn old_minutes_leave(stage: Stage) -> anyhow::Result<()> {
    let history = &stage.store.stores.history;
    let begin = stage.now();
    let rows = [(stage.project.clone(), mission_control_missions::Totals::default())];
    for _ in 0..3 {
        assert_eq!(history.note_minute(stage.now(), &rows).await?, 1);
        stage.pass(60);
    }
    stage.store.clock.advance(KEPT);
    assert_eq!(history.note_minute(stage.now(), &rows).await?, 1);
    assert_eq!(remove(&stage, Perishable::Metrics, 2).await?, 2);
    assert_eq!(remove(&stage, Perishable::Metrics, 2).await?, 1);
    assert_eq!(remove(&stage, Perishable::Metrics, 2).await?, 0);
    let end = stage.now().plus(HOUR);
    let left = history.history(&stage.project, begin, end, HOUR, 10).await?;
    assert_eq!(left.iter().map(|point| point.at).collect::<Vec<_>>(), [stage.now()]);
    Ok(())
}
