//! What is asked of a whole run.

use anyhow::Context as _;
use futures::future::try_join_all;
use mission_control_kernel::RunId;
use mission_control_missions::{
    Command, EventKind, FailureClass, Refusal, RunCommand, Status, Task,
};
use mission_control_workflows::RunState;

use crate::graph::Steps;
use crate::stage::{Stage, fail, ids, start};

/// Two branches, one of them of two steps.
const BRANCHES: Steps<'_> =
    &[("plan", &[]), ("left", &["plan"]), ("below", &["left"]), ("right", &["plan"])];

fn cancel() -> RunCommand {
    RunCommand::Cancel { reason: None }
}

pub(super) async fn a_paused_run_hands_out_nothing(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let graph = stage.launch("reef", BRANCHES).await?;
    let bystander = stage.make_plain().await?.id;
    let paused = stage.ask_run(graph.run, RunCommand::Pause).await??;
    assert!(paused.changed && paused.run.is_some_and(|run| run.paused));
    assert!(stage.run(graph.run).await?.run.paused, "its row changes at once");
    stage.follow_through().await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [bystander]);
    let plan = stage.mission(graph.step("plan")).await?;
    let explained = stage.explain(&plan).await?;
    let closed: Vec<_> = explained
        .gates
        .iter()
        .filter_map(|gate| Some((gate.name, gate.closed.as_ref()?.blocking.clone())))
        .collect();
    let blocking = vec![mission_control_missions::gates::Blocker::Run(graph.run)];
    assert_eq!((closed, explained.ready), (vec![("run_paused", blocking)], false));

    let again = stage.ask_run(graph.run, RunCommand::Pause).await??;
    assert!(!again.changed, "it is so already");
    stage.tell_run(graph.run, RunCommand::Resume).await?;
    assert!(!stage.run(graph.run).await?.run.paused);
    assert!(stage.explain(&stage.mission(graph.step("plan")).await?).await?.ready);
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [graph.step("plan")]);
    Ok(())
}

pub(super) async fn what_comes_back_into_a_paused_run_stays_out(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let graph = stage.launch("reef", BRANCHES).await?;
    let plan = stage.claim_one(&agent).await?;
    stage.tell_run(graph.run, RunCommand::Pause).await?;
    assert_eq!(stage.tally(&graph).await?.running, 1, "what runs goes on");
    stage.tell(plan.id, fail(Some(plan.lease_id), FailureClass::Transient)).await?;
    stage.pass(900);
    assert!(stage.claim(&agent, 9).await?.is_empty(), "its back-off is over, the pause is not");
    // Driven from outside it may begin all the same.
    stage.break_down(plan.id).await?;
    stage.tell_run(graph.run, RunCommand::Retry).await?;
    assert_eq!(stage.tally(&graph).await?.pending, 4);
    assert!(stage.claim(&agent, 9).await?.is_empty(), "what is retried waits too");
    stage.tell_run(graph.run, RunCommand::Resume).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [plan.id]);
    Ok(())
}

pub(super) async fn what_was_asked_last_of_a_run_holds(stage: Stage) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let other = next_door.as_ref().unwrap_or(&stage);
    let graph = stage.launch("reef", BRANCHES).await?;
    for (command, paused) in
        [(RunCommand::Pause, true), (RunCommand::Resume, false), (RunCommand::Pause, true)]
    {
        other.ask_run(graph.run, command).await??;
        assert_eq!(stage.run(graph.run).await?.run.paused, paused);
    }
    // One by one, the earlier first, whoever takes them.
    let missions = &stage.store.stores.missions;
    let first = missions.take_follow_ups(9).await?;
    assert!(matches!(&first[..], [one] if of_run(&one.task) == Some(&RunCommand::Pause)));
    assert!(other.store.stores.missions.take_follow_ups(9).await?.is_empty());
    // A late one tells how things stand, not how they stood.
    other.follow(&first[0]).await?;
    let second = other.store.stores.missions.take_follow_ups(9).await?;
    assert!(matches!(&second[..], [one] if of_run(&one.task) == Some(&RunCommand::Resume)));
    stage.follow(&second[0]).await?;
    let plan = stage.mission(graph.step("plan")).await?;
    assert!(plan.run_paused, "the run is paused, whatever was asked in between");
    stage.follow_through().await?;
    for id in graph.ids() {
        assert!(stage.mission(id).await?.run_paused);
    }
    Ok(())
}

fn of_run(task: &Task) -> Option<&RunCommand> {
    match task {
        Task::Run(task) => Some(&task.command),
        Task::Mission { .. } => None,
    }
}

