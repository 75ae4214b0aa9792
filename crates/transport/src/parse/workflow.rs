//! Definitions of workflows.

use http::StatusCode;
use mission_control::missions::{Description, ShortName};
use mission_control::workflows::{
    Definition, DefinitionRefusal, OnFailure, StepDefinition, StepKey,
};
use mission_control_wire::request::{CreateMission, CreateWorkflow, WorkflowStep};

use super::Fields;
use super::mission::spec;
use crate::http::{FieldError, Problem};

/// A workflow, or what is wrong with which of its steps.
pub(crate) fn definition(body: CreateWorkflow, by: &ShortName) -> Result<Definition, Problem> {
    let mut wrong = Fields::default();
    let name = wrong.take("name", body.name.parse());
    let description = body.description.as_deref().unwrap_or("");
    let description = wrong.take("description", Description::parse(description));
    let mut steps = Vec::new();
    for (index, body) in body.steps.into_vec().into_iter().enumerate() {
        match step(body, by, Fields::at(format!("steps[{index}]."))) {
            Ok(step) => steps.push(step),
            Err(fields) => wrong.join(fields),
        }
    }
    let (Some(name), Some(description), false) = (name, description, wrong.any()) else {
        return Err(wrong.refuse());
    };
    Definition::parse(name, description, steps).map_err(|refusal| refused(&refusal))
}

/// What is wrong with the graph, at the member that is wrong. The sentence names the step by its
/// key, since whoever draws graphs knows no places.
fn refused(refusal: &DefinitionRefusal) -> Problem {
    let (code, sentence) = (refusal.code(), refusal.to_string());
    let field = FieldError { field: refusal.path(), code: code.into(), message: sentence.clone() };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, sentence).and(field)
}

/// A step is read as the mission that it becomes.
fn step(
    mut body: WorkflowStep,
    by: &ShortName,
    mut fields: Fields,
) -> Result<StepDefinition, Fields> {
    let key = fields.take("key", StepKey::parse(&body.key));
    let depends_on = fields.each("depends_on", body.depends_on.take(), |key| StepKey::parse(&key));
    let on_failure =
        fields.optional("on_failure", body.on_failure.take(), |word| word.parse::<OnFailure>());
    let agent_type = fields.optional("agent_type", body.agent_type.as_deref(), ShortName::parse);
    let model_used = fields.optional("model_used", body.model_used.as_deref(), ShortName::parse);
    let held = body.held.unwrap_or(false);
    // A key that is refused is told of once, and not as a title too.
    let named = key.as_ref().map_or("-", StepKey::as_str).to_owned();
    let spec = spec(mission(body, named), by, &mut fields);
    let (Some(key), Some(depends_on), Some(on_failure), Some(agent_type), Some(model_used)) =
        (key, depends_on, on_failure, agent_type, model_used)
    else {
        return Err(fields);
    };
    let Some(spec) = spec else { return Err(fields) };
    Ok(StepDefinition {
        key,
        title: spec.title,
        depends_on,
        on_failure: on_failure.unwrap_or(OnFailure::Stop),
        description: spec.description,
        kind: spec.kind,
        priority: spec.priority,
        input: spec.input,
        metadata: spec.metadata,
        labels: spec.labels,
        required_capabilities: spec.required_capabilities,
        agent_type,
        model_used,
        max_attempts: spec.max_attempts,
        backoff: spec.backoff,
        timeout: spec.timeout,
        fairness_key: spec.fairness_key,
        concurrency_key: spec.concurrency_key,
        complexity: spec.complexity,
        held,
    })
}

/// What the step asks of its mission; `key` is its title where it has none.
fn mission(body: WorkflowStep, key: String) -> CreateMission {
    CreateMission {
        title: body.title.unwrap_or(key),
        description: body.description,
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

#[cfg(test)]
mod tests {
    use mission_control::missions::{Kind, Title};
    use mission_control_wire::{decode, request};

    use super::*;

    fn parsed(steps: &str) -> Result<Definition, Problem> {
        let body = format!(r#"{{"name":"w","steps":[{steps}]}}"#);
        definition(decode(body.as_bytes()).unwrap(), &ShortName::parse("ada").unwrap())
    }

    #[test]
    fn no_more_steps_are_read_than_a_workflow_may_have() {
        assert_eq!(request::MAX_STEPS, mission_control::workflows::MAX_STEPS);
    }

    #[test]
    fn a_key_is_enough_and_the_rest_has_its_defaults() {
        let definition = parsed(r#"{"key":"scan"}"#).unwrap();
        let (key, title) = (StepKey::parse("scan").unwrap(), Title::parse("scan").unwrap());
        let plain = StepDefinition::new(key, title, Kind::default_kind());
        assert_eq!(definition.steps(), [plain]);
    }

    #[test]
    fn a_step_becomes_what_its_mission_is_asked_to_be() {
        let two = r#"{"key":"a"},{"key":"b","title":"Book","depends_on":["a"],
            "on_failure":"continue","held":true,"agent_type":"t","max_attempts":2}"#;
        let definition = parsed(two).unwrap();
        let step = &definition.steps()[1];
        assert_eq!((step.title.as_str(), step.on_failure), ("Book", OnFailure::Continue));
        assert_eq!((step.held, step.max_attempts), (true, 2));
        assert_eq!(step.agent_type.as_ref().map(ShortName::as_str), Some("t"));
        assert_eq!(definition.depends_on(1), [0]);
    }

    #[test]
    fn every_graph_that_cannot_run_is_refused_at_its_step() {
        let table = [
            (r#"{"key":"a"},{"key":"a"}"#, "steps[1].key", "duplicate_step"),
            (r#"{"key":"a","depends_on":["b"]}"#, "steps[0].depends_on[0]", "unknown_dependency"),
            (
                r#"{"key":"a"},{"key":"b","depends_on":["a","a"]}"#,
                "steps[1].depends_on[1]",
                "duplicate_dependency",
            ),
            (r#"{"key":"a","depends_on":["a"]}"#, "steps[0].depends_on", "cyclic_dependency"),
            (r#"{"key":"a","input":[1]}"#, "steps[0].input", "input_not_an_object"),
        ];
        for (steps, field, code) in table {
            let problem = parsed(steps).unwrap_err();
            let got = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(got, (field, code), "{steps}");
            assert!(problem.detail().contains('a') && problem.errors().len() == 1, "{problem}");
        }
    }

    #[test]
    fn all_wrong_members_of_all_steps_are_named_together() {
        let steps = r#"{"key":" ","kind":"Big One"},{"key":"b","on_failure":"retry"},
            {"key":"c","depends_on":["b",""],"title":""}"#;
        let problem = parsed(steps).unwrap_err();
        let fields: Vec<_> =
            problem.errors().iter().map(|it| (it.field.as_str(), &*it.code)).collect();
        let expected = [
            ("steps[0].key", "too_short"),
            ("steps[0].kind", "invalid_kind"),
            ("steps[1].on_failure", "invalid_on_failure"),
            ("steps[2].depends_on[1]", "too_short"),
            ("steps[2].title", "too_short"),
        ];
        assert_eq!(fields, expected);
    }
}
