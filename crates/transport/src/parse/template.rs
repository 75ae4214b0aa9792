//! Templates, and what one is launched with.

use mission_control::TemplateLaunch;
use mission_control::kernel::{Invalid, JsonText, ProjectId};
use mission_control::missions::{Description, Label, ShortName, Spec, Title};
use mission_control::workflows::template::{
    Blueprint, Metric, TemplateName, TemplateSpec, Wording, is_object,
};
use mission_control_wire::CheckedJson;
use mission_control_wire::request::{
    CreateMission, LaunchTemplate, MissionPlan, PutTemplate, TemplateMetric,
};

use super::Fields;
use super::mission::{distinct, spec};
use crate::http::Problem;

/// What missions are to be like, and what they are called.
pub(super) struct Plan {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) blueprint: Blueprint,
}

/// What a template says.
pub(crate) fn template(body: PutTemplate, by: &ShortName) -> Result<TemplateSpec, Problem> {
    let mut fields = Fields::default();
    let description = body.description.as_deref().unwrap_or("");
    let description = fields.take("description", Description::parse(description));
    let plan = plan(body.mission.0, by, &mut fields, "mission.");
    let agent_types = names(&mut fields, "agent_types", body.agent_types);
    let models = names(&mut fields, "models", body.models);
    let metrics = metrics(body.metrics.map_or_else(Vec::new, |it| it.into_vec()), &mut fields);
    let worded = plan.map(|plan| {
        let title = fields.take("mission.title", Wording::title(&plan.title));
        let text = fields.take("mission.description", Wording::description(&plan.description));
        (title, text, plan.blueprint)
    });
    let (
        Some(description),
        Some((Some(mission_title), Some(mission_description), mut blueprint)),
        Some(agent_types),
        Some(models),
        Some(metrics),
        false,
    ) = (description, worded, agent_types, models, metrics, fields.any())
    else {
        return Err(fields.refuse());
    };
    // The first of those that may be chosen is taken where nothing is said.
    blueprint.agent_type = blueprint.agent_type.or_else(|| agent_types.first().cloned());
    blueprint.model_used = blueprint.model_used.or_else(|| models.first().cloned());
    let parameters = body.parameters.map_or_else(JsonText::empty_object, CheckedJson::into_text);
    let spec = TemplateSpec {
        description,
        mission_title,
        mission_description,
        blueprint,
        agent_types,
        models,
        parameters,
        metrics,
    };
    spec.parse().map_err(|(field, invalid)| Problem::invalid(field, invalid))
}

/// A launch of `template` that `by` asks for.
pub(crate) fn template_launch(
    (project, template): (&ProjectId, TemplateName),
    body: LaunchTemplate,
    by: ShortName,
) -> Result<TemplateLaunch, Problem> {
    let mut fields = Fields::default();
    let parameters = body.parameters.map_or_else(JsonText::empty_object, CheckedJson::into_text);
    let object = is_object(&parameters).then_some(()).ok_or(NOT_AN_OBJECT);
    let object = fields.take("parameters", object);
    let title = fields.optional("title", body.title.as_deref(), Title::parse);
    let priority = fields.optional("priority", body.priority, |word| word.parse());
    let labels = fields.each("labels", body.labels, |label| Label::parse(&label));
    let labels = labels.and_then(|labels| fields.take("labels", distinct(labels)));
    let agent_type = fields.optional("agent_type", body.agent_type.as_deref(), ShortName::parse);
    let model_used = fields.optional("model_used", body.model_used.as_deref(), ShortName::parse);
    let (Some(()), Some(title), Some(priority), Some(labels), Some(agent_type), Some(model_used)) =
        (object, title, priority, labels, agent_type, model_used)
    else {
        return Err(fields.refuse());
    };
    Ok(TemplateLaunch {
        project: project.clone(),
        template,
        parameters,
        title,
        priority,
        scheduled_at: body.scheduled_at.map(|at| at.0),
        labels,
        held: body.held,
        agent_type,
        model_used,
        by,
    })
}

/// Something that members are laid over, or read from.
pub(super) const NOT_AN_OBJECT: Invalid = Invalid::new("not_an_object", "must be a JSON object");

/// What missions are to be like, read as the one that they become.
pub(super) fn plan(
    body: MissionPlan,
    by: &ShortName,
    fields: &mut Fields,
    place: &str,
) -> Option<Plan> {
    let mut inside = Fields::at(place);
    let agent_type = inside.optional("agent_type", body.agent_type.as_deref(), ShortName::parse);
    let model_used = inside.optional("model_used", body.model_used.as_deref(), ShortName::parse);
    let (title, held) = (body.title.clone(), body.held.unwrap_or(false));
    let description = body.description.clone().unwrap_or_default();
    let spec = spec(mission(body), by, &mut inside);
    fields.join(inside);
    let blueprint = blueprint(spec?, agent_type?, model_used?, held);
    Some(Plan { title, description, blueprint })
}

