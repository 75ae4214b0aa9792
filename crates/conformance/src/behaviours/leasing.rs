//! Leases are extended by those who hold them.

use std::time::Duration;

use mission_control_agents::Agent;
use mission_control_kernel::{LeaseId, Timestamp};
use mission_control_missions::{Driver, HeldLease, Mission, Renewal};

use crate::stage::{LEASE, Stage, cancel, claiming, complete, progress, start};

fn held(mission: &Mission) -> HeldLease {
    HeldLease { mission: mission.id, lease: mission.lease_id }
}

fn end_of(mission: &Mission) -> Timestamp {
    match mission.running().map(|attempt| attempt.driver) {
        Some(Driver::Leased { expires_at, .. }) => expires_at,
        other => panic!("it is not leased: {other:?}"),
    }
}

async fn renew(stage: &Stage, agent: &Agent, leases: &[HeldLease]) -> anyhow::Result<Renewal> {
    let mut renewal = stage.store.stores.missions.renew(agent.id, leases).await?;
    renewal.renewed.sort_unstable_by_key(|(lease, _)| lease.mission);
    renewal.cancelled.sort_unstable();
    renewal.lost.sort_unstable();
    Ok(renewal)
}

pub(super) async fn a_renewal_extends_every_lease_by_its_length(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let short = stage.make_and_claim(&agent, stage.draft()).await?;
    stage.make_plain().await?;
    let hour = Duration::from_hours(1);
    let mut long = claiming(&agent, 1);
    long.lease = hour;
    let long = stage.claim_as(vec![long]).await?.taken.remove(0).1;
    assert_eq!([end_of(&short), end_of(&long)], [stage.now().plus(LEASE), stage.now().plus(hour)]);
    stage.pass(10);
    let renewal = renew(&stage, &agent, &[held(&short), held(&long)]).await?;
    let ends = [stage.now().plus(LEASE), stage.now().plus(hour)];
    assert_eq!(renewal.renewed, [(held(&short), ends[0]), (held(&long), ends[1])]);
    assert!(renewal.cancelled.is_empty() && renewal.lost.is_empty());
    assert_eq!(end_of(&stage.mission(short.id).await?), ends[0]);
    stage.pass(10);
    assert!(stage.store.stores.missions.due(10).await?.is_empty());
    stage.tell(short.id, progress(Some(short.lease_id), 1)).await?;
    assert_eq!(end_of(&stage.mission(short.id).await?), stage.now().plus(LEASE), "so does a write");
    Ok(())
}

pub(super) async fn a_renewal_is_no_change_of_the_mission(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let mission = stage.make_and_claim(&agent, stage.draft()).await?;
    let entries = stage.journal().await?.len();
    stage.pass(5);
    renew(&stage, &agent, &[held(&mission)]).await?;
    let now = stage.mission(mission.id).await?;
    assert_eq!((now.version, now.updated_at), (mission.version, mission.updated_at));
    assert_eq!(now.revision, mission.revision);
    assert_eq!(stage.journal().await?.len(), entries);
    Ok(())
}

pub(super) async fn a_renewal_tells_cancelled_from_lost(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let other = stage.agent("birch").await?;
    let mut mine = Vec::new();
    for _ in 0..4 {
        mine.push(stage.make_and_claim(&agent, stage.draft()).await?);
    }
    let theirs = stage.make_and_claim(&other, stage.draft()).await?;
    let outside = stage.make_plain().await?;
    let outside = stage.tell(outside.id, start()).await?;
    stage.tell(mine[1].id, cancel(false)).await?;
    stage.tell(mine[2].id, complete(Some(mine[2].lease_id))).await?;
    let mut leases: Vec<HeldLease> = mine.iter().map(held).collect();
    leases[3].lease = LeaseId::new(9);
    let unknown = HeldLease { mission: stage.mission_id(), lease: LeaseId::new(1) };
    leases.extend([held(&theirs), held(&outside), unknown]);
    let renewal = renew(&stage, &agent, &leases).await?;
    assert_eq!(renewal.renewed.iter().map(|(lease, _)| *lease).collect::<Vec<_>>(), [leases[0]]);
    assert_eq!(renewal.cancelled, [mine[1].id]);
    let lost = [mine[2].id, mine[3].id, theirs.id, outside.id, unknown.mission];
    assert_eq!(renewal.lost, lost);
    let nothing = renew(&stage, &agent, &[]).await?;
    assert_eq!(nothing, Renewal::default());
    Ok(())
}

pub(super) async fn a_late_renewal_still_counts_while_nobody_has_looked(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let mission = stage.make_and_claim(&agent, stage.draft()).await?;
    stage.pass(60);
    let missions = &stage.store.stores.missions;
    let due = missions.due(10).await?;
    assert_eq!(due.len(), 1);
    assert_eq!(renew(&stage, &agent, &[held(&mission)]).await?.renewed.len(), 1);
    // What the sweep saw is no longer so when it acts.
    let outcome = stage.ask(mission.id, due[0].command.clone()).await??;
    assert!(!outcome.changed);
    assert!(missions.due(10).await?.is_empty());
    Ok(())
}
