//! Every attempt is remembered.

use std::time::Duration;

use mission_control_missions::{AttemptOutcome, Command, FailureClass};

use crate::stage::{Stage, cancel, fail, progress, start};

pub(super) async fn every_attempt_is_remembered_and_the_one_under_way_is_shown(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let id = stage.make_plain().await?.id;
    let missions = &stage.store.stores.missions;
    assert!(missions.attempts(&stage.scope, id).await?.is_empty());

    let first = stage.claim_one(&agent).await?;
    stage.tell(id, progress(Some(first.lease_id), 10)).await?;
    stage.pass(4);
    stage.tell(id, fail(Some(first.lease_id), FailureClass::Crashed)).await?;
    stage.pass(60);
    let second = stage.claim_one(&agent).await?;
    stage.tell(id, Command::Release { lease: second.lease_id }).await?;
    stage.tell(id, start()).await?;
    stage.tell(id, progress(None, 7)).await?;

    let told = missions.attempts(&stage.scope, id).await?;
    let numbers: Vec<_> = told.iter().map(|one| (one.lease.number(), one.attempt)).collect();
    assert_eq!(numbers, [(1, 1), (2, 2), (3, 2)], "what was released is not used up");
    let outcomes: Vec<_> = told.iter().map(|one| one.ended.map(|(_, how)| how)).collect();
    assert_eq!(outcomes, [Some(AttemptOutcome::Failed), Some(AttemptOutcome::Released), None]);
    assert_eq!(told.iter().map(|one| one.usage.tokens_used).collect::<Vec<_>>(), [10, 0, 7]);
    let agents: Vec<_> = told.iter().map(|one| one.agent).collect();
    assert_eq!(agents, [Some(agent.id), Some(agent.id), None]);
    assert_eq!(told[0].agent_type.as_ref().map(|name| name.as_str()), Some("worker"));
    assert_eq!(told[0].failure.as_ref().map(|failure| failure.class), Some(FailureClass::Crashed));
    let (ended, _) = told[0].ended.expect("it failed");
    assert_eq!(ended.since(told[0].began), Duration::from_secs(4));

    stage.tell(id, cancel(false)).await?;
    let told = missions.attempts(&stage.scope, id).await?;
    assert_eq!(told[2].ended, Some((stage.now(), AttemptOutcome::Cancelled)));
    assert_eq!(told[2].usage.tokens_used, 7);
    Ok(())
}
