//! The row of a template.

use std::sync::Arc;

use mission_control_kernel::{JsonText, Revision, StoreError};
use mission_control_missions::ShortName;
use mission_control_workflows::template::{Metric, Template, TemplateSpec, Wording};
use serde::{Deserialize, Serialize};

use super::blueprint::{BlueprintDocument, SPEC, texts, written};
use super::read::{Reader, at};

/// The columns of `templates`; times in microseconds.
pub(crate) struct TemplateRow {
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) spec: String,
    pub(crate) revision: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) created_by: String,
}

#[derive(Serialize, Deserialize)]
struct TemplateDocument {
    description: String,
    title: String,
    text: String,
    mission: BlueprintDocument,
    agent_types: Vec<String>,
    models: Vec<String>,
    parameters: String,
    metrics: Vec<MetricDocument>,
}

#[derive(Serialize, Deserialize)]
struct MetricDocument {
    key: String,
    unit: String,
    title: Option<String>,
}

/// What a template says, as one column has it.
pub(crate) fn template_to_text(spec: &TemplateSpec) -> String {
    let words = |words: &[ShortName]| words.iter().map(ToString::to_string).collect();
    let metric = |metric: &Metric| MetricDocument {
        key: metric.key.to_string(),
        unit: metric.unit.to_string(),
        title: metric.title.as_ref().map(ToString::to_string),
    };
    written(&TemplateDocument {
        description: spec.description.to_string(),
        title: spec.mission_title.as_str().to_owned(),
        text: spec.mission_description.as_str().to_owned(),
        mission: BlueprintDocument::of(&spec.blueprint),
        agent_types: words(&spec.agent_types),
        models: words(&spec.models),
        parameters: spec.parameters.as_str().to_owned(),
        metrics: spec.metrics.iter().map(metric).collect(),
    })
}

impl TemplateRow {
    pub(crate) fn into_template(self) -> Result<Template, StoreError> {
        let reader = Reader { table: "templates", row: &self.name };
        let document: TemplateDocument = reader.json(SPEC, &self.spec)?;
        Ok(Template {
            project: reader.parse("project_id", &self.project_id)?,
            name: reader.parse("name", &self.name)?,
            spec: Arc::new(document.into_spec(&reader)?),
            revision: Revision::new(self.revision),
            created_at: at(self.created_at),
            updated_at: at(self.updated_at),
            created_by: Some(reader.text("created_by", &self.created_by)?),
        })
    }
}

impl TemplateDocument {
    fn into_spec(self, reader: &Reader<'_>) -> Result<TemplateSpec, StoreError> {
        let corrupt = |_| reader.corrupt(SPEC);
        let metric = |it: MetricDocument| {
            Metric::parse(&it.key, &it.unit, it.title.as_deref()).map_err(|_| reader.corrupt(SPEC))
        };
        Ok(TemplateSpec {
            description: reader.text(SPEC, &self.description)?,
            mission_title: Wording::title(&self.title).map_err(corrupt)?,
            mission_description: Wording::description(&self.text).map_err(corrupt)?,
            blueprint: self.mission.into_blueprint(reader)?,
            agent_types: texts(reader, &self.agent_types)?,
            models: texts(reader, &self.models)?,
            parameters: JsonText::from_stored(&self.parameters),
            metrics: self.metrics.into_iter().map(metric).collect::<Result<_, _>>()?,
        })
    }
}
