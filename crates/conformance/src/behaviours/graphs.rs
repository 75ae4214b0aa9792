//! Runs of workflows, and what their missions say of them.

use std::sync::Arc;

use futures::future::{try_join, try_join_all};
use mission_control_kernel::{MissionId, RunId};
use mission_control_missions::{
    Action, Actor, Command, EventKind, FailureClass, Finding, Found, Outcome, Receipt, Refusal,
    Rendered, Request, RunCommand, Status, Step, Task, UsageReport, Verdict,
};
use mission_control_workflows::{RunQuery, RunState};

use crate::draft::{json, text};
use crate::graph::{Graph, Steps};
use crate::stage::{Stage, complete, fail, start};

/// A fork and a join, with a step in between that may fail.
const DIAMOND: Steps<'_> =
    &[("plan", &[]), ("left", &["plan"]), ("right?", &["plan"]), ("join", &["left", "right?"])];

pub(super) async fn a_run_is_made_with_its_missions_and_their_edges(
    stage: Stage,
) -> anyhow::Result<()> {
    let graph = stage.launch("reef", DIAMOND).await?;
    let view = stage.run(graph.run).await?;
    assert_eq!((view.run.workflow.as_str(), view.run.steps, view.run.paused), ("reef", 4, false));
    assert_eq!((view.run.created_at, view.tally.pending), (stage.now(), 4));
    assert_eq!(view.tally.state(), RunState::Pending);
    for (position, (key, depends_on)) in (1..).zip(DIAMOND) {
        let mission = stage.mission(graph.step(key)).await?;
        let step = mission.spec.step.as_ref().expect("it is a step");
        assert_eq!((step.run, step.key.as_str(), step.position), (graph.run, *key, position));
        let on: Vec<MissionId> = mission.dependencies.iter().map(|edge| edge.on).collect();
        assert_eq!(on, depends_on.iter().map(|on| graph.step(on)).collect::<Vec<_>>());
        assert_eq!(mission.has_dependants, *key != "join");
    }
    let agent = stage.agent("atlas").await?;
    assert_eq!(stage.claim_one(&agent).await?.id, graph.step("plan"));
    assert!(stage.claim(&agent, 9).await?.is_empty(), "the others wait");
    Ok(())
}

pub(super) async fn a_refused_run_leaves_nothing(stage: Stage) -> anyhow::Result<()> {
    let (graph, action) = stage.graph("reef", DIAMOND);
    let Action::Launch { run, mut missions } = action else { unreachable!("it is a launch") };
    let dependency = stage.mission_id();
    missions[3].depends_on.push(dependency);
    let refusal = stage.apply(Action::Launch { run, missions }).await?;
    assert_eq!(refusal, Err(Refusal::UnknownDependency { dependency }));
    assert_eq!(stage.store.stores.workflows.run(&stage.scope, graph.run).await?, None);
    assert_eq!(stage.ask_run(graph.run, RunCommand::Retry).await?, Err(Refusal::UnknownRun));
    assert!(stage.all().await?.is_empty());
    Ok(())
}

pub(super) async fn a_launch_sent_again_is_answered_again(stage: Stage) -> anyhow::Result<()> {
    let request = |stage: &Stage| {
        let (_, action) = stage.graph("reef", DIAMOND);
        let receipt = Receipt {
            project: stage.project.clone(),
            principal: "ada".to_owned(),
            key: "k".to_owned(),
            request_digest: [1; 32],
            render: Box::new(|outcome: &Outcome| {
                let run = outcome.run.as_ref().map(|run| run.id.to_string()).unwrap_or_default();
                Rendered { status: 201, body: run.into_bytes() }
            }),
        };
        Request { action, by: Actor::System, receipt: Some(receipt) }
    };
    let missions = &stage.store.stores.missions;
    let Verdict::Done(outcome, Some(kept)) = missions.apply(request(&stage)).await? else {
        anyhow::bail!("it was not carried out");
    };
    let run = outcome.run.expect("it names its run");
    assert_eq!(kept.body, run.id.to_string().into_bytes());
    assert_eq!(missions.apply(request(&stage)).await?, Verdict::Replayed(kept));
    let runs = stage.store.stores.workflows.runs(&stage.scope, &first(9)).await?;
    assert_eq!(runs.runs.len(), 1);
    assert_eq!(stage.all().await?.len(), 4);
    Ok(())
}

