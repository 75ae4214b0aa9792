//! A worker's write names the current lease, and an outcome told twice is one outcome.

use mission_control_kernel::LeaseId;
use mission_control_missions::{AttemptOutcome, Command, FailureClass, Mission, Refusal, Status};

use crate::json::canonical;
use crate::stage::{Stage, cancel, complete, fail, progress, start};

fn worker_writes(lease: LeaseId, mission: &Mission) -> [Command; 6] {
    [
        progress(Some(lease), 1),
        complete(Some(lease)),
        fail(Some(lease), FailureClass::Transient),
        Command::Heartbeat { lease },
        Command::Snooze { lease, until: mission.updated_at },
        Command::Release { lease },
    ]
}

/// A command must be refused and change nothing at all.
async fn bounces(stage: &Stage, mission: &Mission, command: Command) -> anyhow::Result<Refusal> {
    let entries = stage.journal().await?.len();
    let refusal = stage.refused(mission.id, command).await?;
    assert_eq!(canonical(&stage.mission(mission.id).await?), canonical(mission));
    assert_eq!(stage.journal().await?.len(), entries);
    Ok(refusal)
}

pub(super) async fn every_write_of_a_worker_names_the_current_lease(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let first = stage.make_and_claim(&agent, stage.draft()).await?;
    stage.tell(first.id, Command::TakeBack).await?;
    let current = stage.claim_one(&agent).await?;
    let waiting = stage.make_plain().await?;
    let ended = stage.make_plain().await?;
    let ended = stage.tell(ended.id, cancel(false)).await?;
    for mission in [&current, &waiting, &ended] {
        for command in worker_writes(LeaseId::new(9), mission) {
            let name = command.name();
            let refusal = bounces(&stage, mission, command).await?;
            assert_eq!(refusal, Refusal::LeaseLost, "{name} on {}", mission.status());
        }
    }
    for command in worker_writes(first.lease_id, &current) {
        assert_eq!(bounces(&stage, &current, command).await?, Refusal::LeaseLost);
    }
    Ok(())
}

pub(super) async fn a_leased_mission_takes_no_write_without_its_lease(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    for command in [progress(None, 1), complete(None), fail(None, FailureClass::Transient)] {
        assert_eq!(bounces(&stage, &held, command).await?, Refusal::LeaseRequired);
    }
    Ok(())
}

pub(super) async fn what_is_driven_from_outside_has_no_lease(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let outside = stage.tell(id, start()).await?;
    let lease = outside.lease_id;
    let snooze = Command::Snooze { lease, until: stage.now() };
    for command in [Command::Heartbeat { lease }, snooze, Command::Release { lease }] {
        assert_eq!(bounces(&stage, &outside, command).await?, Refusal::NotLeased);
    }
    Ok(())
}

/// The ways in which a worker ends an attempt, and how they are remembered.
fn ends(lease: LeaseId, mission: &Mission) -> [(Command, AttemptOutcome); 4] {
    [
        (complete(Some(lease)), AttemptOutcome::Completed),
        (fail(Some(lease), FailureClass::Unknown), AttemptOutcome::Failed),
        (Command::Snooze { lease, until: mission.updated_at }, AttemptOutcome::Snoozed),
        (Command::Release { lease }, AttemptOutcome::Released),
    ]
}

pub(super) async fn an_outcome_told_again_is_answered_again(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    for end in 0..4 {
        let held = stage.make_and_claim(&agent, stage.draft()).await?;
        let (command, outcome) = ends(held.lease_id, &held)[end].clone();
        let after = stage.tell(held.id, command.clone()).await?;
        let entries = stage.journal().await?.len();
        let again = stage.ask(held.id, command).await??;
        assert_eq!((again.repeated, again.changed), (Some(outcome), false), "{outcome}");
        assert_eq!(again.missions.iter().map(canonical).collect::<Vec<_>>(), [canonical(&after)]);
        assert_eq!(stage.journal().await?.len(), entries, "{outcome}");
        if after.status() == Status::Pending {
            stage.tell(held.id, cancel(false)).await?;
        }
    }
    Ok(())
}

pub(super) async fn an_outcome_told_again_after_a_later_claim_changes_nothing(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    let failing = fail(Some(held.lease_id), FailureClass::Crashed);
    stage.tell(held.id, failing.clone()).await?;
    stage.pass(60);
    let later = stage.claim_one(&agent).await?;
    assert_eq!((later.id, later.lease_id.number()), (held.id, 2));
    let again = stage.ask(held.id, failing).await??;
    assert_eq!((again.repeated, again.changed), (Some(AttemptOutcome::Failed), false));
    assert_eq!(again.missions.iter().map(canonical).collect::<Vec<_>>(), [canonical(&later)]);
    assert_eq!(canonical(&stage.mission(held.id).await?), canonical(&later));
    Ok(())
}

pub(super) async fn another_outcome_with_an_old_lease_is_refused(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    let done = stage.tell(held.id, complete(Some(held.lease_id))).await?;
    for (command, outcome) in ends(held.lease_id, &held) {
        if outcome != AttemptOutcome::Completed {
            assert_eq!(bounces(&stage, &done, command).await?, Refusal::LeaseLost, "{outcome}");
        }
    }
    let late = progress(Some(held.lease_id), 1);
    assert_eq!(bounces(&stage, &done, late).await?, Refusal::LeaseLost);
    Ok(())
}
