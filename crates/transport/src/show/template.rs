//! Templates.

use mission_control::workflows::template::{Blueprint, Metric, Template};
use mission_control_wire::{Json, Word, reply};

use super::mission::{backoff, seconds};

/// A template with all that it says.
pub(crate) fn template(template: &Template) -> reply::Template<'_> {
    let spec = &*template.spec;
    let told = !template.is_builtin();
    reply::Template {
        name: template.name.as_str(),
        description: spec.description.as_str(),
        builtin: template.is_builtin(),
        mission: plan(
            spec.mission_title.as_str(),
            spec.mission_description.as_str(),
            &spec.blueprint,
        ),
        agent_types: spec.agent_types.iter().map(|name| name.as_str()).collect(),
        models: spec.models.iter().map(|name| name.as_str()).collect(),
        parameters: Json(&spec.parameters),
        metrics: spec.metrics.iter().map(metric).collect(),
        revision: template.revision.number(),
        created_by: template.created_by.as_ref().map(|name| name.as_str()),
        created_at: told.then_some(Word(template.created_at)),
        updated_at: told.then_some(Word(template.updated_at)),
    }
}

/// What missions are to be like.
pub(super) fn plan<'a>(
    title: &'a str,
    description: &'a str,
    plan: &'a Blueprint,
) -> reply::MissionPlan<'a> {
    reply::MissionPlan {
        title,
        description,
        priority: plan.priority.as_str(),
        kind: plan.kind.as_str(),
        input: plan.input.as_ref().map(Json),
        metadata: Json(&plan.metadata),
        labels: plan.labels.iter().map(|label| label.as_str()).collect(),
        complexity: plan.complexity.map(|word| word.as_str()),
        required_capabilities: plan.required_capabilities.iter().map(|it| it.as_str()).collect(),
        fairness_key: plan.fairness_key.as_ref().map(|key| key.as_str()),
        concurrency_key: plan.concurrency_key.as_ref().map(|key| key.as_str()),
        max_attempts: plan.max_attempts,
        backoff: backoff(&plan.backoff),
        timeout_seconds: plan.timeout.map(seconds),
        held: plan.held,
        agent_type: plan.agent_type.as_ref().map(|word| word.as_str()),
        model_used: plan.model_used.as_ref().map(|word| word.as_str()),
    }
}

fn metric(metric: &Metric) -> reply::TemplateMetric<'_> {
    reply::TemplateMetric {
        key: metric.key.as_str(),
        unit: metric.unit.as_str(),
        title: metric.title.as_ref().map(|title| title.as_str()),
    }
}