pub(super) async fn other_branches_run_on_after_a_failure(stage: Stage) -> anyhow::Result<()> {
    let graph = stage
        .launch(
            "reef",
            &[("plan", &[]), ("left", &["plan"]), ("below", &["left"]), ("right", &["plan"])],
        )
        .await?;
    stage.succeed(graph.step("plan")).await?;
    stage.break_down(graph.step("left")).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.state(), tally.progress(), tally.current_step()), (RunState::Running, 25, 2));
    assert_eq!(stage.steps_that_are(&graph, Status::Cancelled).await?, ["below"]);
    assert_eq!(tally.completed_at(), None);
    stage.pass(5);
    stage.succeed(graph.step("right")).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.state(), tally.progress(), tally.current_step()), (RunState::Failed, 50, 4));
    assert_eq!(tally.completed_at(), Some(stage.now()));
    Ok(())
}

pub(super) async fn a_step_that_may_fail_is_done_when_it_has(stage: Stage) -> anyhow::Result<()> {
    let graph = stage.launch("reef", DIAMOND).await?;
    stage.succeed(graph.step("plan")).await?;
    stage.break_down(graph.step("right?")).await?;
    stage.succeed(graph.step("left")).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.tolerated, tally.failed, tally.progress()), (1, 0, 75));
    let agent = stage.agent("atlas").await?;
    let join = stage.claim_one(&agent).await?;
    assert_eq!(join.id, graph.step("join"));
    stage.tell(join.id, complete(Some(join.lease_id))).await?;
    let tally = stage.tally(&graph).await?;
    assert_eq!((tally.state(), tally.progress()), (RunState::Completed, 100));
    Ok(())
}

fn first(limit: u32) -> RunQuery {
    RunQuery { limit, ..RunQuery::default() }
}

pub(super) async fn runs_come_newest_first_and_each_project_has_its_own(
    stage: Stage,
) -> anyhow::Result<()> {
    let other = stage.of_project("lab");
    let mut launched: Vec<RunId> = Vec::new();
    for name in ["reef", "bay", "reef", "reef", "bay"] {
        launched.push(stage.launch(name, DIAMOND).await?.run);
    }
    let away = other.launch("reef", DIAMOND).await?.run;
    launched.reverse();
    let workflows = &stage.store.stores.workflows;
    let mut seen = Vec::new();
    let mut query = first(2);
    loop {
        let page = workflows.runs(&stage.scope, &query).await?;
        assert!(page.runs.len() <= 2);
        assert!(page.runs.iter().all(|view| view.tally.pending == 4));
        seen.extend(page.runs.iter().map(|view| view.run.id));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, launched);
    let of = RunQuery { workflow: Some("reef".parse()?), ..first(2) };
    let page = workflows.runs(&stage.scope, &of).await?;
    let seen: Vec<RunId> = page.runs.iter().map(|view| view.run.id).collect();
    assert_eq!(seen, [launched[1], launched[2]]);
    let page = workflows.runs(&stage.scope, &RunQuery { after: page.next, ..of }).await?;
    assert_eq!((page.runs[0].run.id, page.runs.len(), page.next), (launched[4], 1, None));
    assert_eq!(workflows.run(&stage.scope, away).await?, None);
    let theirs = workflows.runs(&other.scope, &first(9)).await?;
    assert_eq!((theirs.runs.len(), theirs.runs[0].run.id), (1, away));
    let refusal = stage.ask_run(away, RunCommand::Retry).await?;
    assert_eq!(refusal, Err(Refusal::UnknownRun));
    Ok(())
}

