//! What attempts write.

use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_kernel::{LeaseId, MissionId};
use mission_control_missions::{LogLevel, LogLine, Refusal};

use crate::stage::{Stage, complete, start};

const LEVELS: [LogLevel; 4] = [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];

fn line(stage: &Stage, level: LogLevel, text: &str) -> LogLine {
    LogLine { n: 0, at: stage.now(), level, text: text.into(), lease: None }
}

async fn written(
    stage: &Stage,
    id: MissionId,
    after: i64,
    level: LogLevel,
    limit: u32,
) -> anyhow::Result<Vec<LogLine>> {
    Ok(stage.store.stores.missions.logs(&stage.scope, id, after, level, limit).await?)
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| &*line.text).collect()
}

pub(super) async fn lines_come_in_the_order_in_which_they_were_written(
    stage: Stage,
) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let other = stage.make_plain().await?.id;
    stage.tell(id, start()).await?;
    let missions = &stage.store.stores.missions;
    let mut last = 0;
    for batch in [["a 'quoted' line", "ü\tend"], ["", "\u{1f30a}"]] {
        let lines = batch.map(|text| line(&stage, LogLevel::Info, text)).to_vec();
        let told = missions.append_logs(&stage.scope, id, None, lines).await?;
        let told = told.expect("nobody leases it");
        assert!(told > last);
        last = told;
        let noise = vec![line(&stage, LogLevel::Info, "noise")];
        missions.append_logs(&stage.scope, other, None, noise).await?.expect("nobody leases it");
        stage.pass(1);
    }
    let all = written(&stage, id, 0, LogLevel::Debug, 10).await?;
    assert_eq!(texts(&all), ["a 'quoted' line", "ü\tend", "", "\u{1f30a}"]);
    assert!(all.windows(2).all(|pair| pair[0].n < pair[1].n), "their numbers rise");
    assert_eq!((all[0].n > 0, all[3].n), (true, last));
    assert!(all[0].at < all[2].at);
    let page = written(&stage, id, all[0].n, LogLevel::Debug, 2).await?;
    assert_eq!(page, all[1..3]);
    let none = missions.append_logs(&stage.scope, stage.mission_id(), None, vec![all[0].clone()]);
    assert_eq!(none.await?, Err(Refusal::NotFound));
    Ok(())
}

pub(super) async fn lines_are_told_apart_by_level(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let names = ["debug", "info", "warn", "error"];
    let lines = LEVELS.iter().zip(names).map(|(level, name)| line(&stage, *level, name)).collect();
    let missions = &stage.store.stores.missions;
    missions.append_logs(&stage.scope, id, None, lines).await?.expect("nobody leases it");
    for (index, level) in LEVELS.iter().enumerate() {
        let shown = written(&stage, id, 0, *level, 10).await?;
        assert_eq!(texts(&shown), names[index..], "at least {level:?}");
        assert_eq!(shown[0].level, *level);
    }
    Ok(())
}

pub(super) async fn a_line_is_fenced_like_any_write(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    let missions = Arc::clone(&stage.store.stores.missions);
    let append = |lease: Option<LeaseId>| {
        let lines = vec![line(&stage, LogLevel::Info, "sounding")];
        missions.append_logs(&stage.scope, held.id, lease, lines)
    };
    assert_eq!(append(None).await?, Err(Refusal::LeaseRequired));
    assert_eq!(append(Some(LeaseId::new(9))).await?, Err(Refusal::LeaseLost));
    assert!(append(Some(held.lease_id)).await?.is_ok());
    stage.tell(held.id, complete(Some(held.lease_id))).await?;
    assert_eq!(append(Some(held.lease_id)).await?, Err(Refusal::LeaseLost));
    assert!(append(None).await?.is_ok(), "nobody leases it any more");
    let shown = written(&stage, held.id, 0, LogLevel::Debug, 10).await?;
    let leases: Vec<_> = shown.iter().map(|line| line.lease).collect();
    assert_eq!(leases, [Some(held.lease_id), None]);
    Ok(())
}

pub(super) async fn writers_side_by_side_lose_no_line(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let writers = (0..8).map(|writer| {
        let missions = Arc::clone(&stage.store.stores.missions);
        let scope = stage.scope.clone();
        let lines: Vec<_> =
            (0..5).map(|n| vec![line(&stage, LogLevel::Info, &format!("{writer}-{n}"))]).collect();
        tokio::spawn(async move {
            for line in lines {
                missions.append_logs(&scope, id, None, line).await??;
            }
            anyhow::Ok(())
        })
    });
    try_join_all(writers).await?.into_iter().collect::<anyhow::Result<()>>()?;
    let all = written(&stage, id, 0, LogLevel::Debug, 100).await?;
    assert_eq!(all.len(), 40);
    assert!(all.windows(2).all(|pair| pair[0].n < pair[1].n));
    for writer in 0..8 {
        let prefix = format!("{writer}-");
        let own: Vec<_> =
            texts(&all).into_iter().filter(|text| text.starts_with(&prefix)).collect();
        assert_eq!(own, (0..5).map(|n| format!("{writer}-{n}")).collect::<Vec<_>>());
    }
    Ok(())
}

pub(super) async fn who_follows_the_lines_misses_none(stage: Stage) -> anyhow::Result<()> {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let id = stage.make_plain().await?.id;
    let writers = (0..WRITERS).map(|writer| {
        let missions = Arc::clone(&stage.store.stores.missions);
        let scope = stage.scope.clone();
        let lines: Vec<_> = (0..EACH)
            .map(|n| {
                let text = |part| line(&stage, LogLevel::Info, &format!("{writer}-{n}-{part}"));
                (0..50).map(text).collect::<Vec<_>>()
            })
            .collect();
        tokio::spawn(async move {
            for lines in lines {
                missions.append_logs(&scope, id, None, lines).await??;
            }
            anyhow::Ok(())
        })
    });
    let writing = tokio::spawn(try_join_all(writers));
    let mut seen = Vec::new();
    loop {
        let over = writing.is_finished();
        let last = seen.last().map_or(0, |line: &LogLine| line.n);
        let more = written(&stage, id, last, LogLevel::Debug, 1_000).await?;
        if over && more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    writing.await??.into_iter().collect::<anyhow::Result<()>>()?;
    assert_eq!(seen.len(), WRITERS * EACH * 50, "a line came behind one that was read before it");
    Ok(())
}
