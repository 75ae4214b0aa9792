//! Schedules over a store whose clock is moved, by several handles that die at any moment.

mod forgetful;
mod stage;

use std::time::Duration;

use anyhow::Result;
use mission_control::FIRED_WITHIN;
use mission_control::kernel::{JsonText, Timestamp};
use mission_control::missions::{Mission, Outcome, Receipt, Rendered, ShortName, Status, Verdict};
use mission_control::workflows::schedule::{
    Decided, Decision, FAILURES_BEFORE_PAUSE, Fired, Overlap, Schedule, ScheduleSpec,
    ScheduleStore as _, SkipReason, Target, Tick, TickOutcome,
};
use mission_control::workflows::template::{TemplateName, TemplateSpec, builtin};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use stage::{Stage, ada, cadence, fired, now, until_death, wrongs};

/// Their periods are 1 to 7 seconds.
const SCHEDULES: usize = 20;
/// How long handles die.
const SECONDS: u64 = 60;
/// How many change a schedule at the same moment: no more than a change is tried for.
const PUTS: usize = 8;
/// How often the control is tried at most: one death between a mission and its tick is enough.
const ROUNDS: u64 = 20;

/// Twenty schedules whose clock goes on while three handles look after them and die at any moment;
/// what is wrong with them then.
async fn storm(stage: &Stage, seed: u64) -> Result<Vec<String>> {
    let crons: Vec<(String, String)> = (0..SCHEDULES)
        .map(|n| (format!("s{seed}-{n}"), format!("*/{} * * * * *", n % 7 + 1)))
        .collect();
    for (name, cron) in &crons {
        stage.schedule(name, cron, |_| {}).await?;
    }
    let begin = stage.now();
    let mut random = StdRng::seed_from_u64(seed);
    let mut deaths = 0;
    for _ in 0..SECONDS {
        stage.clock.advance(Duration::from_secs(1));
        let working: Vec<_> = stage
            .controls
            .iter()
            .map(|control| until_death(control.tend_schedules(), random.random_range(0..100)))
            .collect();
        let lived = futures::future::join_all(working).await;
        deaths += lived.iter().filter(|lived| !**lived).count();
    }
    assert!(deaths > 20, "only {deaths} died");
    for (name, _) in &crons {
        let reason = mission_control::missions::Reason::cleaned("");
        stage
            .control()
            .pause_schedule(&stage.project, &name.parse()?, ada(), reason, None)
            .await??;
    }
    // Whoever lives finishes what the dead have left.
    stage.clock.advance(FIRED_WITHIN + Duration::from_secs(1));
    stage.control().tend_schedules().await?;
    let mut all = Vec::new();
    for (name, cron) in &crons {
        let (ticks, made) = (stage.ticks(name).await?, stage.made(name).await?);
        // Each tick but those of the last second, which nobody may have lived long enough for.
        let until = begin.plus(Duration::from_secs(SECONDS - 1));
        let last = ticks.last().map_or(begin, |tick| tick.at).min(until);
        let due = cadence(cron).upcoming(begin, 1_000);
        let due: Vec<Timestamp> = due.into_iter().filter(|at| *at <= last).collect();
        assert!(!due.is_empty(), "{name} never came");
        all.extend(wrongs(&due, &ticks, &made).into_iter().map(|it| format!("{name}: {it}")));
    }
    Ok(all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tick_is_fired_once_by_handles_that_die_at_any_moment() -> Result<()> {
    let stage = Stage::of(3).await?;
    for seed in 0..2 {
        assert_eq!(storm(&stage, seed).await?, [""; 0]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_their_receipts_ticks_are_fired_twice() -> Result<()> {
    let stage = Stage::forgetful(3).await?;
    for seed in 0..ROUNDS {
        let wrongs = storm(&stage, seed).await?;
        if wrongs.iter().any(|wrong| wrong.ends_with("one too many")) {
            return Ok(());
        }
    }
    anyhow::bail!("the check sees nothing where there must be something to see")
}

#[tokio::test]
async fn what_overlaps_is_passed_over_or_called_off() -> Result<()> {
    let stage = Stage::of(1).await?;
    stage.schedule("skips", "*/2 * * * * *", |spec| spec.overlap = Overlap::Skip).await?;
    let others = |spec: &mut ScheduleSpec| spec.overlap = Overlap::CancelOther;
    stage.schedule("replaces", "*/2 * * * * *", others).await?;
    stage.pass(6).await?;
    let told = |ticks: Vec<Tick>| -> String {
        let letter = |tick: Tick| match tick.outcome {
            TickOutcome::Fired(_) => 'F',
            TickOutcome::Skipped { reason: SkipReason::Overlap, .. } => 'O',
            _ => '?',
        };
        ticks.into_iter().map(letter).collect()
    };
    assert_eq!(told(stage.ticks("skips").await?), "FOO");
    assert_eq!(told(stage.ticks("replaces").await?), "FFF");
    let made = stage.made("replaces").await?;
    let stand: Vec<Status> = made.iter().map(Mission::status).collect();
    assert_eq!(stand, [Status::Cancelled, Status::Cancelled, Status::Pending]);
    stage.end(&stage.made("skips").await?[0]).await?;
    stage.pass(4).await?;
    assert_eq!(told(stage.ticks("skips").await?), "FOOFO");
    Ok(())
}

#[tokio::test]
async fn a_schedule_that_cannot_be_fired_comes_to_rest_and_goes_on_when_told_to() -> Result<()> {
    let stage = Stage::of(1).await?;
    let (control, project) = (stage.control(), &stage.project);
    let name: TemplateName = "mine".parse()?;
    let analysis = builtin(project, &"data-analysis".parse()?).expect("it is built in");
    let spec = TemplateSpec::clone(&analysis.spec);
    control.add_template(project, name.clone(), spec, ada(), None).await??;
    let parameters = JsonText::from_checked(r#"{"dataset": "reef"}"#)?;
    let target = Target::Template { name: name.clone(), parameters };
    stage.schedule("analyses", "* * * * * *", |spec| spec.target = target).await?;
    stage.pass(1).await?;
    let made = stage.made("analyses").await?;
    assert_eq!(made[0].spec.title.as_str(), "Analyse reef");
    assert_eq!(made[0].spec.template.as_ref().map(ShortName::as_str), Some("mine"));
    let input = made[0].spec.input.as_ref().map(JsonText::as_str);
    assert_eq!(input, Some(r#"{"dataset":"reef"}"#));

    control.remove_template(project, &name).await??;
    stage.pass(u64::from(FAILURES_BEFORE_PAUSE) + 3).await?;
    let rests = stage.find("analyses").await?;
    let paused = rests.paused.clone().expect("it has failed often enough");
    assert_eq!(paused.by, None);
    assert!(paused.reason.as_str().contains("no template of this name"), "{paused:?}");
    assert_eq!(rests.upcoming(10), []);
    let ticks = stage.ticks("analyses").await?;
    assert_eq!(ticks.len(), 1 + FAILURES_BEFORE_PAUSE as usize, "it fires nothing any more");
    assert_eq!(fired(&ticks).len(), 1);

    let again = now(control.resume_schedule(project, &"analyses".parse()?, None).await??)?;
    assert_eq!((&again.paused, again.failures), (&None, 0));
    assert_eq!(again.upcoming(3).len(), 3);
    assert!(again.next > Some(stage.now()), "nothing is caught up on");
    Ok(())
}

/// The first tick of a schedule, decided about by a handle that died before it could say more.
async fn left_undone(stage: &Stage, schedule: &Schedule) -> Result<Timestamp> {
    let at = schedule.next.expect("it has one");
    let ticks = vec![Decided { at, outcome: TickOutcome::Due }];
    let decision = Decision { ticks, next: schedule.spec.cadence.next_after(at) };
    assert!(stage.store.decide_ticks(schedule, &decision).await?.is_some());
    Ok(at)
}

#[tokio::test]
async fn however_many_were_passed_over_what_is_open_keeps_the_next_from_being_fired() -> Result<()>
{
    let stage = Stage::of(1).await?;
    stage.schedule("skips", "* * * * * *", |spec| spec.overlap = Overlap::Skip).await?;
    stage.pass(61).await?;
    assert_eq!(stage.ticks("skips").await?.len(), 61);
    assert_eq!(stage.made("skips").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_late_tick_does_not_come_back_behind_one_that_has_taken_its_place() -> Result<()> {
    let stage = Stage::of(1).await?;
    let others = |spec: &mut ScheduleSpec| spec.overlap = Overlap::CancelOther;
    let schedule = stage.schedule("replaces", "*/10 * * * * *", others).await?;
    left_undone(&stage, &schedule).await?;
    stage.clock.advance(Duration::from_secs(20));
    stage.control().tend_schedules().await?;
    let ticks = stage.ticks("replaces").await?;
    let superseded = SkipReason::Superseded;
    assert!(
        matches!(ticks[0].outcome, TickOutcome::Skipped { reason, .. } if reason == superseded),
        "{ticks:?}"
    );
    let made: Vec<Status> = stage.made("replaces").await?.iter().map(Mission::status).collect();
    assert_eq!(made, [Status::Pending], "{ticks:?}");
    Ok(())
}

#[tokio::test]
async fn what_was_made_is_found_though_it_could_not_be_made_any_more() -> Result<()> {
    let stage = Stage::of(1).await?;
    let (control, project) = (stage.control(), &stage.project);
    let name: TemplateName = "mine".parse()?;
    let analysis = builtin(project, &"data-analysis".parse()?).expect("it is built in");
    control
        .add_template(project, name.clone(), TemplateSpec::clone(&analysis.spec), ada(), None)
        .await??;
    let parameters = JsonText::from_checked(r#"{"dataset": "reef"}"#)?;
    let target = Target::Template { name: name.clone(), parameters: parameters.clone() };
    let schedule = stage.schedule("daily", "0 0 * * *", |spec| spec.target = target).await?;
    let at = left_undone(&stage, &schedule).await?;
    let launch =
        mission_control::TemplateLaunch::new(project.clone(), name.clone(), parameters, ada());
    let mission = control.mission_of_template(launch).await??;
    let receipt = Receipt {
        project: project.clone(),
        principal: format!("schedule:{}", schedule.id),
        key: at.to_string(),
        request_digest: [0; 32],
        render: Box::new(|outcome: &Outcome| {
            let body = format!("mission {}", outcome.missions[0].id).into_bytes();
            Rendered { status: 201, body }
        }),
    };
    let id = mission.id;
    let made = control.create(vec![mission], Some(receipt)).await?;
    assert!(matches!(made, Verdict::Done(..)), "{made:?}");
    control.remove_template(project, &name).await??;
    stage.clock.advance(FIRED_WITHIN + Duration::from_secs(1));
    control.tend_schedules().await?;
    assert_eq!(fired(&stage.ticks("daily").await?), [Fired::Mission(id)]);
    Ok(())
}

#[tokio::test]
async fn who_puts_whatever_it_is_by_now_is_not_refused_because_others_do() -> Result<()> {
    let stage = Stage::of(1).await?;
    let schedule = stage.schedule("daily", "0 0 * * *", |_| {}).await?;
    let (control, project, by) = (stage.control(), &stage.project, ada());
    let put = |hour: usize, seen| {
        let spec = ScheduleSpec {
            cadence: cadence(&format!("0 {hour} * * *")),
            ..ScheduleSpec::clone(&schedule.spec)
        };
        control.put_schedule(project, &schedule.name, seen, spec, &by)
    };
    let whatever = futures::future::try_join_all((1..=PUTS).map(|hour| put(hour, None))).await?;
    assert!(whatever.iter().all(Result::is_ok), "{whatever:?}");
    let seen = stage.find("daily").await?.revision;
    assert_eq!(seen.number(), 1 + i64::try_from(PUTS)?, "each has had its turn");
    let bound = (1..=PUTS).map(|hour| put(hour, Some(seen)));
    let bound = futures::future::try_join_all(bound).await?;
    let done = bound.iter().filter(|put| put.is_ok()).count();
    assert_eq!(done, 1, "whoever names what they have seen is told: {bound:?}");
    Ok(())
}
