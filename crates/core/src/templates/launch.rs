//! From a template and parameters to a mission.

use std::collections::BTreeMap;

use mission_control_kernel::{Invalid, JsonText, MissionId, ProjectId, StoreError, Timestamp};
use mission_control_missions::{
    Description, Label, MAX_LABELS, NewMission, Priority, ShortName, Title,
};
use mission_control_workflows::template::{Birth, Template, TemplateName, may_choose};
use serde_json::Value;

use super::TemplateRefusal;
use super::fault::Fault;
use super::schema::Schema;
use crate::json::laid_over;
use crate::mission_control::MissionControl;

/// What is asked for when a template is launched.
#[derive(Clone, PartialEq, Debug)]
pub struct TemplateLaunch {
    /// In which project.
    pub project: ProjectId,
    /// Which template.
    pub template: TemplateName,
    /// A JSON object; laid over the template's input, of which its members win.
    pub parameters: JsonText,
    /// In place of the template's title.
    pub title: Option<Title>,
    /// In place of the template's.
    pub priority: Option<Priority>,
    /// Not before then.
    pub scheduled_at: Option<Timestamp>,
    /// Besides the template's.
    pub labels: Vec<Label>,
    /// In place of what the template says.
    pub held: Option<bool>,
    /// In place of the template's, and among those that it lets choose from.
    pub agent_type: Option<ShortName>,
    /// In place of the template's, and among those that it lets choose from.
    pub model_used: Option<ShortName>,
    /// Who asks.
    pub by: ShortName,
}

impl TemplateLaunch {
    /// With parameters alone.
    #[must_use]
    pub const fn new(
        project: ProjectId,
        template: TemplateName,
        parameters: JsonText,
        by: ShortName,
    ) -> Self {
        Self {
            project,
            template,
            parameters,
            title: None,
            priority: None,
            scheduled_at: None,
            labels: Vec::new(),
            held: None,
            agent_type: None,
            model_used: None,
            by,
        }
    }
}

impl MissionControl {
    /// The mission that a launch asks for; it is yet to be made, with [`Self::create`].
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn mission_of_template(
        &self,
        launch: TemplateLaunch,
    ) -> Result<Result<NewMission, TemplateRefusal>, StoreError> {
        let Some(template) = self.template(&launch.project, &launch.template).await? else {
            return Ok(Err(TemplateRefusal::Missing));
        };
        let id = MissionId::new(self.ids().next(self.clock().now()));
        // Patterns and long lists take their time: not that of whoever else waits here.
        let making = move || mission(&template, launch, id);
        let made = tokio::task::spawn_blocking(making).await;
        let made = made.map_err(|error| StoreError::Defect(format!("a launch: {error}")))?;
        Ok(made.map_err(TemplateRefusal::Wrong))
    }
}

fn mission(
    template: &Template,
    launch: TemplateLaunch,
    id: MissionId,
) -> Result<NewMission, Vec<Fault>> {
    let spec = &template.spec;
    let values = Schema::parse(&spec.parameters)?.hold(&launch.parameters)?;
    let one = |fault| vec![fault];
    let title = match &launch.title {
        Some(title) => title.clone(),
        None => Title::parse(&spec.mission_title.filled(|name| shown(&values, name)))
            .map_err(|invalid| one(made_wrong("title", &invalid)))?,
    };
    let description = spec.mission_description.filled(|name| shown(&values, name));
    let description = Description::parse(&description)
        .map_err(|invalid| one(made_wrong("description", &invalid)))?;
    let mut blueprint = spec.blueprint.clone();
    blueprint.input = Some(input(spec.blueprint.input.as_ref(), &launch, &values).map_err(one)?);
    blueprint.labels.extend(launch.labels);
    blueprint.labels.sort();
    blueprint.labels.dedup();
    if blueprint.labels.len() > MAX_LABELS {
        let invalid = Invalid::too_many(blueprint.labels.len(), MAX_LABELS);
        return Err(one(Fault::of("labels", &invalid)));
    }
    for (field, choice, choices) in [
        ("agent_type", &launch.agent_type, &spec.agent_types),
        ("model_used", &launch.model_used, &spec.models),
    ] {
        if choice.as_ref().is_some_and(|choice| !may_choose(choices, choice)) {
            let message = "is not among those that the template lets choose from";
            return Err(one(Fault::new(field, "not_allowed", message)));
        }
    }
    blueprint.agent_type = launch.agent_type.or(blueprint.agent_type);
    blueprint.model_used = launch.model_used.or(blueprint.model_used);
    blueprint.priority = launch.priority.unwrap_or(blueprint.priority);
    blueprint.held = launch.held.unwrap_or(blueprint.held);
    let template = Some(template.name.clone());
    let birth = Birth { id, project: launch.project, created_by: launch.by, template };
    let mission = blueprint.mission(birth, title, description);
    Ok(NewMission { scheduled_at: launch.scheduled_at, ..mission })
}

/// A value in a text: a string as it is, nothing for null, and JSON for everything else.
fn shown(values: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    match values.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn made_wrong(what: &str, invalid: &Invalid) -> Fault {
    let message = format!("make a {what} that {invalid}");
    Fault::new("parameters", invalid.code, message)
}

/// The template's input with the defaults, and then what was given, laid over it.
fn input(
    base: Option<&JsonText>,
    launch: &TemplateLaunch,
    values: &BTreeMap<String, Value>,
) -> Result<JsonText, Fault> {
    let given: BTreeMap<String, &serde_json::value::RawValue> =
        serde_json::from_str(launch.parameters.as_str()).unwrap_or_default();
    let defaults: BTreeMap<&String, &Value> =
        values.iter().filter(|(name, _)| !given.contains_key(*name)).collect();
    let defaults = serde_json::to_string(&defaults).unwrap_or_default();
    let wrong = |invalid: Invalid| Fault::of("parameters", &invalid);
    let defaults = JsonText::from_checked(&defaults).map_err(wrong)?;
    let mut laid = base.cloned();
    for over in [&defaults, &launch.parameters] {
        let merged = laid_over(laid.as_ref(), over).map_err(|_| {
            Fault::new("parameters", "not_an_object", "cannot be laid over the template's input")
        })?;
        laid = Some(merged.map_err(wrong)?);
    }
    Ok(laid.unwrap_or_else(JsonText::empty_object))
}
