use anyhow::{Context as _, Result};
use mission_control::kernel::{JsonText, ProjectId, RunId, Text};
use mission_control::missions::{Actor, Command, Kind, RunCommand, Status, UsageReport, Verdict};
use mission_control::workflows::{
    Definition, OnFailure, RunState, RunView, StepDefinition, WorkflowName,
};
use mission_control::{Launch, LaunchRefusal, MAX_RUN_BYTES};

use crate::crew::{Agent, complete};
use crate::{App, everything};

fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::parse(text).expect("a text of a test")
}

fn json(text: &str) -> JsonText {
    JsonText::from_checked(text).expect("small enough")
}

fn reef() -> WorkflowName {
    "reef".parse().expect("a name")
}

fn step(key: &str, depends_on: &[&str]) -> StepDefinition {
    let depends_on = depends_on.iter().map(|on| text(on)).collect();
    StepDefinition { depends_on, ..StepDefinition::new(text(key), text(key), Kind::default_kind()) }
}

async fn save(app: &App, steps: Vec<StepDefinition>) -> Result<()> {
    let definition = Definition::parse(reef(), text(""), steps)?;
    app.control
        .save_workflow(&ProjectId::default_project(), &definition, &text("ada"), None)
        .await??;
    Ok(())
}

fn launch() -> Launch {
    Launch {
        project: ProjectId::default_project(),
        workflow: reef(),
        version: None,
        input: None,
        title: None,
        priority: None,
        labels: Vec::new(),
        by: text("ada"),
    }
}

async fn run(app: &App, launch: Launch) -> Result<RunId> {
    match app.control.launch_run(launch, None).await?? {
        Verdict::Done(outcome, _) => Ok(outcome.run.context("it names its run")?.id),
        refused => anyhow::bail!("not launched: {refused:?}"),
    }
}

/// How the run stands once it is so.
async fn becomes(app: &App, id: RunId, wanted: impl Fn(&RunView) -> bool) -> Result<RunView> {
    let mut feed = app.control.subscribe();
    loop {
        let view = app.control.run(&everything(), id).await?.context("it is there")?;
        if wanted(&view) {
            return Ok(view);
        }
        tokio::time::timeout(crate::LONG, feed.next())
            .await
            .with_context(|| format!("it never became so: {view:?}"))??;
    }
}

