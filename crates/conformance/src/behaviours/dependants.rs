//! Missions that wait for missions.

use anyhow::Context as _;
use futures::future::join_all;
use mission_control_kernel::RunId;
use mission_control_missions::{Command, EventKind, FailureClass, Refusal, Status, Step};

use crate::draft::{Draft, text};
use crate::stage::{Stage, cancel, complete, fail, ids, start};

async fn ends_well(stage: &Stage, id: mission_control_kernel::MissionId) -> anyhow::Result<()> {
    stage.tell(id, start()).await?;
    stage.tell(id, complete(None)).await?;
    stage.follow_through().await
}

async fn ends_badly(stage: &Stage, id: mission_control_kernel::MissionId) -> anyhow::Result<()> {
    stage.tell(id, start()).await?;
    stage.tell(id, fail(None, FailureClass::InvalidInput)).await?;
    stage.follow_through().await
}

fn may_fail(stage: &Stage) -> Draft {
    let run = RunId::new(stage.mission_id().uuid());
    let step = Step { run, key: text("survey"), position: 1, continues_on_failure: true };
    stage.draft().spec(|spec| spec.step = Some(step))
}

pub(super) async fn a_mission_waits_for_all_that_it_depends_on(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let [left, right] = [stage.make_plain().await?.id, stage.make_plain().await?.id];
    let join = stage.make(stage.draft().after(&[left, right])).await?.id;
    assert!(stage.mission(left).await?.has_dependants);
    let refusal = stage.refused(join, start()).await?;
    assert_eq!(refusal, Refusal::NotReady { gates: vec!["dependencies"] });
    ends_well(&stage, left).await?;
    let open: Vec<_> = stage.mission(join).await?.open_dependencies().collect();
    assert_eq!(open, [right]);
    stage.tell(right, start()).await?;
    assert!(stage.claim(&agent, 9).await?.is_empty());
    stage.tell(right, complete(None)).await?;
    stage.follow_through().await?;
    assert_eq!(stage.claim_one(&agent).await?.id, join);
    let story: Vec<_> = stage.story(join).await?.iter().map(|entry| entry.event).collect();
    use EventKind::{Created, Settled, Started};
    assert_eq!(story, [Created, Settled, Settled, Started]);
    Ok(())
}

pub(super) async fn a_broken_dependency_cancels_what_hangs_on_it(
    stage: Stage,
) -> anyhow::Result<()> {
    let first = stage.make_plain().await?.id;
    let second = stage.make(stage.draft().after(&[first])).await?.id;
    let third = stage.make(stage.draft().after(&[second])).await?.id;
    let bystander = stage.make_plain().await?.id;
    ends_badly(&stage, first).await?;
    for (gone, cause) in [(second, first), (third, second)] {
        let mission = stage.mission(gone).await?;
        assert_eq!(mission.status(), Status::Cancelled);
        let failure = mission.last_failure.expect("it says why");
        assert_eq!(failure.message.as_str(), format!("dependency {cause} failed"));
    }
    assert_eq!(stage.mission(bystander).await?.status(), Status::Pending);
    Ok(())
}

pub(super) async fn a_retried_dependency_brings_its_dependants_back(
    stage: Stage,
) -> anyhow::Result<()> {
    let first = stage.make_plain().await?.id;
    let second = stage.make(stage.draft().after(&[first])).await?.id;
    let third = stage.make(stage.draft().after(&[second])).await?.id;
    let by_hand = stage.make(stage.draft().after(&[first])).await?.id;
    stage.tell(by_hand, cancel(false)).await?;
    stage.tell(first, cancel(false)).await?;
    stage.follow_through().await?;
    assert_eq!(stage.mission(third).await?.status(), Status::Cancelled);

    stage.tell(first, Command::Retry).await?;
    stage.follow_through().await?;
    for id in [first, second, third] {
        assert_eq!(stage.mission(id).await?.status(), Status::Pending);
    }
    assert_eq!(stage.mission(by_hand).await?.status(), Status::Cancelled, "just those");
    let agent = stage.agent("atlas").await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [first], "the others wait again");
    Ok(())
}

pub(super) async fn what_cannot_run_is_not_retried(stage: Stage) -> anyhow::Result<()> {
    let [left, right] = [stage.make_plain().await?.id, stage.make_plain().await?.id];
    let join = stage.make(stage.draft().after(&[left, right])).await?.id;
    let last = stage.make(stage.draft().after(&[join])).await?.id;
    ends_badly(&stage, right).await?;
    stage.tell(left, cancel(false)).await?;
    stage.follow_through().await?;
    let before = (stage.mission(join).await?, stage.mission(last).await?);
    let broken = |dependency| Refusal::DependencyBroken { dependency };
    assert_eq!(stage.refused(join, Command::Retry).await?, broken(left), "the first of them");
    assert_eq!(stage.refused(last, Command::Retry).await?, broken(join));
    stage.tell(left, Command::Retry).await?;
    assert_eq!(stage.refused(join, Command::Retry).await?, broken(right));
    assert_eq!((stage.mission(join).await?, stage.mission(last).await?), before);
    stage.follow_through().await?;

    // One that is open again, and one that has been satisfied, stand in nobody's way.
    let by_hand = stage.make(stage.draft().after(&[left])).await?.id;
    stage.tell(by_hand, cancel(false)).await?;
    stage.tell(by_hand, Command::Retry).await?;
    stage.tell(by_hand, cancel(false)).await?;
    ends_well(&stage, left).await?;
    stage.tell(by_hand, Command::Retry).await?;
    stage.follow_through().await?;
    assert_eq!(stage.mission(by_hand).await?.open_dependencies().count(), 0);
    assert_eq!(stage.refused(join, Command::Retry).await?, broken(right), "still");
    stage.tell(right, Command::Retry).await?;
    stage.follow_through().await?;
    for id in [join, last] {
        assert_eq!(stage.mission(id).await?.status(), Status::Pending, "{id}");
    }
    Ok(())
}

