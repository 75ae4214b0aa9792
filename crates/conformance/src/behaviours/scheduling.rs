//! Schedules: kept whole, changed as they were seen.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Revision, Timestamp};
use mission_control_missions::{Once, Reason};
use mission_control_workflows::schedule::{
    Cadence, CatchUp, NewSchedule, Overlap, Paused, PlannedMission, Schedule, ScheduleChange,
    ScheduleId, ScheduleSpec, ScheduleStore, Target,
};
use mission_control_workflows::template::{Blueprint, Changed, Kept, NotKept, ScheduleName};

use crate::draft::{json, text};
use crate::stage::Stage;

pub(super) fn name(text: &str) -> ScheduleName {
    text.parse().expect("written as a name")
}

pub(super) fn store(stage: &Stage) -> &dyn ScheduleStore {
    &*stage.store.stores.schedules
}

fn spec(cron: &str) -> ScheduleSpec {
    ScheduleSpec {
        cadence: Cadence::of(cron, "Europe/Berlin").expect("a cadence"),
        target: Target::Template {
            name: "dive".parse().expect("a name"),
            parameters: json(r#"{"reef": "north \u00e4", "n": 1.50}"#),
        },
        overlap: Overlap::Skip,
        catch_up: CatchUp::Latest,
    }
}

/// A schedule that is still to be made.
pub(super) fn plain(stage: &Stage, schedule: &str) -> NewSchedule {
    new(stage, schedule, spec("30 2 * * *"), Some(stage.now()))
}

/// A schedule that comes every ten seconds, at ten of them from now on.
pub(super) async fn every_ten(stage: &Stage, schedule: &str) -> anyhow::Result<Schedule> {
    let spec = spec("*/10 * * * * *");
    let next = spec.cadence.next_after(stage.now());
    made(stage, schedule, spec, next).await
}

async fn made(
    stage: &Stage,
    schedule: &str,
    spec: ScheduleSpec,
    next: Option<Timestamp>,
) -> anyhow::Result<Schedule> {
    match store(stage).add_schedule(new(stage, schedule, spec, next), None).await? {
        Once::Now(Ok(Kept::Made(schedule))) => Ok(schedule),
        other => anyhow::bail!("not made: {other:?}"),
    }
}

fn new(stage: &Stage, schedule: &str, spec: ScheduleSpec, next: Option<Timestamp>) -> NewSchedule {
    NewSchedule {
        id: ScheduleId::new(stage.mission_id().uuid()),
        project: stage.project.clone(),
        name: name(schedule),
        spec: Arc::new(spec),
        paused: None,
        next,
        created_by: text("ada"),
    }
}

pub(super) async fn one(stage: &Stage, schedule: &str) -> anyhow::Result<Schedule> {
    let found = store(stage).schedule(&stage.project, &name(schedule)).await?;
    found.ok_or_else(|| anyhow::anyhow!("there is no schedule {schedule}"))
}

/// What becomes of a change under no key.
pub(super) async fn changed(
    stage: &Stage,
    schedule: &str,
    change: ScheduleChange,
) -> anyhow::Result<Changed<Schedule>> {
    let (project, name) = (&stage.project, name(schedule));
    match store(stage).change_schedule(project, &name, change, None).await? {
        Once::Now(changed) => Ok(changed),
        other => anyhow::bail!("without a key: {other:?}"),
    }
}

pub(super) async fn a_schedule_reads_back_as_it_was_made(stage: Stage) -> anyhow::Result<()> {
    let workflow =
        Target::Workflow { name: "survey".parse().expect("a name"), input: json(r#"{"a": [1]}"#) };
    let planned = PlannedMission {
        title: text("Count {{crabs}}"),
        description: text("one by one"),
        blueprint: Blueprint { timeout: Some(Duration::from_secs(5)), ..Blueprint::default() },
    };
    let mission = Target::Mission(Box::new(planned));
    let now = stage.now();
    for (place, (schedule, spec)) in [
        ("by-template", spec("30 2 * * MON-FRI")),
        ("by-workflow", ScheduleSpec { target: workflow, ..spec("0 0 L * *") }),
        (
            "by-mission",
            ScheduleSpec {
                target: mission,
                overlap: Overlap::CancelOther,
                catch_up: CatchUp::All,
                ..spec("*/7 * * * * *")
            },
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let next = (place > 0).then(|| now.plus(Duration::from_secs(7)));
        let made = made(&stage, schedule, spec.clone(), next).await?;
        assert_eq!((&*made.spec, made.next, &made.paused), (&spec, next, &None));
        assert_eq!((made.revision, made.decided, made.failures), (Revision::FIRST, 0, 0));
        assert_eq!(one(&stage, schedule).await?, made);
    }
    let resting = Paused { at: now, by: Some(text("ada")), reason: Reason::cleaned("") };
    let new = NewSchedule {
        paused: Some(resting.clone()),
        ..new(&stage, "at-rest", spec("* * * * *"), Some(now))
    };
    let add = async |new| anyhow::Ok(store(&stage).add_schedule(new, None).await?);
    assert!(matches!(add(new.clone()).await?, Once::Now(Ok(Kept::Made(_)))));
    let there = one(&stage, "at-rest").await?;
    assert_eq!(there.paused.as_ref(), Some(&resting));
    let same = NewSchedule { id: ScheduleId::new(stage.mission_id().uuid()), ..new.clone() };
    assert_eq!(add(same).await?, Once::Now(Ok(Kept::Same(there))));
    let awake = NewSchedule { paused: None, ..new.clone() };
    let other = NewSchedule { spec: Arc::new(spec("0 * * * *")), ..new };
    for other in [awake, other] {
        assert_eq!(add(other).await?, Once::Now(Err(NotKept::Taken)));
    }
    let stage = stage.reopened().await?;
    let all = store(&stage).schedules(&stage.project, None, 10).await?;
    let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["at-rest", "by-mission", "by-template", "by-workflow"]);
    let behind = store(&stage).schedules(&stage.project, Some(&name("by-mission")), 1).await?;
    assert_eq!(behind[0].name, name("by-template"));
    let elsewhere = stage.of_project("elsewhere");
    assert!(store(&elsewhere).schedules(&elsewhere.project, None, 10).await?.is_empty());
    assert!(!store(&elsewhere).remove_schedule(&elsewhere.project, &name("at-rest")).await?);
    assert!(store(&stage).remove_schedule(&stage.project, &name("at-rest")).await?);
    assert!(!store(&stage).remove_schedule(&stage.project, &name("at-rest")).await?);
    Ok(())
}

pub(super) async fn a_change_leaves_what_it_does_not_name_of_a_schedule(
    stage: Stage,
) -> anyhow::Result<()> {
    let before = every_ten(&stage, "dive").await?;
    let change = async |change| changed(&stage, "dive", change).await;
    let nobody = changed(&stage, "other", ScheduleChange::default()).await?;
    assert_eq!(nobody, Changed::Missing);
    let nothing = ScheduleChange { seen: Some(Revision::FIRST), ..ScheduleChange::default() };
    assert_eq!(change(nothing.clone()).await?, Changed::Done(before.clone()), "not even touched");
    stage.pass(1);
    let paused = Paused { at: stage.now(), by: None, reason: text("it is cold") };
    let asked = ScheduleChange { paused: Some(Some(paused.clone())), ..ScheduleChange::default() };
    let Changed::Done(rests) = change(asked).await? else { anyhow::bail!("it is there") };
    let expected = Schedule {
        paused: Some(paused),
        revision: Revision::new(2),
        updated_at: stage.now(),
        ..before.clone()
    };
    assert_eq!(rests, expected);
    let other = Arc::new(spec("0 12 * * *"));
    let asked = ScheduleChange {
        seen: Some(Revision::new(2)),
        spec: Some(Arc::clone(&other)),
        next: Some(None),
        paused: None,
    };
    let Changed::Done(changed) = change(asked.clone()).await? else { anyhow::bail!("seen") };
    assert_eq!((&changed.spec, changed.next, &changed.paused), (&other, None, &rests.paused));
    for stale in [asked, nothing] {
        assert_eq!(change(stale).await?, Changed::Stale);
    }
    let next = Some(stage.now());
    let asked =
        ScheduleChange { paused: Some(None), next: Some(next), ..ScheduleChange::default() };
    let Changed::Done(goes_on) = change(asked).await? else { anyhow::bail!("it is there") };
    assert_eq!((goes_on.paused, goes_on.next), (None, next));
    Ok(())
}

pub(super) async fn what_is_due_is_told_by_the_clock_of_the_store(
    stage: Stage,
) -> anyhow::Result<()> {
    let late = every_ten(&stage, "late").await?;
    every_ten(&stage, "rests").await?;
    let over = made(&stage, "over", spec("0 0 * * *"), None).await?;
    let first = late.next.expect("it comes");
    stage.pass(first.since(stage.now()).as_secs());
    let soon = made(&stage, "soon", spec("* * * * * *"), Some(stage.now())).await?;
    made(&stage, "later", spec("* * * * * *"), Some(stage.now().plus(Duration::from_micros(1))))
        .await?;
    let paused = Paused { at: stage.now(), by: None, reason: text("") };
    let asked = ScheduleChange { paused: Some(Some(paused)), ..ScheduleChange::default() };
    changed(&stage, "rests", asked).await?;
    let mut due = store(&stage).due_schedules(10).await?;
    due.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(due, [late, soon]);
    assert_eq!(store(&stage).due_schedules(1).await?.len(), 1);
    assert_eq!(one(&stage, "over").await?, over);
    Ok(())
}
