//! Templates: missions that are made again and again, with parameters.

mod blueprint;
mod builtin;
mod metric;
mod name;
mod store;
mod wording;

use std::collections::BTreeSet;
use std::sync::Arc;

use mission_control_kernel::{Invalid, JsonText, ProjectId, Revision, Timestamp};
use mission_control_missions::{Description, ShortName};

pub use blueprint::{Birth, Blueprint, is_object};
pub use builtin::{builtin, builtins};
pub use metric::{MAX_METRICS, Metric, MetricKey, MetricTitle, MetricUnit};
pub use name::{ScheduleName, TemplateName};
pub use store::{Changed, Kept, MOST_TEMPLATES, NewTemplate, NotKept, TemplateStore};
pub use wording::{MAX_PLACES, MAX_TITLE_WORDING, Wording};

/// The most kinds of agents, or models, that a template lets choose from: what a menu shows.
pub const MAX_CHOICES: usize = 20;

/// A template in its project.
#[derive(Clone, PartialEq, Debug)]
pub struct Template {
    /// Whose.
    pub project: ProjectId,
    /// Its name there.
    pub name: TemplateName,
    /// What it says.
    pub spec: Arc<TemplateSpec>,
    /// How often it was changed.
    pub revision: Revision,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who made it; nobody one that is built in.
    pub created_by: Option<ShortName>,
}

impl Template {
    /// Whether it comes with the program: it can be launched, not changed or removed.
    #[must_use]
    pub const fn is_builtin(&self) -> bool {
        self.created_by.is_none()
    }
}

/// What a template says.
#[derive(Clone, PartialEq, Debug)]
pub struct TemplateSpec {
    /// What it is for.
    pub description: Description,
    /// The title of its missions.
    pub mission_title: Wording,
    /// The description of its missions.
    pub mission_description: Wording,
    /// The rest of its missions.
    pub blueprint: Blueprint,
    /// The kinds of agents that a launch may ask for; empty for any.
    pub agent_types: Vec<ShortName>,
    /// The models that a launch may ask for; empty for any.
    pub models: Vec<ShortName>,
    /// What a launch must bring: a JSON Schema (draft 2020-12) of an object.
    pub parameters: JsonText,
    /// Members of the result that are figures.
    pub metrics: Vec<Metric>,
}

impl TemplateSpec {
    /// Takes what only needs to be looked at, not understood: the schema and the places that it
    /// must name are for whoever reads JSON.
    ///
    /// # Errors
    /// The member that is wrong, and why.
    pub fn parse(self) -> Result<Self, (&'static str, Invalid)> {
        let not_an_object = Invalid::new("not_an_object", "must be a JSON object");
        let blueprint = &self.blueprint;
        if blueprint.input.as_ref().is_some_and(|input| !is_object(input)) {
            return Err(("mission.input", not_an_object));
        }
        if !is_object(&blueprint.metadata) {
            return Err(("mission.metadata", not_an_object));
        }
        for (field, choices, default) in [
            ("agent_types", &self.agent_types, &blueprint.agent_type),
            ("models", &self.models, &blueprint.model_used),
        ] {
            if choices.len() > MAX_CHOICES {
                return Err((field, Invalid::too_many(choices.len(), MAX_CHOICES)));
            }
            let outside = default.as_ref().is_some_and(|default| !may_choose(choices, default));
            if outside {
                let sentence = "must hold what the mission has when nothing is said";
                return Err((field, Invalid::new("default_not_allowed", sentence)));
            }
        }
        if self.metrics.len() > MAX_METRICS {
            return Err(("metrics", Invalid::too_many(self.metrics.len(), MAX_METRICS)));
        }
        let keys: BTreeSet<&MetricKey> = self.metrics.iter().map(|metric| &metric.key).collect();
        if keys.len() < self.metrics.len() {
            return Err(("metrics", Invalid::new("duplicate_metric", "names a member twice")));
        }
        Ok(self)
    }
}

/// Whether a launch may ask for `choice`.
#[must_use]
pub fn may_choose(choices: &[ShortName], choice: &ShortName) -> bool {
    choices.is_empty() || choices.contains(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> TemplateSpec {
        TemplateSpec {
            description: Description::cleaned(""),
            mission_title: Wording::title("t").unwrap(),
            mission_description: Wording::description("").unwrap(),
            blueprint: Blueprint::default(),
            agent_types: Vec::new(),
            models: Vec::new(),
            parameters: JsonText::empty_object(),
            metrics: Vec::new(),
        }
    }

    fn short(text: &str) -> ShortName {
        ShortName::parse(text).unwrap()
    }

    #[test]
    fn what_cannot_be_a_template_is_refused_with_its_member() {
        let metric = Metric::parse("accuracy", "%", None).unwrap();
        let with = |change: &dyn Fn(&mut TemplateSpec)| {
            let mut spec = spec();
            change(&mut spec);
            spec.parse().map(|_| ()).map_err(|(field, invalid)| (field, invalid.code))
        };
        assert_eq!(with(&|_| {}), Ok(()));
        let array = JsonText::from_stored("[1]");
        let wrong = with(&|spec| spec.blueprint.input = Some(array.clone()));
        assert_eq!(wrong, Err(("mission.input", "not_an_object")));
        let wrong = with(&|spec| spec.blueprint.metadata = array.clone());
        assert_eq!(wrong, Err(("mission.metadata", "not_an_object")));
        let wrong = with(&|spec| {
            spec.models = vec![short("small")];
            spec.blueprint.model_used = Some(short("large"));
        });
        assert_eq!(wrong, Err(("models", "default_not_allowed")));
        let wrong = with(&|spec| spec.agent_types = vec![short("a"); MAX_CHOICES + 1]);
        assert_eq!(wrong, Err(("agent_types", "too_many")));
        let wrong = with(&|spec| spec.metrics = vec![metric.clone(), metric.clone()]);
        assert_eq!(wrong, Err(("metrics", "duplicate_metric")));
        let wrong = with(&|spec| spec.metrics = vec![metric.clone(); MAX_METRICS + 1]);
        assert_eq!(wrong, Err(("metrics", "too_many")));
    }
}
