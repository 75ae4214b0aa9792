//! Templates: kept whole, changed as they were seen, measured by the results of their missions.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use mission_control::Measured;
use mission_control_kernel::{JsonText, Revision, Timestamp};
use mission_control_missions::{Backoff, Command, Complexity, Once, Priority, UsageReport};
use mission_control_workflows::template::{
    Blueprint, Changed, Kept, Metric, MetricKey, NewTemplate, NotKept, Template, TemplateName,
    TemplateSpec, TemplateStore, Wording,
};

use crate::draft::{capabilities, json, kind, text};
use crate::stage::{Stage, start};

fn name(text: &str) -> TemplateName {
    text.parse().expect("written as a name")
}

/// A template with something in every member.
pub(super) fn full() -> TemplateSpec {
    TemplateSpec {
        description: text("What divers bring up"),
        mission_title: Wording::title("Dive at {{ reef }}").expect("a wording"),
        mission_description: Wording::description("{{reef}}, \"deep\"\nand dark").expect("one"),
        blueprint: Blueprint {
            priority: Priority::High,
            kind: kind("dive"),
            input: Some(json(r#"{"depth": 1.50, "b": [1, {"a": null}]}"#)),
            metadata: json(r#"{"type": "dive"}"#),
            labels: vec![text("deep"), text("öl")],
            complexity: Some(Complexity::Expert),
            required_capabilities: capabilities(&["lamp", "fins"]),
            fairness_key: Some(text("north")),
            concurrency_key: Some(text("boat")),
            max_attempts: 7,
            backoff: Backoff::Fixed(vec![Duration::from_millis(1_500), Duration::ZERO]),
            timeout: Some(Duration::from_secs(90)),
            agent_type: Some(text("Diver")),
            model_used: Some(text("owl")),
            held: true,
        },
        agent_types: vec![text("Diver"), text("Robot")],
        models: vec![text("owl")],
        parameters: json(r#"{"properties": {"reef": {"type": "string"}}, "required": ["reef"]}"#),
        metrics: vec![
            Metric::parse("pearls", "", Some("Pearls")).expect("a metric"),
            Metric::parse("air.used", "l", None).expect("a metric"),
        ],
    }
}

pub(super) fn plain() -> TemplateSpec {
    TemplateSpec {
        description: text(""),
        mission_title: Wording::title("Dive").expect("a wording"),
        mission_description: Wording::description("").expect("a wording"),
        blueprint: Blueprint { backoff: Backoff::None, ..Blueprint::default() },
        agent_types: Vec::new(),
        models: Vec::new(),
        parameters: JsonText::empty_object(),
        metrics: Vec::new(),
    }
}

pub(super) fn new(stage: &Stage, name: &str, spec: TemplateSpec) -> NewTemplate {
    NewTemplate {
        project: stage.project.clone(),
        name: self::name(name),
        spec: Arc::new(spec),
        created_by: text("ada"),
    }
}

fn store(stage: &Stage) -> &dyn TemplateStore {
    &*stage.store.stores.templates
}

async fn one(stage: &Stage, template: &str) -> anyhow::Result<Option<Template>> {
    Ok(store(stage).templates_named(&stage.project, &[name(template)]).await?.pop())
}

async fn made(stage: &Stage, name: &str, spec: TemplateSpec) -> anyhow::Result<Template> {
    match store(stage).add_template(new(stage, name, spec), None).await? {
        Once::Now(Ok(Kept::Made(template))) => Ok(template),
        other => anyhow::bail!("not made: {other:?}"),
    }
}

pub(super) async fn a_template_reads_back_as_it_was_made(stage: Stage) -> anyhow::Result<()> {
    for (name, spec) in [("dive", full()), ("0-plain", plain())] {
        let made = made(&stage, name, spec.clone()).await?;
        let now = stage.now();
        assert_eq!((made.revision, made.created_at, made.updated_at), (Revision::FIRST, now, now));
        assert_eq!(*made.spec, spec);
        assert_eq!(one(&stage, name).await?, Some(made));
    }
    let stage = stage.reopened().await?;
    let found = one(&stage, "dive").await?.expect("it outlives the process");
    assert_eq!(*found.spec, full());
    assert_eq!(one(&stage.of_project("elsewhere"), "dive").await?, None);
    assert_eq!(one(&stage, "nothing").await?, None);
    Ok(())
}

pub(super) async fn templates_come_by_name_in_pages(stage: Stage) -> anyhow::Result<()> {
    for name in ["b", "a-9", "c", "a.1", "0"] {
        made(&stage, name, plain()).await?;
    }
    made(&stage.of_project("elsewhere"), "a", plain()).await?;
    let (mut told, mut after) = (Vec::new(), None);
    loop {
        let page = store(&stage).templates(&stage.project, after.as_ref(), 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        told.extend(page.iter().map(|it| it.name.to_string()));
    }
    assert_eq!(told, ["0", "a-9", "a.1", "b", "c"]);
    Ok(())
}

pub(super) async fn a_name_is_taken_once_whoever_asks(stage: Stage) -> anyhow::Result<()> {
    let other = stage.next_door().await?;
    let doors: Vec<&Stage> = std::iter::once(&stage).chain(&other).collect();
    let adding = (0..16).map(|n| {
        let door = doors[n % doors.len()];
        let spec = if n % 3 > 0 { plain() } else { full() };
        store(door).add_template(new(door, "dive", spec), None)
    });
    let outcomes = try_join_all(adding).await?;
    let there = one(&stage, "dive").await?.expect("it is made");
    let mut made = 0;
    for (n, outcome) in outcomes.into_iter().enumerate() {
        let says = if n % 3 > 0 { plain() } else { full() };
        match outcome {
            Once::Now(Ok(Kept::Made(template))) => {
                (made, _) = (made + 1, assert_eq!(template, there))
            }
            Once::Now(Ok(Kept::Same(template))) => {
                assert_eq!((&template, &says), (&there, &*there.spec));
            }
            Once::Now(Err(NotKept::Taken)) => assert_ne!(says, *there.spec),
            other => anyhow::bail!("neither made nor taken: {other:?}"),
        }
    }
    assert_eq!(made, 1);
    assert!(store(&stage).remove_template(&stage.project, &name("dive")).await?);
    assert!(!store(&stage).remove_template(&stage.project, &name("dive")).await?);
    self::made(&stage, "dive", full()).await?;
    Ok(())
}

pub(super) async fn a_change_names_the_revision_it_has_seen(stage: Stage) -> anyhow::Result<()> {
    let put = async |name: &str, seen: Option<i64>, spec| {
        let seen = seen.map(Revision::new);
        let (project, name) = (&stage.project, self::name(name));
        anyhow::Ok(store(&stage).put_template(project, &name, seen, Arc::new(spec)).await?)
    };
    assert_eq!(put("dive", None, full()).await?, Changed::Missing);
    made(&stage, "dive", plain()).await?;
    stage.pass(5);
    let Changed::Done(changed) = put("dive", Some(1), full()).await? else {
        anyhow::bail!("it is at revision 1")
    };
    assert_eq!((changed.revision, changed.updated_at), (Revision::new(2), stage.now()));
    assert_eq!(*changed.spec, full());
    assert_eq!(put("dive", Some(1), plain()).await?, Changed::Stale);
    assert_eq!(one(&stage, "dive").await?.as_ref(), Some(&changed), "nothing has changed");
    let Changed::Done(changed) = put("dive", None, plain()).await? else {
        anyhow::bail!("whatever it is")
    };
    assert_eq!(changed.revision, Revision::new(3));
    assert_eq!(changed.created_by, Some(text("ada")));
    Ok(())
}

async fn completed(stage: &Stage, template: &str, result: &str) -> anyhow::Result<()> {
    let draft = stage.draft().spec(|spec| spec.template = Some(text(template)));
    let made = stage.make(draft).await?;
    stage.tell(made.id, start()).await?;
    let result = (!result.is_empty()).then(|| json(result));
    let usage = UsageReport::default();
    stage.tell(made.id, Command::Complete { lease: None, result, usage }).await?;
    Ok(())
}

pub(super) async fn results_are_measured_as_far_as_they_are_numbers(
    stage: Stage,
) -> anyhow::Result<()> {
    let from = stage.now();
    for result in [
        r#"{"pearls": 1, "air.used": 0.5}"#,
        r#"{"pearls": 4, "air.used": "much"}"#,
        r#"{"pearls": -2.5, "air.used": null}"#,
        r#"{"pearls": true}"#,
        r#"{"pearls": {"pearls": 9}}"#,
        r#"{"pearls": 1e-400, "air.used": [1]}"#,
        "[1, 2]",
        "7",
        "",
    ] {
        completed(&stage, "dive", result).await?;
    }
    completed(&stage, "walk", r#"{"pearls": 100}"#).await?;
    completed(&stage, "other", r#"{"pearls": 1000}"#).await?;
    let wanted: Vec<(TemplateName, MetricKey)> =
        [("dive", "pearls"), ("dive", "air.used"), ("walk", "pearls"), ("walk", "air.used")]
            .map(|(template, key)| (name(template), key.parse().expect("a key")))
            .into();
    let measure = async |from: Timestamp, most: u32| {
        let (history, to) = (&stage.store.stores.history, stage.now().plus(Duration::from_secs(1)));
        anyhow::Ok(history.measure(&stage.project, &wanted, (from, to), most).await?)
    };
    let expected = [
        Measured { pair: 0, count: 4, average: 0.625, min: -2.5, max: 4.0 },
        Measured { pair: 1, count: 1, average: 0.5, min: 0.5, max: 0.5 },
        Measured { pair: 2, count: 1, average: 100.0, min: 100.0, max: 100.0 },
    ];
    assert_eq!(measure(from, 100).await?, expected);
    stage.pass(60);
    completed(&stage, "walk", r#"{"pearls": 2}"#).await?;
    let newest = Measured { pair: 2, count: 1, average: 2.0, min: 2.0, max: 2.0 };
    assert_eq!(measure(from, 1).await?, [newest], "the newest are looked at");
    assert_eq!(measure(stage.now(), 100).await?, [newest], "the span holds");
    stage.pass(60);
    completed(&stage, "other", "{}").await?;
    assert!(measure(from, 1).await?.is_empty(), "no more is looked at, of whichever template");
    let history = &stage.store.stores.history;
    let elsewhere = stage.of_project("elsewhere").project;
    let span = (from, stage.now().plus(Duration::from_secs(1)));
    assert!(history.measure(&elsewhere, &wanted, span, 100).await?.is_empty());
    Ok(())
}