/// Steps are written in any order; a step is handed what those before it have found, nothing where
/// one was allowed to fail.
#[tokio::test]
async fn a_run_goes_from_step_to_step_with_their_results() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let mut plan = step("plan", &[]);
    plan.input = Some(json(r#"{"depth": 1, "at": "bay"}"#));
    let odd = StepDefinition { on_failure: OnFailure::Continue, ..step("odd", &["plan"]) };
    save(&app, vec![step("join", &["left", "odd"]), odd, step("left", &["plan"]), plan]).await?;
    let input = Some(json(r#"{"depth": 2}"#));
    let id = run(&app, Launch { input, labels: vec![text("deep")], ..launch() }).await?;
    let taken = hand.claim(&app, 9).await?;
    let spec = &taken[0].spec;
    let step = spec.step.as_ref().context("it is a step")?;
    assert_eq!((taken.len(), step.key.as_str(), step.position), (1, "plan", 4));
    let input = spec.input.as_ref().map(|input| input.as_str());
    assert_eq!(input, Some(r#"{"at":"bay","depth":2}"#));
    assert_eq!(spec.labels, [text("deep")]);
    complete(&app, &taken[0], r#"{"n":1}"#).await?;
    let mut next = hand.claim(&app, 9).await?;
    while next.len() < 2 {
        next.extend(hand.claim(&app, 9).await?);
    }
    for mission in &next {
        let results = app.control.dependency_results(mission).await?.results;
        assert_eq!(results, [("plan".to_owned(), Some(json(r#"{"n":1}"#)))]);
        match mission.spec.step.as_ref().map(|step| step.key.as_str()) {
            Some("left") => drop(complete(&app, mission, r#"{"n":2}"#).await?),
            _ => fail_with_a_part(&app, mission).await?,
        }
    }
    let join = hand.claim(&app, 9).await?.pop().context("the join is let go")?;
    let results = app.control.dependency_results(&join).await?.results;
    let left = ("left".to_owned(), Some(json(r#"{"n":2}"#)));
    assert_eq!(results, [left, ("odd".to_owned(), None)], "what failed has no result");
    complete(&app, &join, "1").await?;
    let view = becomes(&app, id, |view| view.tally.progress() == 100).await?;
    assert_eq!((view.tally.state(), view.tally.current_step()), (RunState::Completed, 4));
    let missions = app.control.run_missions(&everything(), id).await?;
    let keys: Vec<_> =
        missions.iter().filter_map(|it| Some(it.spec.step.as_ref()?.key.to_string())).collect();
    assert_eq!(keys, ["join", "odd", "left", "plan"], "as they were written");
    app.control.stop().await;
    Ok(())
}

/// It says what it has found so far, and fails for good.
async fn fail_with_a_part(app: &App, mission: &mission_control::missions::Mission) -> Result<()> {
    use mission_control::missions::{ErrorText, Failure, FailureClass, FailureReport};
    let lease = Some(mission.lease_id);
    let part = Command::Progress {
        lease,
        progress: None,
        message: None,
        result: Some(json(r#"{"part":true}"#)),
        usage: UsageReport::default(),
    };
    let failure = Failure { class: FailureClass::InvalidInput, message: ErrorText::cleaned("no") };
    let report = FailureReport { failure, retryable: None, retry_after: None };
    let fail = Command::Fail { lease, report, usage: UsageReport::default() };
    for command in [part, fail] {
        let verdict =
            app.control.command(Actor::System, everything(), mission.id, command, None).await?;
        anyhow::ensure!(matches!(verdict, Verdict::Done(..)), "{verdict:?}");
    }
    Ok(())
}

/// The very sweeps of a process carry out what is asked of a run.
#[tokio::test]
async fn what_is_asked_of_a_run_is_done_to_its_missions() -> Result<()> {
    const STEPS: usize = 700;
    let app = App::start().await?;
    let steps = (0..STEPS).map(|n| match n {
        0 => step("s0", &[]),
        n => step(&format!("s{n}"), &[&format!("s{}", (n - 1) / 2)]),
    });
    save(&app, steps.collect()).await?;
    let id = run(&app, launch()).await?;
    let ask = async |command| {
        let by = Actor::Principal(text("ada"));
        let verdict = app.control.run_command(by, everything(), id, command, None).await?;
        anyhow::ensure!(matches!(verdict, Verdict::Done(..)), "{verdict:?}");
        anyhow::Ok(())
    };
    ask(RunCommand::Cancel { reason: None }).await?;
    let all = u32::try_from(STEPS)?;
    let view = becomes(&app, id, |view| view.tally.cancelled == all).await?;
    assert_eq!(view.tally.state(), RunState::Cancelled);
    let first = app.control.run_missions(&everything(), id).await?.remove(0);
    let events = app.control.events(&everything(), first.id, 0, 9).await?;
    let by = events.last().map(|event| event.entry.by.clone());
    assert_eq!(by, Some(Actor::Principal(text("ada"))), "the journal says who asked");

    ask(RunCommand::Pause).await?;
    ask(RunCommand::Retry).await?;
    becomes(&app, id, |view| view.tally.pending == all).await?;
    let hand = Agent::register(&app, "hand").await?;
    ask(RunCommand::Resume).await?;
    let taken = hand.claim(&app, 9).await?;
    assert_eq!(taken.iter().map(|it| it.id).collect::<Vec<_>>(), [first.id]);
    assert_eq!(taken[0].status(), Status::Running);
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_launch_that_cannot_be_says_why() -> Result<()> {
    let app = App::start().await?;
    let refused = async |launch: Launch| match app.control.launch_run(launch, None).await? {
        Ok(verdict) => anyhow::bail!("it was launched: {verdict:?}"),
        Err(refusal) => anyhow::Ok(refusal),
    };
    let unknown = LaunchRefusal::UnknownWorkflow { name: reef() };
    assert_eq!(refused(launch()).await?, unknown);
    let half = format!(r#"{{"a": "{}"}}"#, "x".repeat(200_000));
    let mut first = step("first", &[]);
    first.input = Some(json(&half));
    first.labels = (0..20).map(|n| text(&format!("l{n}"))).collect();
    let large = (0..MAX_RUN_BYTES / 200_000)
        .map(|n| StepDefinition { input: Some(json(&half)), ..step(&format!("s{n}"), &[]) });
    save(&app, vec![first.clone()]).await?;
    save(&app, large.chain([first]).collect()).await?;
    let of = |version| Launch { version: Some(version), ..launch() };
    let absent = LaunchRefusal::UnknownVersion { name: reef(), version: 3 };
    assert_eq!(refused(of(3)).await?, absent);
    let list = Launch { input: Some(json("[]")), ..of(1) };
    assert_eq!(refused(list).await?, LaunchRefusal::InputIsNoObject);
    let other = json(&half.replace("\"a\"", "\"b\""));
    let both = Launch { input: Some(other), ..of(1) };
    assert_eq!(refused(both).await?, LaunchRefusal::InputTooLarge { step: text("first") });
    let labelled = Launch { labels: vec![text("more")], ..of(1) };
    assert_eq!(refused(labelled).await?, LaunchRefusal::TooManyLabels { step: text("first") });
    assert!(matches!(refused(of(2)).await?, LaunchRefusal::TooLarge { .. }));
    save(&app, (0..200).map(|n| step(&format!("s{n}"), &[])).collect()).await?;
    let wide = Launch { input: Some(json(&half)), ..of(3) };
    let refusal = refused(wide).await?;
    let at_once = |at_least| at_least <= MAX_RUN_BYTES + half.len();
    assert!(matches!(refusal, LaunchRefusal::TooLarge { at_least } if at_once(at_least)));
    assert_eq!(app.totals().await?.total(), 0, "nothing was made");
    app.control.stop().await;
    Ok(())
}
