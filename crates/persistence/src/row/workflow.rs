//! Definitions of workflows: one text each, equal for equal definitions.

use std::time::Duration;

use mission_control_kernel::{Capabilities, JsonText, ProjectId, StoreError};
use mission_control_missions::Backoff;
use mission_control_workflows::{
    Definition, StepDefinition, Workflow, WorkflowName, WorkflowSummary,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::lists::millis;
use super::read::{Reader, at};

/// A definition as it stands in its column; the name and the version stand beside it.
#[derive(Serialize, Deserialize)]
struct DefinitionJson {
    description: String,
    steps: Vec<StepJson>,
}

#[derive(Serialize, Deserialize)]
struct StepJson {
    key: String,
    title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
    on_failure: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    kind: String,
    priority: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<Box<RawValue>>,
    metadata: Box<RawValue>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    capabilities: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_used: Option<String>,
    max_attempts: u32,
    /// None for the usual exponential back-off, an empty list for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backoff_ms: Option<Vec<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fairness_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concurrency_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complexity: Option<String>,
    #[serde(default)]
    held: bool,
}

/// The text of a definition.
///
/// # Errors
/// A defect: a step carries what is no JSON.
pub(crate) fn definition_to_text(definition: &Definition) -> Result<String, StoreError> {
    let steps = definition.steps().iter().map(step_json).collect::<Result<_, _>>();
    let json = steps
        .map(|steps| DefinitionJson { description: definition.description().to_string(), steps });
    json.and_then(|json| serde_json::to_string(&json))
        .map_err(|error| StoreError::Defect(format!("a definition is no JSON: {error}")))
}

/// The columns of `workflows` but for the project and the name.
#[derive(Clone)]
pub(crate) struct WorkflowRow {
    pub(crate) version: i64,
    pub(crate) definition: String,
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
}

impl WorkflowRow {
    /// # Errors
    /// `Corrupt` when a column holds what no workflow has.
    pub(crate) fn into_workflow(
        self,
        project: &ProjectId,
        name: &WorkflowName,
    ) -> Result<Workflow, StoreError> {
        let reader = Reader { table: "workflows", row: name.as_str() };
        let json: DefinitionJson = reader.json("definition", &self.definition)?;
        let steps = json.steps.iter().map(|json| step(&reader, json)).collect::<Result<_, _>>()?;
        let description = reader.text("description", &json.description)?;
        let definition = Definition::parse(name.clone(), description, steps);
        Ok(Workflow {
            project: project.clone(),
            definition: definition.map_err(|_| reader.corrupt("definition"))?,
            version: reader.count("version", self.version)?,
            created_at: at(self.created_at),
            created_by: reader.text("created_by", &self.created_by)?,
        })
    }
}

/// A row of a list of workflows.
pub(crate) struct WorkflowSummaryRow {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) version: i64,
    pub(crate) steps: i64,
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
}

impl WorkflowSummaryRow {
    /// # Errors
    /// `Corrupt` when a column holds what no workflow has.
    pub(crate) fn into_summary(self) -> Result<WorkflowSummary, StoreError> {
        let reader = Reader { table: "workflows", row: &self.name };
        Ok(WorkflowSummary {
            name: reader.parse("name", &self.name)?,
            version: reader.count("version", self.version)?,
            steps: reader.count("steps", self.steps)?,
            created_at: at(self.created_at),
            created_by: reader.text("created_by", &self.created_by)?,
            description: self.description,
        })
    }
}

fn step_json(step: &StepDefinition) -> serde_json::Result<StepJson> {
    let written = |text: Option<&dyn ToString>| text.map(ToString::to_string);
    Ok(StepJson {
        key: step.key.to_string(),
        title: step.title.to_string(),
        depends_on: step.depends_on.iter().map(ToString::to_string).collect(),
        on_failure: step.on_failure.to_string(),
        description: step.description.to_string(),
        kind: step.kind.to_string(),
        priority: step.priority.to_string(),
        input: step.input.as_ref().map(raw).transpose()?,
        metadata: raw(&step.metadata)?,
        labels: step.labels.iter().map(ToString::to_string).collect(),
        capabilities: step.required_capabilities.iter().map(ToString::to_string).collect(),
        agent_type: written(step.agent_type.as_ref().map(|it| it as _)),
        model_used: written(step.model_used.as_ref().map(|it| it as _)),
        max_attempts: step.max_attempts,
        backoff_ms: match &step.backoff {
            Backoff::Exponential => None,
            Backoff::None => Some(Vec::new()),
            Backoff::Fixed(waits) => {
                Some(waits.iter().map(|wait| millis(*wait).unsigned_abs()).collect())
            }
        },
        timeout_ms: step.timeout.map(millis),
        fairness_key: written(step.fairness_key.as_ref().map(|it| it as _)),
        concurrency_key: written(step.concurrency_key.as_ref().map(|it| it as _)),
        complexity: written(step.complexity.as_ref().map(|it| it as _)),
        held: step.held,
    })
}

fn raw(json: &JsonText) -> serde_json::Result<Box<RawValue>> {
    RawValue::from_string(json.as_str().to_owned())
}

fn step(reader: &Reader<'_>, json: &StepJson) -> Result<StepDefinition, StoreError> {
    const COLUMN: &str = "definition";
    let depends_on = json.depends_on.iter().map(|key| reader.text(COLUMN, key));
    let capabilities = json.capabilities.iter().map(|name| reader.text(COLUMN, name));
    let capabilities = capabilities.collect::<Result<Vec<_>, _>>()?;
    let labels = json.labels.iter().map(|label| reader.text(COLUMN, label));
    Ok(StepDefinition {
        key: reader.text(COLUMN, &json.key)?,
        title: reader.text(COLUMN, &json.title)?,
        depends_on: depends_on.collect::<Result<_, _>>()?,
        on_failure: reader.parse(COLUMN, &json.on_failure)?,
        description: reader.text(COLUMN, &json.description)?,
        kind: reader.parse(COLUMN, &json.kind)?,
        priority: reader.parse(COLUMN, &json.priority)?,
        input: json.input.as_ref().map(|input| JsonText::from_stored(input.get())),
        metadata: JsonText::from_stored(json.metadata.get()),
        labels: labels.collect::<Result<_, _>>()?,
        required_capabilities: Capabilities::new(capabilities)
            .map_err(|_| reader.corrupt(COLUMN))?,
        agent_type: reader.text_some(COLUMN, json.agent_type.as_deref())?,
        model_used: reader.text_some(COLUMN, json.model_used.as_deref())?,
        max_attempts: json.max_attempts,
        backoff: match &json.backoff_ms {
            None => Backoff::Exponential,
            Some(waits) if waits.is_empty() => Backoff::None,
            Some(waits) => {
                Backoff::Fixed(waits.iter().copied().map(Duration::from_millis).collect())
            }
        },
        timeout: json
            .timeout_ms
            .map(|ms| reader.count(COLUMN, ms).map(Duration::from_millis))
            .transpose()?,
        fairness_key: reader.text_some(COLUMN, json.fairness_key.as_deref())?,
        concurrency_key: reader.text_some(COLUMN, json.concurrency_key.as_deref())?,
        complexity: reader.parse_some(COLUMN, json.complexity.as_deref())?,
        held: json.held,
    })
}