/// Requests that are sent together may share a transaction: what was done before in it counts.
pub(super) async fn a_retry_is_judged_by_what_came_before_it(stage: Stage) -> anyhow::Result<()> {
    let first = stage.make_plain().await?.id;
    let second = stage.make(stage.draft().after(&[first])).await?.id;
    ends_badly(&stage, first).await?;
    let retries = [first, second].map(|id| stage.ask(id, Command::Retry));
    for answer in join_all(retries).await {
        let outcome = answer?.expect("nothing is broken any more");
        assert_eq!(outcome.missions[0].status(), Status::Pending);
    }
    stage.follow_through().await?;
    assert_eq!(stage.mission(second).await?.status(), Status::Pending);
    let there_and_back = [cancel(false), Command::Retry].map(|command| stage.ask(second, command));
    for answer in join_all(there_and_back).await {
        assert!(answer?.expect("the dependency is open").changed);
    }
    Ok(())
}

pub(super) async fn a_step_that_may_fail_satisfies_its_dependants(
    stage: Stage,
) -> anyhow::Result<()> {
    let step = stage.make(may_fail(&stage)).await?.id;
    let next = stage.make(stage.draft().after(&[step])).await?.id;
    ends_badly(&stage, step).await?;
    let agent = stage.agent("atlas").await?;
    assert_eq!(stage.claim_one(&agent).await?.id, next);
    Ok(())
}

pub(super) async fn a_dependency_that_is_over_is_judged_at_once(
    stage: Stage,
) -> anyhow::Result<()> {
    let done = stage.make_plain().await?.id;
    ends_well(&stage, done).await?;
    let next = stage.make(stage.draft().after(&[done])).await?;
    assert_eq!(next.open_dependencies().count(), 0);
    let agent = stage.agent("atlas").await?;
    assert_eq!(stage.claim_one(&agent).await?.id, next.id);
    let failed = stage.make_plain().await?.id;
    ends_badly(&stage, failed).await?;
    let refusal = stage.create([stage.draft().after(&[done, failed])]).await?;
    assert_eq!(refusal, Err(Refusal::DependencyFailed { dependency: failed }));
    Ok(())
}

pub(super) async fn a_follow_up_that_nobody_finished_comes_back(
    stage: Stage,
) -> anyhow::Result<()> {
    let first = stage.make_plain().await?.id;
    let second = stage.make(stage.draft().after(&[first])).await?.id;
    stage.tell(first, cancel(false)).await?;
    let missions = &stage.store.stores.missions;
    let taken = missions.take_follow_ups(10).await?;
    assert_eq!(taken.len(), 1);
    stage.pass(29);
    assert!(missions.take_follow_ups(10).await?.is_empty(), "someone is at it");
    stage.pass(2);
    let again = missions.take_follow_ups(10).await?;
    assert_eq!((again.len(), again[0].id, &again[0].task), (1, taken[0].id, &taken[0].task));
    stage.settle(second, first).await?;
    // Doing it once more changes nothing.
    assert!(!stage.settle(second, first).await?.changed);
    let [ours, theirs] = [&taken[0], &again[0]];
    assert_eq!(missions.keep_follow_up(ours.id, ours.taken_until).await?, None, "it is theirs now");
    assert!(!missions.finish_follow_up(ours.id, ours.taken_until).await?, "it is theirs to finish");
    stage.pass(20);
    let kept = missions.keep_follow_up(theirs.id, theirs.taken_until).await?;
    let kept = kept.context("they hold on to it")?;
    assert_eq!((kept.begun_at, kept.taken_until > theirs.taken_until), (stage.now(), true));
    stage.pass(20);
    assert!(missions.take_follow_ups(10).await?.is_empty(), "someone is still at it");
    assert!(!missions.finish_follow_up(theirs.id, theirs.taken_until).await?);
    assert!(missions.finish_follow_up(theirs.id, kept.taken_until).await?);
    assert!(!missions.finish_follow_up(theirs.id, kept.taken_until).await?, "it is gone");
    stage.pass(60);
    assert!(missions.take_follow_ups(10).await?.is_empty());
    assert_eq!(stage.mission(second).await?.status(), Status::Cancelled);
    Ok(())
}

pub(super) async fn dependants_come_in_pages(stage: Stage) -> anyhow::Result<()> {
    let hub = stage.make_plain().await?.id;
    let drafts: Vec<_> = (0..5).map(|_| stage.draft().after(&[hub])).collect();
    let all = ids(&stage.make_all(drafts).await?);
    let missions = &stage.store.stores.missions;
    assert_eq!(missions.dependants(hub, None, 2).await?, all[..2]);
    assert_eq!(missions.dependants(hub, Some(all[1]), 2).await?, all[2..4]);
    assert_eq!(missions.dependants(hub, Some(all[3]), 2).await?, all[4..]);
    assert!(missions.dependants(all[0], None, 2).await?.is_empty());
    Ok(())
}
