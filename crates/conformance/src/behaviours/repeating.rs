//! What is asked again because its answer never came is done once: definitions, templates, schedules and
//! the settings of queues.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_kernel::Revision;
use mission_control_missions::queue::QueueChange;
use mission_control_missions::{
    Action, Actor, Kind, Once, Receipt, Refusal, Rendered, Request, Verdict,
};
use mission_control_workflows::schedule::{Paused, Schedule, ScheduleChange};
use mission_control_workflows::template::{Changed, Kept};
use mission_control_workflows::{Definition, SavedAs, StepDefinition};

use super::{scheduling, templating};
use crate::draft::{kind, text};
use crate::stage::Stage;

fn rendered(told: &impl Debug) -> Rendered {
    Rendered { status: 201, body: format!("{told:?}").into_bytes() }
}

fn receipt<T: Debug + 'static>(stage: &Stage, key: &str, digest: u8) -> Option<Receipt<T>> {
    Some(Receipt {
        project: stage.project.clone(),
        principal: "ada".to_owned(),
        key: key.to_owned(),
        request_digest: [digest; 32],
        render: Box::new(rendered),
    })
}

fn definition(name: &str, step: &str) -> Definition {
    let step = StepDefinition::new(text(step), text(step), Kind::default_kind());
    Definition::parse(name.parse().expect("a name"), text(""), vec![step]).expect("a definition")
}

/// What was done when it was asked for, again, and under the same key for something else.
fn done_once<T: Debug + PartialEq>(
    [first, again, other]: [Once<T>; 3],
    told: impl Fn(&T) -> Rendered,
) -> anyhow::Result<T> {
    let Once::Now(first) = first else { anyhow::bail!("nobody has the key: {first:?}") };
    assert_eq!(again, Once::Before(told(&first)));
    assert_eq!(other, Once::KeyReused);
    Ok(first)
}

/// What an addition tells, where it was not refused.
fn of_ok<T: Debug, E>(kept: &Result<T, E>) -> Rendered {
    kept.as_ref().map(rendered).unwrap_or_else(|_| panic!("it was refused"))
}

pub(super) async fn what_is_added_again_is_answered_as_before(stage: Stage) -> anyhow::Result<()> {
    let templates = &stage.store.stores.templates;
    let add = async |digest| {
        let new = templating::new(&stage, "dive", templating::plain());
        anyhow::Ok(templates.add_template(new, receipt(&stage, "t", digest)).await?)
    };
    let kept = done_once([add(1).await?, add(1).await?, add(2).await?], of_ok)?;
    assert!(matches!(kept, Ok(Kept::Made(_))), "{kept:?}");
    // Once it is gone, the answer is still that it was made.
    assert!(templates.remove_template(&stage.project, &"dive".parse()?).await?);
    let Once::Before(_) = add(1).await? else { anyhow::bail!("it was made before") };
    assert!(templates.templates(&stage.project, None, 9).await?.is_empty());

    let schedules = scheduling::store(&stage);
    let add = async |digest| {
        let new = scheduling::plain(&stage, "nightly");
        anyhow::Ok(schedules.add_schedule(new, receipt(&stage, "s", digest)).await?)
    };
    let kept = done_once([add(1).await?, add(1).await?, add(2).await?], of_ok)?;
    assert!(matches!(kept, Ok(Kept::Made(_))), "{kept:?}");

    let workflows = &stage.store.stores.workflows;
    let (project, by) = (&stage.project, text("ada"));
    for (key, how) in [("w", SavedAs::New), ("w again", SavedAs::Same)] {
        let save = async |digest| {
            let definition = definition("reef", "a");
            let receipt = receipt(&stage, key, digest);
            anyhow::Ok(workflows.save_workflow(project, &definition, &by, receipt).await?)
        };
        let saved = done_once([save(1).await?, save(1).await?, save(2).await?], of_ok)?;
        assert_eq!(saved.map(|saved| saved.how), Ok(how));
    }
    Ok(())
}

