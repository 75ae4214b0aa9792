//! Definitions are kept, version by version.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::try_join_all;
use mission_control_missions::{Backoff, Complexity, Kind, Once, Priority};
use mission_control_workflows::{
    Definition, OnFailure, Saved, SavedAs, StepDefinition, Workflow, WorkflowName, WorkflowSummary,
};

use crate::draft::{capabilities, json, kind, text};
use crate::stage::Stage;

fn name(name: &str) -> WorkflowName {
    name.parse().expect("written as a name")
}

fn plain(key: &str) -> StepDefinition {
    StepDefinition::new(text(key), text(key), Kind::default_kind())
}

fn definition(name: &str, steps: Vec<StepDefinition>) -> Definition {
    Definition::parse(self::name(name), text("Of the reef"), steps).expect("it is a definition")
}

/// Everything that a step can say.
fn full() -> StepDefinition {
    StepDefinition {
        depends_on: vec![text("plain")],
        on_failure: OnFailure::Continue,
        description: text("Line one\nline \"two\"\tand an ä"),
        priority: Priority::Critical,
        input: Some(json(r#"{"depth": 1.50, "at": [1, null], "b": {"c": "\u00e4"}}"#)),
        metadata: json(r#"{"z": 1, "a": 2}"#),
        labels: vec![text("deep"), text("wet")],
        required_capabilities: capabilities(&["gpu", "sonar"]),
        agent_type: Some(text("diver")),
        model_used: Some(text("m-1")),
        max_attempts: 7,
        backoff: Backoff::Fixed(vec![Duration::from_millis(1_500), Duration::from_secs(9)]),
        timeout: Some(Duration::from_secs(90)),
        fairness_key: Some(text("amber")),
        concurrency_key: Some(text("gauge")),
        complexity: Some(Complexity::Expert),
        held: true,
        ..StepDefinition::new(text("full: 1"), text("In full"), kind("survey"))
    }
}

impl Stage {
    async fn save(&self, definition: &Definition) -> anyhow::Result<Saved> {
        let workflows = &self.store.stores.workflows;
        match workflows.save_workflow(&self.project, definition, &text("ada"), None).await? {
            Once::Now(saved) => Ok(saved?),
            other => anyhow::bail!("without a key: {other:?}"),
        }
    }

    async fn workflow(&self, at: &str, version: Option<u32>) -> anyhow::Result<Option<Workflow>> {
        let workflows = &self.store.stores.workflows;
        Ok(workflows.workflow(&self.project, &name(at), version).await?)
    }

    async fn workflows(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> anyhow::Result<Vec<WorkflowSummary>> {
        let (workflows, after) = (&self.store.stores.workflows, after.map(name));
        Ok(workflows.workflows(&self.project, after.as_ref(), limit).await?)
    }
}

pub(super) async fn a_definition_reads_back_as_it_was_saved(stage: Stage) -> anyhow::Result<()> {
    let mut none = plain("none");
    none.backoff = Backoff::None;
    let made = definition("reef", vec![full(), plain("plain"), none]);
    let saved = stage.save(&made).await?;
    let expected = Workflow {
        project: stage.project.clone(),
        definition: made,
        version: 1,
        created_at: stage.now(),
        created_by: text("ada"),
    };
    assert_eq!(saved, Saved { workflow: expected.clone(), how: SavedAs::New });
    assert_eq!(stage.workflow("reef", None).await?, Some(expected.clone()));
    assert_eq!(stage.reopened().await?.workflow("reef", Some(1)).await?, Some(expected));
    Ok(())
}

pub(super) async fn the_same_definition_is_no_new_version(stage: Stage) -> anyhow::Result<()> {
    let one = definition("reef", vec![full(), plain("plain")]);
    let mut changed = full();
    changed.held = false;
    let other = definition("reef", vec![changed, plain("plain")]);
    let mut told = Vec::new();
    for definition in [&one, &one, &other, &other, &one] {
        stage.pass(1);
        let Saved { workflow, how } = stage.save(definition).await?;
        told.push((workflow.version, how));
    }
    use SavedAs::{New, NewVersion, Same};
    assert_eq!(told, [(1, New), (1, Same), (2, NewVersion), (2, Same), (3, NewVersion)]);
    for (version, definition) in [(1, &one), (2, &other), (3, &one)] {
        let found = stage.workflow("reef", Some(version)).await?.context("it is kept")?;
        assert_eq!((found.version, &found.definition), (version, definition));
    }
    assert_eq!(stage.workflow("reef", None).await?.map(|found| found.version), Some(3));
    assert_eq!(stage.workflow("reef", Some(4)).await?, None);
    assert_eq!(stage.workflow("ree", None).await?, None);
    Ok(())
}

pub(super) async fn workflows_come_by_name_and_each_project_has_its_own(
    stage: Stage,
) -> anyhow::Result<()> {
    let other = stage.of_project("lab");
    for name in ["reef", "bay", "strait", "reef2"] {
        stage.save(&definition(name, vec![plain("a")])).await?;
    }
    stage.save(&definition("reef", vec![plain("a"), plain("b")])).await?;
    other.save(&definition("reef", vec![plain("c")])).await?;
    let all = stage.workflows(None, 9).await?;
    let told: Vec<_> = all.iter().map(|it| (it.name.as_str(), it.version, it.steps)).collect();
    assert_eq!(told, [("bay", 1, 1), ("reef", 2, 2), ("reef2", 1, 1), ("strait", 1, 1)]);
    assert_eq!(all[0].description, "Of the reef");
    assert_eq!(stage.workflows(None, 2).await?, all[..2]);
    assert_eq!(stage.workflows(Some("reef"), 9).await?, all[2..]);
    assert!(stage.workflows(Some("strait"), 9).await?.is_empty());
    assert_eq!(other.workflows(None, 9).await?.len(), 1);
    assert_eq!(other.workflow("bay", None).await?, None);
    Ok(())
}

/// Of those who save at the same moment each gets a version of its own, from whichever process.
pub(super) async fn versions_that_are_saved_at_once_are_all_kept(
    stage: Stage,
) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let stage = Arc::new(stage);
    let next_door = next_door.map_or_else(|| Arc::clone(&stage), Arc::new);
    let saves = (0..12).map(|n: usize| {
        let stage = Arc::clone(if n.is_multiple_of(2) { &stage } else { &next_door });
        tokio::spawn(async move {
            stage.save(&definition("reef", vec![plain(&format!("step {n}"))])).await
        })
    });
    let mut versions = BTreeSet::new();
    for saved in try_join_all(saves).await? {
        let saved = saved?;
        let kept = stage.workflow("reef", Some(saved.workflow.version)).await?;
        assert_eq!(kept.as_ref(), Some(&saved.workflow));
        versions.insert(saved.workflow.version);
    }
    assert_eq!(versions, (1..=12).collect());
    Ok(())
}
