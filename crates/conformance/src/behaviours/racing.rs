//! Many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_kernel::MissionId;
use mission_control_missions::queue::QueueSetting;
use mission_control_missions::{Action, Actor, Command, Edit, Request, Status, Verdict};

use crate::draft::text;
use crate::stage::{Stage, cancel, claiming, complete};

/// Agents that claim side by side.
const AGENTS: usize = 64;
/// Missions that they claim.
const MISSIONS: usize = 2_000;
/// What each of them asks for at a time.
const AT_A_TIME: u32 = 7;

/// The store through one or two handles, taken in turn.
pub(super) async fn doors(stage: Stage) -> anyhow::Result<[Arc<Stage>; 2]> {
    let next_door = stage.next_door().await?;
    let stage = Arc::new(stage);
    let other = next_door.map_or_else(|| Arc::clone(&stage), Arc::new);
    Ok([stage, other])
}

pub(super) async fn many_agents_never_get_one_mission_twice(stage: Stage) -> anyhow::Result<()> {
    for part in 0..MISSIONS / 250 {
        let of = |n: usize| ["amber", "birch", "cedar", "douglas"][(n + part) % 4];
        let drafts =
            (0..250).map(|n| stage.draft().spec(|spec| spec.fairness_key = Some(text(of(n)))));
        stage.make_all(drafts).await?;
    }
    let doors = doors(stage).await?;
    let tasks = (0..AGENTS).map(|n| {
        let stage = Arc::clone(&doors[n % 2]);
        tokio::spawn(async move {
            let agent = stage.agent(&format!("agent {n}")).await?;
            let mut taken = Vec::new();
            loop {
                let claimed = stage.claim(&agent, AT_A_TIME).await?;
                if claimed.is_empty() {
                    return anyhow::Ok(taken);
                }
                taken.extend(claimed.iter().map(|mission| (mission.id, agent.id)));
            }
        })
    });
    let mut taken: BTreeMap<MissionId, Vec<_>> = BTreeMap::new();
    for task in try_join_all(tasks).await? {
        for (mission, agent) in task? {
            taken.entry(mission).or_default().push(agent);
        }
    }
    // A claim may pass by what another one holds at that moment, so somebody asks once more.
    let last = doors[0].agent("last").await?;
    while let claimed @ [_, ..] = doors[0].claim(&last, 100).await?.as_slice() {
        for mission in claimed {
            taken.entry(mission.id).or_default().push(last.id);
        }
    }
    assert_eq!(taken.len(), MISSIONS);
    for (id, agents) in &taken {
        assert_eq!(agents.len(), 1, "{id} was handed out to {agents:?}");
    }
    for mission in doors[0].all().await? {
        assert_eq!((mission.lease_id.number(), mission.attempt), (1, 1));
        assert_eq!(mission.agent().as_ref(), taken[&mission.id].first());
    }
    Ok(())
}

pub(super) async fn one_end_wins_among_many(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let doors = doors(stage).await?;
    for _ in 0..10 {
        let held = doors[0].make_and_claim(&agent, doors[0].draft()).await?;
        let ends = (0..16).map(|n| {
            let stage = Arc::clone(&doors[n / 2 % 2]);
            let command = if n % 2 == 0 { complete(Some(held.lease_id)) } else { cancel(false) };
            tokio::spawn(async move { stage.ask(held.id, command).await })
        });
        let mut changed = 0;
        for end in try_join_all(ends).await? {
            changed += usize::from(end?.is_ok_and(|outcome| outcome.changed));
        }
        assert_eq!(changed, 1, "exactly one end is the end");
        assert!(doors[0].mission(held.id).await?.status().is_terminal());
        assert_eq!(doors[0].story(held.id).await?.len(), 3);
    }
    Ok(())
}

pub(super) async fn a_limit_holds_among_many_agents(stage: Stage) -> anyhow::Result<()> {
    let limit = QueueSetting { limit: Some(5), ..QueueSetting::default() };
    stage.set_queue(Some("default"), limit).await?;
    let keyed = |n: usize| {
        let key = ["gauge", "buoy"].get(n % 4).map(|key| text(key));
        stage.draft().spec(|spec| spec.concurrency_key = key)
    };
    stage.make_all((0..100).map(keyed)).await?;
    let doors = doors(stage).await?;
    let claims = (0..32).map(|n| {
        let stage = Arc::clone(&doors[n % 2]);
        tokio::spawn(async move {
            let agent = stage.agent(&format!("agent {n}")).await?;
            stage.claim(&agent, 3).await
        })
    });
    try_join_all(claims).await?.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let all = doors[0].all().await?;
    let running: Vec<_> =
        all.iter().filter(|mission| mission.status() == Status::Running).collect();
    assert!((1..=5).contains(&running.len()), "{} run, at most 5 may", running.len());
    for key in ["gauge", "buoy"] {
        let with = running.iter().filter(|one| one.spec.concurrency_key == Some(text(key)));
        assert!(with.count() <= 1, "one mission at a time has the key {key}");
    }
    Ok(())
}

pub(super) async fn a_limit_holds_for_all_agents_of_one_claim_together(
    stage: Stage,
) -> anyhow::Result<()> {
    let limit = QueueSetting { limit: Some(3), ..QueueSetting::default() };
    stage.set_queue(Some("default"), limit).await?;
    stage.make_all((0..400).map(|_| stage.draft())).await?;
    let doors = doors(stage).await?;
    let mut agents = Vec::new();
    for n in 0..4 {
        agents.push(doors[0].agent(&format!("agent {n}")).await?);
    }
    for _ in 0..100 {
        let claims = [&agents[..1], &agents[1..]].into_iter().zip(&doors).map(|(agents, stage)| {
            let asked = agents.iter().map(|agent| claiming(agent, 1)).collect();
            stage.claim_as(asked)
        });
        let taken: Vec<_> =
            try_join_all(claims).await?.into_iter().flat_map(|claims| claims.taken).collect();
        assert!((1..=3).contains(&taken.len()), "{} run, at most 3 may", taken.len());
        for (_, mission) in taken {
            doors[0].tell(mission.id, complete(Some(mission.lease_id))).await?;
        }
    }
    Ok(())
}

pub(super) async fn commands_of_one_caller_keep_their_order(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let edit = |n: usize| {
        let title = Some(text(&format!("title {n}")));
        Command::Edit(Edit { title, ..Edit::default() })
    };
    // All are sent, in this order, before the first is answered.
    let sent = (0..50).map(|n| {
        let action = Action::Command { scope: stage.scope.clone(), mission: id, command: edit(n) };
        stage.store.stores.missions.apply(Request { action, by: Actor::System, receipt: None })
    });
    let verdicts = try_join_all(sent).await?;
    let titles: Vec<_> = verdicts
        .into_iter()
        .map(|verdict| match verdict {
            Verdict::Done(outcome, None) => outcome.missions[0].spec.title.to_string(),
            other => panic!("an edit is carried out: {other:?}"),
        })
        .collect();
    assert_eq!(titles, (0..50).map(|n| format!("title {n}")).collect::<Vec<_>>());
    assert_eq!(stage.mission(id).await?.revision.number(), 51);
    assert_eq!(stage.mission(id).await?.spec.title, text("title 49"));
    Ok(())
}
