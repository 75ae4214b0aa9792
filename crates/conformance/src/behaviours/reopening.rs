//! What was answered outlives the process.

use mission_control_missions::{LogLevel, LogLine, Status};

use super::journalling::a_busy_hour;
use crate::folded::Folded;
use crate::json::canonical;
use crate::stage::{LEASE, Stage, complete, ids};

fn line(stage: &Stage) -> LogLine {
    LogLine { n: 0, at: stage.now(), level: LogLevel::Info, text: "sounding".into(), lease: None }
}

pub(super) async fn everything_is_there_after_opening_again(stage: Stage) -> anyhow::Result<()> {
    a_busy_hour(&stage).await?;
    let parent = stage.make_plain().await?.id;
    let child = stage.make(stage.draft().below(parent).after(&[parent])).await?.id;
    let missions = &stage.store.stores.missions;
    assert!(missions.append_logs(&stage.scope, parent, None, vec![line(&stage)]).await?.is_ok());
    let before: Vec<_> = stage.all().await?.iter().map(canonical).collect();
    let journal = stage.journal().await?;
    let attempted = before.iter().find(|mission| mission.lease_id.number() > 0);
    let attempted = attempted.expect("some were").id;
    let attempts = missions.attempts(&stage.scope, attempted).await?;
    let agents = stage.store.stores.agents.agents(&stage.project).await?;
    let epoch = stage.store.stores.journal.epoch().await?;

    let stage = stage.reopened().await?;
    let missions = &stage.store.stores.missions;
    assert_eq!(stage.all().await?.iter().map(canonical).collect::<Vec<_>>(), before);
    assert_eq!(stage.journal().await?, journal);
    assert_eq!(missions.attempts(&stage.scope, attempted).await?, attempts);
    assert_eq!(missions.logs(&stage.scope, parent, 0, LogLevel::Debug, 9).await?.len(), 1);
    assert_eq!(missions.dependants(parent, None, 9).await?, [child]);
    assert_eq!(stage.store.stores.agents.agents(&stage.project).await?, agents);
    assert_eq!(stage.store.stores.journal.epoch().await?, epoch);
    let counted = Folded::from_snapshot(stage.store.stores.journal.aggregate().await?);
    assert_eq!(counted, Folded::from_journal(&journal));
    Ok(())
}

pub(super) async fn the_journal_goes_on_where_it_was(stage: Stage) -> anyhow::Result<()> {
    let mut stage = stage;
    for round in 1..=3 {
        stage.make_plain().await?;
        stage = stage.reopened().await?;
        assert_eq!(stage.store.stores.journal.head().await?, round);
    }
    let seqs: Vec<_> = stage.journal().await?.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3], "no place is given twice");
    Ok(())
}

pub(super) async fn a_lease_outlives_the_process(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.make_all((0..3).map(|_| stage.draft())).await?;
    let held = stage.claim(&agent, 2).await?;
    let stage = stage.reopened().await?;
    let done = stage.tell(held[0].id, complete(Some(held[0].lease_id))).await?;
    assert_eq!(done.status(), Status::Completed);
    stage.store.clock.advance(LEASE);
    let due = stage.store.stores.missions.due(9).await?;
    assert_eq!(due.iter().map(|due| due.mission).collect::<Vec<_>>(), ids(&held[1..]));
    assert_eq!(stage.claim(&agent, 9).await?.len(), 1, "what waited still waits");
    Ok(())
}