pub(super) async fn what_is_changed_again_is_answered_as_before(
    stage: Stage,
) -> anyhow::Result<()> {
    let made = scheduling::every_ten(&stage, "dive").await?;
    let schedules = scheduling::store(&stage);
    let change = async |key: &str, digest, change: ScheduleChange| {
        let receipt = receipt(&stage, key, digest).map(Arc::new);
        let (project, name) = (&stage.project, &made.name);
        anyhow::Ok(schedules.change_schedule(project, name, change, receipt).await?)
    };
    let paused = Paused { at: stage.now(), by: Some(text("ada")), reason: text("") };
    let pause = ScheduleChange { paused: Some(Some(paused)), ..ScheduleChange::default() };
    for (key, asked) in [("pause", pause), ("nothing", ScheduleChange::default())] {
        let mut answers = Vec::new();
        for digest in [1, 1, 2] {
            answers.push(change(key, digest, asked.clone()).await?);
        }
        let answers = answers.try_into().expect("three");
        let told = |changed: &Changed<Schedule>| rendered(changed.done().expect("it is done"));
        let rests = done_once(answers, told)?;
        let rests = rests.done().expect("it is done");
        assert_eq!((rests.paused.is_some(), rests.revision.number()), (true, 2), "{key}");
    }

    let missions = &stage.store.stores.missions;
    let survey = kind("survey");
    let by = Actor::Principal(text("ada"));
    let pause = async |key: &str, digest, paused| {
        let change = QueueChange { paused: Some(paused), ..QueueChange::default() };
        let (project, kind, receipt) =
            (&stage.project, Some(&survey), receipt(&stage, key, digest));
        anyhow::Ok(missions.change_queue(project, kind, change, &by, receipt).await?)
    };
    for (key, paused) in [("q", true), ("q again", true), ("q on", false)] {
        let (first, again) = (pause(key, 1, paused).await?, pause(key, 1, paused).await?);
        let set = done_once([first, again, pause(key, 2, paused).await?], rendered)?;
        assert_eq!(set.setting.paused, paused);
    }
    let Once::Before(_) = pause("q", 1, true).await? else { anyhow::bail!("done before") };
    let queues = missions.queues(&stage.project).await?;
    assert!(queues.is_empty(), "an answer is repeated, and not the deed: {queues:?}");
    Ok(())
}

pub(super) async fn what_is_refused_leaves_its_key_to_others(stage: Stage) -> anyhow::Result<()> {
    let templates = &stage.store.stores.templates;
    templates.add_template(templating::new(&stage, "dive", templating::plain()), None).await?;
    let taken = templating::new(&stage, "dive", templating::full());
    let refused = templates.add_template(taken, receipt(&stage, "k", 1)).await?;
    assert!(matches!(refused, Once::Now(Err(_))), "{refused:?}");
    let made = scheduling::every_ten(&stage, "dive").await?;
    let changed = async |change, digest| {
        let receipt = receipt(&stage, "k", digest).map(Arc::new);
        let schedules = scheduling::store(&stage);
        anyhow::Ok(schedules.change_schedule(&stage.project, &made.name, change, receipt).await?)
    };
    let stale = ScheduleChange { seen: Some(Revision::new(2)), ..ScheduleChange::default() };
    assert_eq!(changed(stale, 2).await?, Once::Now(Changed::Stale));
    let kept = changed(ScheduleChange::default(), 3).await?;
    assert!(matches!(kept, Once::Now(Changed::Done(_))), "the key was free: {kept:?}");

    // Missions and all else have the same keys.
    let action = Action::Create(vec![stage.draft().into_new()]);
    let request = Request { action, by: Actor::System, receipt: receipt(&stage, "k", 1) };
    let verdict = stage.store.stores.missions.apply(request).await?;
    assert_eq!(verdict, Verdict::Refused(Refusal::KeyReused));
    let found = stage.store.stores.missions.kept_answer(&stage.project, "ada", "k").await?;
    assert_eq!(found.map(|kept| kept.request_digest), Some(vec![3; 32]));
    Ok(())
}

pub(super) async fn of_sixteen_at_once_one_is_done(stage: Stage) -> anyhow::Result<()> {
    let other = stage.next_door().await?;
    let doors: Vec<&Stage> = std::iter::once(&stage).chain(&other).collect();
    let by = text("ada");
    let saving = (0..16_usize).map(|n| {
        let (door, by) = (doors[n % doors.len()], &by);
        // Were one of them done again, it would be a version of its own.
        let definition = definition("reef", &format!("step {n}"));
        async move {
            let workflows = &door.store.stores.workflows;
            let receipt = receipt(door, "k", 1);
            let saved = workflows.save_workflow(&door.project, &definition, by, receipt).await?;
            anyhow::Ok(match saved {
                Once::Now(saved) => (1, of_ok(&saved)),
                Once::Before(rendered) => (0, rendered),
                Once::KeyReused => anyhow::bail!("it is the same request"),
            })
        }
    });
    let answers = try_join_all(saving).await?;
    assert_eq!(answers.iter().map(|(done, _)| done).sum::<i32>(), 1);
    assert!(answers.iter().all(|(_, kept)| *kept == answers[0].1));
    let workflows = &stage.store.stores.workflows;
    let newest = workflows.workflow(&stage.project, &"reef".parse()?, None).await?;
    assert_eq!(newest.map(|newest| newest.version), Some(1));
    Ok(())
}
