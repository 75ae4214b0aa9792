//! What time alone brings about, on the store's clock.

use std::time::Duration;

use mission_control_kernel::LeaseId;
use mission_control_missions::{Action, Command, Due, FailureClass, Status};

use crate::stage::{LEASE, Stage, claiming, complete, fail, ids, start};

/// What is due, with everything that time has made of it carried out.
async fn sweep(stage: &Stage) -> anyhow::Result<Vec<Due>> {
    let due = stage.store.stores.missions.due(100).await?;
    for Due { mission, command } in due.clone() {
        let scope = mission_control_kernel::Scope::All;
        stage.apply(Action::Command { scope, mission, command }).await??;
    }
    Ok(due)
}

pub(super) async fn a_scheduled_mission_is_not_claimed_before_its_time(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let at = stage.now().plus(Duration::from_secs(90));
    let later = stage.make(stage.draft().place(|new| new.scheduled_at = Some(at))).await?.id;
    let claims = stage.claim_as(vec![claiming(&agent, 5)]).await?;
    assert!(claims.taken.is_empty());
    assert_eq!(claims.next_at, Some(at), "a waiter need not ask before");
    stage.store.clock.advance(Duration::from_micros(89_999_999));
    assert!(stage.claim(&agent, 5).await?.is_empty());
    stage.store.clock.advance(Duration::from_micros(1));
    assert_eq!(ids(&stage.claim(&agent, 5).await?), [later]);
    Ok(())
}

pub(super) async fn a_back_off_keeps_a_mission_for_its_time(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    let failed = stage.tell(held.id, fail(Some(held.lease_id), FailureClass::Crashed)).await?;
    let at = failed.scheduled_at.expect("it is tried again");
    assert_eq!(at, stage.now().plus(Duration::from_secs(1)), "with the whole jitter drawn");
    let claims = stage.claim_as(vec![claiming(&agent, 5)]).await?;
    assert_eq!((claims.taken.len(), claims.next_at), (0, Some(at)));
    stage.pass(1);
    assert_eq!(stage.claim_one(&agent).await?.attempt, 2);
    Ok(())
}

pub(super) async fn a_mission_that_waits_too_long_expires(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let at = stage.now().plus(Duration::from_secs(60));
    let draft = || stage.draft().place(|new| new.expires_at = Some(at));
    let waiting = stage.make(draft()).await?.id;
    let held = stage.make(draft().place(|new| new.held = true)).await?.id;
    let begun = stage.make(draft()).await?.id;
    stage.tell(begun, start()).await?;
    stage.pass(59);
    assert!(sweep(&stage).await?.is_empty());
    stage.pass(1);
    assert!(stage.claim(&agent, 5).await?.is_empty(), "it is of no use any more");
    let mut expired: Vec<_> = sweep(&stage).await?.into_iter().map(|due| due.mission).collect();
    expired.sort_unstable();
    assert_eq!(expired, [waiting, held]);
    let failed = stage.mission(waiting).await?;
    assert_eq!((failed.status(), failed.duration()), (Status::Failed, None));
    assert_eq!(failed.last_failure.expect("it says why").message.as_str(), "expired while waiting");
    assert_eq!(stage.mission(begun).await?.status(), Status::Running);
    assert!(sweep(&stage).await?.is_empty());
    Ok(())
}

pub(super) async fn a_silent_lease_is_lost(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    stage.store.clock.advance(LEASE.saturating_sub(Duration::from_micros(1)));
    assert!(sweep(&stage).await?.is_empty());
    stage.store.clock.advance(Duration::from_micros(1));
    let lose = Command::Lose { lease: held.lease_id };
    assert_eq!(sweep(&stage).await?, [Due { mission: held.id, command: lose.clone() }]);
    let back = stage.mission(held.id).await?;
    let failure = back.last_failure.clone().expect("it says why");
    assert_eq!((back.status(), back.attempt), (Status::Pending, 1));
    assert_eq!((failure.class, failure.message.as_str()), (FailureClass::Lost, "lease expired"));
    assert!(stage.ask(held.id, lose).await?.is_err(), "it is lost once");
    stage.pass(60);
    assert_eq!(stage.claim_one(&agent).await?.lease_id, LeaseId::new(2));
    Ok(())
}

pub(super) async fn an_attempt_that_runs_too_long_times_out(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let slow = || stage.draft().spec(|spec| spec.timeout = Some(Duration::from_secs(10)));
    let held = stage.make_and_claim(&agent, slow()).await?;
    let outside = stage.make(slow()).await?.id;
    stage.tell(outside, start()).await?;
    let quick = stage.make(slow()).await?.id;
    stage.tell(quick, start()).await?;
    stage.pass(9);
    assert!(sweep(&stage).await?.is_empty());
    stage.tell(quick, complete(None)).await?;
    stage.pass(1);
    let mut late: Vec<_> = sweep(&stage).await?.into_iter().map(|due| due.mission).collect();
    late.sort_unstable();
    assert_eq!(late, [held.id, outside]);
    let back = stage.mission(held.id).await?;
    let class = back.last_failure.as_ref().map(|failure| failure.class);
    assert_eq!((back.status(), class), (Status::Pending, Some(FailureClass::TimedOut)));
    let failed = stage.mission(outside).await?;
    assert_eq!(failed.status(), Status::Failed, "what is driven from outside fails for good");
    Ok(())
}

pub(super) async fn what_is_due_is_told_in_portions(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.make_all((0..7).map(|_| stage.draft())).await?;
    assert_eq!(stage.claim(&agent, 7).await?.len(), 7);
    stage.store.clock.advance(LEASE);
    let missions = &stage.store.stores.missions;
    let mut told = 0;
    loop {
        let due = missions.due(3).await?;
        if due.is_empty() {
            break;
        }
        assert!(due.len() <= 3);
        told += due.len();
        for Due { mission, command } in due {
            stage.tell(mission, command).await?;
        }
    }
    assert_eq!(told, 7);
    Ok(())
}