pub(super) async fn a_cancelled_run_ends_with_all_that_is_below_it(
    stage: Stage,
) -> anyhow::Result<()> {
    let graph = stage.launch("reef", BRANCHES).await?;
    stage.succeed(graph.step("plan")).await?;
    stage.tell(graph.step("left"), start()).await?;
    let child = stage.make(stage.draft().below(graph.step("left"))).await?.id;
    let bystander = stage.make_plain().await?.id;
    let reason = RunCommand::Cancel { reason: Some(crate::draft::text("the tide is out")) };
    stage.tell_run(graph.run, reason).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.completed, tally.cancelled), (1, 3));
    assert_eq!(tally.state(), RunState::Cancelled);
    let left = stage.mission(graph.step("left")).await?;
    let why = left.last_failure.expect("it says why");
    assert_eq!(why.message.as_str(), "the tide is out");
    assert_eq!(stage.mission(child).await?.status(), Status::Cancelled);
    assert_eq!(stage.mission(bystander).await?.status(), Status::Pending);
    stage.tell_run(graph.run, cancel()).await?;
    assert_eq!(stage.tally(&graph).await?, tally, "once more changes nothing");
    Ok(())
}

pub(super) async fn a_retry_of_a_run_takes_what_is_broken_alone(
    stage: Stage,
) -> anyhow::Result<()> {
    let steps: Steps<'_> = &[
        ("plan", &[]),
        ("left", &["plan"]),
        ("below", &["left"]),
        ("last", &["below"]),
        ("odd?", &["plan"]),
        ("after", &["odd?"]),
        ("right", &["plan"]),
    ];
    let graph = stage.launch("reef", steps).await?;
    stage.succeed(graph.step("plan")).await?;
    stage.break_down(graph.step("left")).await?;
    stage.break_down(graph.step("odd?")).await?;
    stage.succeed(graph.step("after")).await?;
    stage.tell(graph.step("right"), crate::stage::cancel(false)).await?;
    stage.follow_through().await?;
    assert_eq!(stage.tally(&graph).await?.state(), RunState::Failed);
    let kept = [stage.mission(graph.step("plan")).await?, stage.mission(graph.step("odd?")).await?];

    stage.tell_run(graph.run, RunCommand::Retry).await?;
    let waiting = stage.steps_that_are(&graph, Status::Pending).await?;
    assert_eq!(waiting, ["below", "last", "left", "right"]);
    let now = [stage.mission(graph.step("plan")).await?, stage.mission(graph.step("odd?")).await?];
    assert_eq!(now, kept, "what is done stays done, also what was allowed to fail");
    for key in ["left", "right", "below", "last"] {
        stage.succeed(graph.step(key)).await?;
    }
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.state(), tally.progress()), (RunState::Completed, 100));
    stage.tell_run(graph.run, RunCommand::Retry).await?;
    assert_eq!(stage.tally(&graph).await?, tally, "nothing is left to be retried");
    Ok(())
}

/// Of a chain that was called off by hand, each can wait only once the one before it does.
pub(super) async fn a_cancelled_run_can_be_retried_as_a_whole(stage: Stage) -> anyhow::Result<()> {
    let graph = stage.launch("reef", BRANCHES).await?;
    stage.tell_run(graph.run, cancel()).await?;
    assert_eq!(stage.tally(&graph).await?.cancelled, 4);
    let below = graph.step("below");
    let refusal = stage.refused(below, Command::Retry).await?;
    assert!(matches!(refusal, Refusal::DependencyBroken { .. }), "{refusal:?}");
    stage.tell_run(graph.run, RunCommand::Retry).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.pending, tally.state()), (4, RunState::Pending));
    let agent = stage.agent("atlas").await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [graph.step("plan")]);
    Ok(())
}

/// What has been retried and fails again is left alone, also when the process that was at it is killed
/// and another goes on.
pub(super) async fn a_retry_that_comes_back_retries_nothing_twice(
    stage: Stage,
) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let other = next_door.as_ref().unwrap_or(&stage);
    let graph = stage.launch("reef", &[("left", &[]), ("right", &[])]).await?;
    let (left, right) = (graph.step("left"), graph.step("right"));
    stage.break_down(left).await?;
    stage.break_down(right).await?;
    stage.ask_run(graph.run, RunCommand::Retry).await??;
    let missions = &stage.store.stores.missions;
    let ours = missions.take_follow_ups(9).await?.pop().context("it was asked")?;
    stage.pass(1);
    let kept = missions.keep_follow_up(ours.id, ours.taken_until).await?;
    assert_eq!(kept.map(|kept| kept.begun_at), Some(stage.now()));
    stage.tell(left, Command::Retry).await?;
    stage.pass(1);
    stage.break_down(left).await?;

    stage.pass(60);
    let theirs = other.store.stores.missions.take_follow_ups(9).await?;
    assert_eq!((theirs.len(), theirs[0].id), (1, ours.id));
    assert_eq!(other.follow(&theirs[0]).await?.moved, 1);
    assert_eq!(stage.steps_that_are(&graph, Status::Failed).await?, ["left"]);
    assert_eq!(stage.steps_that_are(&graph, Status::Pending).await?, ["right"]);
    stage.tell_run(graph.run, RunCommand::Retry).await?;
    assert_eq!(stage.tally(&graph).await?.pending, 2, "asked once more it is");
    Ok(())
}