/// What a step is handed: results of what was completed, and nothing of what was allowed to fail,
/// whatever it had reported.
pub(super) async fn what_steps_have_found_is_told_by_their_keys(
    stage: Stage,
) -> anyhow::Result<()> {
    let graph = stage.launch("reef", DIAMOND).await?;
    let alone = stage.make_plain().await?.id;
    let found = |n: u8| json(&format!(r#"{{"n":{n}}}"#));
    let usage = UsageReport::default;
    for (key, n) in [("plan", 1), ("left", 2)] {
        let id = graph.step(key);
        stage.tell(id, start()).await?;
        let result = Some(found(n));
        stage.tell(id, Command::Complete { lease: None, result, usage: usage() }).await?;
        stage.follow_through().await?;
    }
    let odd = graph.step("right?");
    stage.tell(odd, start()).await?;
    let result = Some(found(3));
    let (lease, progress, message) = (None, None, None);
    let part = Command::Progress { lease, progress, message, result, usage: usage() };
    stage.tell(odd, part).await?;
    stage.tell(odd, fail(None, FailureClass::InvalidInput)).await?;
    let other = stage.of_project("lab").make_plain().await?.id;
    let ids = [alone, odd, graph.step("left"), graph.step("plan"), other];
    let told = stage.store.stores.missions.results(&stage.scope, &ids, usize::MAX).await?;
    let step = |key: &str, finding: Finding| Found {
        mission: graph.step(key),
        step: Some((graph.run, text(key))),
        finding,
    };
    let expected = [
        Found { mission: alone, step: None, finding: Finding::Nothing },
        step("right?", Finding::Nothing),
        step("left", Finding::Result(found(2))),
        step("plan", Finding::Result(found(1))),
    ];
    assert_eq!(told.into_iter().map(canonical).collect::<Vec<_>>(), expected);
    Ok(())
}

/// Results are read in the order in which they are asked for, and none behind the first one that does
/// not fit; what has none is told as such in any case.
pub(super) async fn results_are_read_as_long_as_there_is_room(stage: Stage) -> anyhow::Result<()> {
    let texts = [Some("\"four\""), None, Some("\"a longer one\""), Some("1"), None];
    let mut ids = Vec::new();
    for result in texts {
        let id = stage.make_plain().await?.id;
        stage.tell(id, start()).await?;
        let (lease, usage) = (None, UsageReport::default());
        stage.tell(id, Command::Complete { lease, result: result.map(json), usage }).await?;
        ids.push(id);
    }
    let whole = |text: &str| Finding::Result(json(text));
    let (four, long, one) = (whole("\"four\""), whole("\"a longer one\""), whole("1"));
    let out = || Finding::LeftOut;
    for (room, expected) in [
        (0, [out(), out(), out()]),
        (5, [out(), out(), out()]),
        (6, [four.clone(), out(), out()]),
        (19, [four.clone(), out(), out()]),
        (20, [four.clone(), long.clone(), out()]),
        (21, [four, long, one]),
    ] {
        let told = stage.store.stores.missions.results(&stage.scope, &ids, room).await?;
        let [first, second, third] = expected;
        let expected = [first, Finding::Nothing, second, third, Finding::Nothing];
        let told: Vec<_> = told.into_iter().map(|found| (found.mission, found.finding)).collect();
        let expected: Vec<_> = ids.iter().copied().zip(expected).collect();
        assert_eq!(told, expected, "with {room} bytes of room");
    }
    let back: Vec<MissionId> = ids.iter().rev().copied().collect();
    let told = stage.store.stores.missions.results(&stage.scope, &back, 2).await?;
    let told: Vec<_> = told.into_iter().map(|found| found.finding).collect();
    assert_eq!(told, [Finding::Nothing, whole("1"), out(), Finding::Nothing, out()]);
    Ok(())
}

/// Without the spaces that a store may lay a result out with.
fn canonical(found: Found) -> Found {
    let finding = match found.finding {
        Finding::Result(result) => Finding::Result(json(&result.as_str().replace(' ', ""))),
        other @ (Finding::Nothing | Finding::LeftOut) => other,
    };
    Found { finding, ..found }
}

/// What ends at the same time in two processes lets a join go once.
pub(super) async fn a_join_is_let_go_once_by_a_thousand(stage: Stage) -> anyhow::Result<()> {
    const MANY: usize = 1_000;
    let (run, mut missions) = (stage.new_run("fan", MANY + 1), Vec::new());
    let mut all: Vec<MissionId> = Vec::new();
    for position in 1..=MANY + 1 {
        let key = text(&format!("s{position}"));
        let position = u32::try_from(position)?;
        let depends_on = if all.len() == MANY { all.clone() } else { Vec::new() };
        let draft = stage.draft().after(&depends_on).spec(|spec| {
            spec.step = Some(Step { run: run.id, key, position, continues_on_failure: false });
        });
        let new = draft.into_new();
        all.push(new.id);
        missions.push(new);
    }
    let run_id = run.id;
    stage.apply(Action::Launch { run, missions }).await??;
    let join = all.pop().expect("the last one");
    let doors = super::racing::doors(stage).await?;
    for part in all.chunks(200) {
        try_join_all(part.iter().map(|id| doors[0].tell(*id, start()))).await?;
    }
    let end = |stage: Arc<Stage>, part: Vec<MissionId>| {
        tokio::spawn(async move {
            for part in part.chunks(100) {
                try_join_all(part.iter().map(|id| stage.tell(*id, complete(None)))).await?;
                follow_together(&stage).await?;
            }
            anyhow::Ok(())
        })
    };
    let halves = all.split_at(MANY / 2);
    let ends = try_join(
        end(Arc::clone(&doors[0]), halves.0.to_vec()),
        end(Arc::clone(&doors[1]), halves.1.to_vec()),
    );
    let (one, other) = ends.await?;
    one?;
    other?;
    follow_together(&doors[0]).await?;
    let agents = try_join(doors[0].agent("atlas"), doors[1].agent("birch")).await?;
    let claims = try_join(doors[0].claim(&agents.0, 9), doors[1].claim(&agents.1, 9)).await?;
    let taken: Vec<MissionId> = claims.0.iter().chain(&claims.1).map(|it| it.id).collect();
    assert_eq!(taken, [join], "it is taken once");
    assert_eq!(claims.0.iter().chain(&claims.1).next().map(|it| it.version), Some(1_002));
    let entries = doors[0].mission_entries().await?;
    let of_join = entries.iter().filter(|entry| entry.mission == join);
    let count = |event| of_join.clone().filter(|entry| entry.event == event).count();
    assert_eq!((count(EventKind::Settled), count(EventKind::Started)), (MANY, 1));
    let tally = doors[0].run(run_id).await?.tally;
    assert_eq!((tally.completed as usize, tally.running, tally.progress()), (MANY, 1, 99));
    Ok(())
}

/// Does the follow-ups that there are, many at a time.
async fn follow_together(stage: &Stage) -> anyhow::Result<()> {
    let missions = &stage.store.stores.missions;
    loop {
        let tasks = missions.take_follow_ups(100).await?;
        if tasks.is_empty() {
            return Ok(());
        }
        let follow = tasks.iter().map(|task| async move {
            let Task::Mission { .. } = &task.task else { anyhow::bail!("nobody asked a run") };
            stage.follow(task).await
        });
        try_join_all(follow).await?;
    }
}

/// Whatever becomes of the missions of a run, the store counts them as they are.
pub(super) async fn the_tally_is_that_of_the_missions_at_every_step(
    stage: Stage,
) -> anyhow::Result<()> {
    let graph = stage.launch("reef", DIAMOND).await?;
    let agent = stage.agent("atlas").await?;
    let check = async |graph: &Graph| stage.tally(graph).await;
    stage.pass(1);
    let plan = stage.claim_one(&agent).await?;
    assert_eq!(check(&graph).await?.current_step(), 1);
    stage.pass(2);
    stage.tell(plan.id, fail(Some(plan.lease_id), FailureClass::Transient)).await?;
    let waiting = check(&graph).await?;
    assert_eq!((waiting.state(), waiting.current_step()), (RunState::Pending, 1));
    stage.pass(3);
    stage.succeed(plan.id).await?;
    check(&graph).await?;
    stage.tell(graph.step("left"), start()).await?;
    stage.break_down(graph.step("right?")).await?;
    let both = check(&graph).await?;
    assert_eq!((both.running, both.tolerated, both.current_step()), (1, 1, 3));
    stage.tell(graph.step("left"), crate::stage::cancel(false)).await?;
    stage.follow_through().await?;
    let over = check(&graph).await?;
    assert_eq!((over.cancelled, over.state(), over.progress()), (2, RunState::Cancelled, 50));
    Ok(())
}
