//! Definitions of workflows.

use mission_control::workflows::{StepDefinition, Workflow, WorkflowSummary};
use mission_control_wire::{Json, Word, reply};

use super::mission::{backoff, seconds};

/// A version with its steps.
pub(crate) fn workflow(workflow: &Workflow) -> reply::Workflow<'_> {
    let definition = &workflow.definition;
    reply::Workflow {
        name: definition.name().as_str(),
        description: definition.description().as_str(),
        version: workflow.version,
        steps_total: definition.steps().len() as u64,
        created_by: workflow.created_by.as_str(),
        created_at: Word(workflow.created_at),
        steps: Some(definition.steps().iter().map(step).collect()),
    }
}

/// The newest version, for a list.
pub(crate) fn workflow_summary(summary: &WorkflowSummary) -> reply::Workflow<'_> {
    reply::Workflow {
        name: summary.name.as_str(),
        description: &summary.description,
        version: summary.version,
        steps_total: summary.steps.into(),
        created_by: summary.created_by.as_str(),
        created_at: Word(summary.created_at),
        steps: None,
    }
}

fn step(step: &StepDefinition) -> reply::WorkflowStep<'_> {
    reply::WorkflowStep {
        key: step.key.as_str(),
        title: step.title.as_str(),
        depends_on: step.depends_on.iter().map(|key| key.as_str()).collect(),
        on_failure: step.on_failure.as_str(),
        description: step.description.as_str(),
        priority: step.priority.as_str(),
        kind: step.kind.as_str(),
        input: step.input.as_ref().map(Json),
        metadata: Json(&step.metadata),
        labels: step.labels.iter().map(|label| label.as_str()).collect(),
        complexity: step.complexity.map(|word| word.as_str()),
        required_capabilities: step.required_capabilities.iter().map(|it| it.as_str()).collect(),
        fairness_key: step.fairness_key.as_ref().map(|key| key.as_str()),
        concurrency_key: step.concurrency_key.as_ref().map(|key| key.as_str()),
        max_attempts: step.max_attempts,
        backoff: backoff(&step.backoff),
        timeout_seconds: step.timeout.map(seconds),
        held: step.held,
        agent_type: step.agent_type.as_ref().map(|word| word.as_str()),
        model_used: step.model_used.as_ref().map(|word| word.as_str()),
    }
}
