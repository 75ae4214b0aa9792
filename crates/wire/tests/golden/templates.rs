//! Templates.

use mission_control_kernel::JsonText;
use mission_control_wire::reply::{
    MissionPlan, Template, TemplateList, TemplateMetric, TemplateReply,
};
use mission_control_wire::{Backoff, Json};

use super::{Shapes, json, time};

pub(crate) fn plan<'a>(input: Option<&'a JsonText>, metadata: &'a JsonText) -> MissionPlan<'a> {
    MissionPlan {
        title: "Summarise {{document}}",
        description: "At most {{words}} words.",
        priority: "medium",
        kind: "summarise",
        input: input.map(Json),
        metadata: Json(metadata),
        labels: vec!["documents"],
        complexity: Some("simple"),
        required_capabilities: vec!["read"],
        fairness_key: None,
        concurrency_key: Some("archive"),
        max_attempts: 3,
        backoff: Backoff::Exponential,
        timeout_seconds: Some(600.0),
        held: false,
        agent_type: None,
        model_used: Some("mistral:7b-instruct"),
    }
}

fn own<'a>(plan: MissionPlan<'a>, parameters: &'a JsonText) -> Template<'a> {
    let metric = TemplateMetric { key: "accuracy", unit: "%", title: Some("Accuracy") };
    let bare = TemplateMetric { key: "pages", unit: "", title: None };
    Template {
        name: "summarise",
        description: "Summarise one document",
        builtin: false,
        mission: plan,
        agent_types: Vec::new(),
        models: vec!["mistral:7b-instruct", "yi-coder:9b-chat-q6_k"],
        parameters: Json(parameters),
        metrics: vec![metric, bare],
        revision: 3,
        created_by: Some("maria"),
        created_at: Some(time("2024-08-06T06:30:00Z")),
        updated_at: Some(time("2024-08-06T06:35:00Z")),
    }
}

pub(crate) fn add(shapes: &mut Shapes) {
    let (input, metadata) = (json(r#"{"format":"markdown"}"#), json("{}"));
    let parameters = json(
        r#"{"type":"object","properties":{"document":{"type":"string"},"words":{"type":"integer","default":200}},"required":["document"]}"#,
    );
    let timestamp = time("2024-08-06T06:36:00Z");
    let template = || own(plan(Some(&input), &metadata), &parameters);
    super::add(shapes, "template", &TemplateReply { template: template(), timestamp });
    let builtin = Template {
        name: "system-monitoring",
        description: "Health checks and performance monitoring",
        builtin: true,
        mission: MissionPlan {
            title: "Check {{target}}",
            description: "",
            kind: "default",
            labels: Vec::new(),
            complexity: None,
            required_capabilities: Vec::new(),
            concurrency_key: None,
            timeout_seconds: None,
            agent_type: Some("MonitoringAgent"),
            ..plan(None, &metadata)
        },
        agent_types: vec!["MonitoringAgent"],
        models: vec!["mistral:7b-instruct"],
        metrics: Vec::new(),
        revision: 1,
        created_by: None,
        created_at: None,
        updated_at: None,
        ..template()
    };
    let templates = vec![template(), builtin];
    let list = TemplateList { templates, timestamp, next_cursor: Some("bmV4dA") };
    super::add(shapes, "templates", &list);
}
