//! Missions are made as they were asked for.

use std::time::Duration;

use mission_control_kernel::RunId;
use mission_control_missions::{Backoff, Complexity, LogLevel, Priority, Refusal, Step};

use crate::draft::{Draft, capabilities, json, kind, text};
use crate::json::canonical;
use crate::stage::{Stage, ids};

/// A mission that says something about everything.
fn talkative(stage: &Stage) -> Draft {
    stage
        .draft()
        .spec(|spec| {
            spec.title = text("Vermessung der Küste \u{1f30a} 'n' \"more\" \\");
            spec.description = text("first line\n\tsecond line; DROP TABLE missions; --");
            spec.priority = Priority::Critical;
            spec.kind = kind("survey.deep-sea_2");
            spec.metadata = json(r#"{"b":[1,2.5,-3e2,true,null,"ü\"\\\u0041"],"a":{"":{}}}"#);
            spec.input = Some(json(r#"["chart", {"depth": 1000.0}]"#));
            spec.labels = vec![text("coast"), text("with space, comma"), text("Übung")];
            spec.complexity = Some(Complexity::Expert);
            spec.required_capabilities = capabilities(&["gpu", "sonar \"x\""]);
            spec.fairness_key = Some(text("team \u{e4}"));
            spec.concurrency_key = Some(text("tide-gauge/7"));
            spec.max_attempts = 100;
            spec.backoff = Backoff::Fixed(vec![Duration::from_millis(1), Duration::from_hours(24)]);
            spec.timeout = Some(Duration::from_millis(90_001));
            spec.step = Some(Step {
                run: RunId::new(stage.mission_id().uuid()),
                key: text("sound"),
                position: 1,
                continues_on_failure: true,
            });
            spec.template = Some(text("coast-survey"));
            spec.created_by = text("ada@example.org");
        })
        .place(|new| {
            new.held = true;
            new.scheduled_at = Some(stage.now().plus(Duration::from_micros(1_234_567)));
            new.expires_at = Some(stage.now().plus(Duration::from_secs(86_400)));
            new.agent_type = Some(text("cartographer"));
            new.model_used = Some(text("model-7b"));
        })
}

pub(super) async fn a_mission_reads_back_as_it_was_made(stage: Stage) -> anyhow::Result<()> {
    for draft in
        [talkative(&stage), stage.draft(), stage.draft().spec(|spec| spec.backoff = Backoff::None)]
    {
        let expected = draft.clone().into_new().create(|_| None, stage.now())?.mission;
        let made = stage.make(draft).await?;
        assert_eq!(canonical(&made), canonical(&expected), "what the answer shows");
        let read = stage.mission(made.id).await?;
        assert_eq!(canonical(&read), canonical(&expected), "what is read later");
        assert_eq!(read.created_at, stage.now(), "the id carries the instant");
    }
    Ok(())
}

pub(super) async fn a_batch_keeps_its_order(stage: Stage) -> anyhow::Result<()> {
    let drafts: Vec<Draft> = (0..300).map(|n| stage.draft().titled(&format!("part {n}"))).collect();
    let made = stage.make_all(drafts.clone()).await?;
    let asked: Vec<_> = drafts.iter().map(|draft| draft.new.id).collect();
    assert_eq!(ids(&made), asked);
    assert_eq!(ids(&stage.all().await?), asked, "the order of ids is the order of creation");
    Ok(())
}

pub(super) async fn a_batch_is_made_whole_or_not_at_all(stage: Stage) -> anyhow::Result<()> {
    let missing = stage.mission_id();
    let before = stage.journal().await?.len();
    let good = stage.draft();
    let refusal = stage
        .create([good, stage.draft().after(&[missing]), stage.draft()])
        .await?
        .expect_err("a dependency is not there");
    assert_eq!(refusal, Refusal::UnknownDependency { dependency: missing });
    assert!(stage.all().await?.is_empty());
    assert_eq!(stage.journal().await?.len(), before);
    let agent = stage.agent("atlas").await?;
    assert!(stage.claim(&agent, 10).await?.is_empty(), "nothing stands in the queue");
    Ok(())
}

pub(super) async fn a_refused_mission_leaves_nothing(stage: Stage) -> anyhow::Result<()> {
    let parent = stage.make_plain().await?;
    let foreign = stage.of_project("elsewhere").make_plain().await?;
    let table = [
        (stage.draft().below(foreign.id), Refusal::UnknownParent { parent: foreign.id }),
        (
            stage.draft().after(&[parent.id, foreign.id]),
            Refusal::UnknownDependency { dependency: foreign.id },
        ),
    ];
    for (draft, expected) in table {
        let id = draft.new.id;
        let refusal = stage.create([draft]).await?.expect_err("it hangs on a stranger");
        assert_eq!(refusal, expected);
        let missions = &stage.store.stores.missions;
        assert_eq!(missions.mission(&stage.scope, id).await?, None);
        assert!(missions.events(&stage.scope, id, 0, 10).await?.is_empty());
        assert!(missions.logs(&stage.scope, id, 0, LogLevel::Debug, 10).await?.is_empty());
    }
    let parent = stage.mission(parent.id).await?;
    assert!(!parent.has_children && !parent.has_dependants, "nobody hangs on it");
    Ok(())
}