pub(super) async fn a_retry_on_the_heels_of_a_cancel_means_what_that_calls_off(
    stage: Stage,
) -> anyhow::Result<()> {
    let graph = stage.launch("reef", BRANCHES).await?;
    stage.ask_run(graph.run, cancel()).await??;
    stage.ask_run(graph.run, RunCommand::Retry).await??;
    stage.pass(1);
    stage.follow_through().await?;
    assert_eq!(stage.tally(&graph).await?.pending, 4);
    for id in graph.ids() {
        let story = stage.story(id).await?;
        assert_eq!(story.last().map(|entry| entry.event), Some(EventKind::Retried));
    }
    Ok(())
}

pub(super) async fn what_is_asked_again_before_it_has_begun_is_done_once(
    stage: Stage,
) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let other = next_door.as_ref().unwrap_or(&stage);
    let graph = stage.launch("reef", BRANCHES).await?;
    let run = graph.run;
    for command in [cancel(), RunCommand::Retry] {
        let at_once = [(); 3].map(|()| changes(&stage, run, command.clone()));
        let changed = try_join_all(at_once).await?;
        assert_eq!(changed.into_iter().filter(|changed| *changed).count(), 1, "of {command:?}");
        assert!(!changes(other, run, command).await?, "it waits already");
    }
    assert!(changes(&stage, run, cancel()).await?, "a retry was asked since");
    let missions = &stage.store.stores.missions;
    let mut names = Vec::new();
    loop {
        let tasks = missions.take_follow_ups(9).await?;
        for task in &tasks {
            names.extend(of_run(&task.task).map(RunCommand::name));
            stage.follow(task).await?;
        }
        if tasks.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["cancel", "retry", "cancel"]);
    assert!(changes(&stage, run, RunCommand::Retry).await?);
    missions.take_follow_ups(9).await?;
    assert!(changes(&stage, run, RunCommand::Retry).await?, "somebody is at the first");
    Ok(())
}

async fn changes(stage: &Stage, run: RunId, command: RunCommand) -> anyhow::Result<bool> {
    let outcome = stage.ask_run(run, command).await??;
    anyhow::ensure!(outcome.run.is_some_and(|found| found.id == run), "it names its run");
    Ok(outcome.changed)
}

/// A run's row stays as long as any of its missions, and leaves with the last.
pub(super) async fn a_run_leaves_with_the_last_of_its_missions(stage: Stage) -> anyhow::Result<()> {
    use std::time::Duration;
    let graph = stage.launch("reef", BRANCHES).await?;
    for key in ["plan", "left", "below"] {
        stage.succeed(graph.step(key)).await?;
    }
    let old = Duration::from_hours(1);
    let leave = async |limit| {
        let retention = &stage.store.stores.retention;
        let (mut after, mut removed) = (None, 0);
        loop {
            let walk = retention.remove_missions(old, after, limit).await?;
            removed += walk.removed;
            after = walk.reached;
            if walk.done {
                return anyhow::Ok(removed);
            }
        }
    };
    stage.pass(7_200);
    assert_eq!(leave(9).await?, 0, "one of the run waits");
    stage.succeed(graph.step("right")).await?;
    stage.pass(7_200);
    let step = stage.store.stores.retention.remove_missions(old, None, 2).await?;
    assert!((1..4).contains(&step.removed), "{step:?}");
    assert!(stage.run(graph.run).await?.tally.steps() > 0, "some of them are still there");
    assert_eq!(leave(2).await? + step.removed, 4);
    assert_eq!(stage.store.stores.workflows.run(&stage.scope, graph.run).await?, None);
    let runs = mission_control_workflows::RunQuery { limit: 9, ..Default::default() };
    assert!(stage.store.stores.workflows.runs(&stage.scope, &runs).await?.runs.is_empty());
    Ok(())
}