fn blueprint(
    spec: Spec,
    agent_type: Option<ShortName>,
    model_used: Option<ShortName>,
    held: bool,
) -> Blueprint {
    Blueprint {
        priority: spec.priority,
        kind: spec.kind,
        input: spec.input,
        metadata: spec.metadata,
        labels: spec.labels,
        complexity: spec.complexity,
        required_capabilities: spec.required_capabilities,
        fairness_key: spec.fairness_key,
        concurrency_key: spec.concurrency_key,
        max_attempts: spec.max_attempts,
        backoff: spec.backoff,
        timeout: spec.timeout,
        agent_type,
        model_used,
        held,
    }
}

/// A mission of the plan, its texts left out: those may have places, which are longer than what fills
/// them.
fn mission(body: MissionPlan) -> CreateMission {
    CreateMission {
        title: "-".to_owned(),
        description: None,
        priority: body.priority,
        metadata: body.metadata,
        kind: body.kind,
        input: body.input,
        labels: body.labels,
        complexity: body.complexity,
        parent_id: None,
        lease_id: None,
        depends_on: None,
        required_capabilities: body.required_capabilities,
        fairness_key: body.fairness_key,
        concurrency_key: body.concurrency_key,
        max_attempts: body.max_attempts,
        backoff: body.backoff,
        scheduled_at: None,
        expires_at: None,
        timeout_seconds: body.timeout_seconds,
        held: None,
        agent_type: None,
        model_used: None,
    }
}

fn names(fields: &mut Fields, field: &str, given: Option<Vec<String>>) -> Option<Vec<ShortName>> {
    fields.each(field, given, |name| ShortName::parse(&name))
}

fn metrics(given: Vec<TemplateMetric>, fields: &mut Fields) -> Option<Vec<Metric>> {
    let count = given.len();
    let parsed: Vec<Metric> = given
        .into_iter()
        .enumerate()
        .filter_map(|(index, it)| {
            let unit = it.unit.as_deref().unwrap_or("");
            match Metric::parse(&it.key, unit, it.title.as_deref()) {
                Ok(metric) => Some(metric),
                Err((member, invalid)) => {
                    fields.take::<Metric>(&format!("metrics[{index}].{member}"), Err(invalid))
                }
            }
        })
        .collect();
    (parsed.len() == count).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn parsed(body: &str) -> Result<TemplateSpec, Problem> {
        template(decode(body.as_bytes()).unwrap(), &ShortName::parse("ada").unwrap())
    }

    #[test]
    fn a_title_is_enough_and_the_rest_has_its_defaults() {
        let spec = parsed(r#"{"mission":{"title":"Dive at {{reef}}"}}"#).unwrap();
        assert_eq!(spec.blueprint, Blueprint::default());
        assert_eq!(spec.mission_title.as_str(), "Dive at {{reef}}");
        assert_eq!((spec.parameters.as_str(), spec.metrics.len()), ("{}", 0));
    }

    #[test]
    fn the_first_of_those_that_may_be_chosen_is_the_default() {
        let spec = parsed(
            r#"{"mission":{"title":"t","agent_type":"B"},"agent_types":["A","B"],
            "models":["m","n"]}"#,
        )
        .unwrap();
        let word = |name: &Option<ShortName>| name.as_ref().map(|it| it.as_str().to_owned());
        assert_eq!(word(&spec.blueprint.agent_type).as_deref(), Some("B"));
        assert_eq!(word(&spec.blueprint.model_used).as_deref(), Some("m"));
    }

    #[test]
    fn every_wrong_member_is_named_by_its_place() {
        let long = format!(r#"{{"mission":{{"title":"{}"}}}}"#, "x".repeat(401));
        for (body, field, code) in [
            (r#"{"mission":{"title":""}}"#, "mission.title", "too_short"),
            (&long, "mission.title", "too_long"),
            (r#"{"mission":{"title":"{{a"}}"#, "mission.title", "open_place"),
            (r#"{"mission":{"title":"t","kind":"Big"}}"#, "mission.kind", "invalid_kind"),
            (r#"{"mission":{"title":"t","input":[1]}}"#, "mission.input", "not_an_object"),
            (r#"{"mission":{"title":"t"},"models":[""]}"#, "models[0]", "too_short"),
            (
                r#"{"mission":{"title":"t"},"metrics":[{"key":"a b"}]}"#,
                "metrics[0].key",
                "invalid_metric_key",
            ),
            (
                r#"{"mission":{"title":"t","agent_type":"C"},"agent_types":["A"]}"#,
                "agent_types",
                "default_not_allowed",
            ),
        ] {
            let problem = parsed(body).unwrap_err();
            let got = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(got, (field, code), "{body}");
        }
    }
}
