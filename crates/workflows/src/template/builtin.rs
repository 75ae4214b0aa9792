//! The templates that come with the program: the mission types of seed 002, with the agents, models
//! and metrics that it names.

use std::sync::Arc;

use mission_control_kernel::{JsonText, ProjectId, Revision, Timestamp};
use mission_control_missions::{Description, ShortName};

use super::{Blueprint, Metric, Template, TemplateName, TemplateSpec, Wording};

/// What a mission type says of itself.
struct MissionType {
    name: &'static str,
    description: &'static str,
    /// What metadata calls it, as in the seed's example.
    word: &'static str,
    title: &'static str,
    text: &'static str,
    /// The first one is taken when nothing is said.
    agents: &'static [&'static str],
    /// The first one is taken when nothing is said.
    models: &'static [&'static str],
    parameters: &'static str,
    /// Key, unit and title.
    metrics: &'static [(&'static str, &'static str, &'static str)],
}

const SMALL: &str = "mistral:7b-instruct";
const CODER: &str = "yi-coder:9b-chat-q6_k";

/// By name.
const TYPES: [MissionType; 4] = [
    MissionType {
        name: "code-generation",
        description: "Generate code for various tasks",
        word: "code_generation",
        title: "Write {{language}} code: {{task}}",
        text: "{{task}}",
        agents: &["CodeAgent"],
        models: &[CODER],
        parameters: r#"{"type":"object","properties":{"task":{"type":"string","title":"Task","description":"What the code is to do","minLength":1,"maxLength":160},"language":{"type":"string","title":"Language","default":"Rust","minLength":1,"maxLength":16}},"required":["task"],"additionalProperties":false}"#,
        metrics: &[
            ("code_quality", "%", "Code quality"),
            ("generation_time", "s", "Generation time"),
            ("token_usage", "tokens", "Token usage"),
        ],
    },
    MissionType {
        name: "data-analysis",
        description: "Analytics and reporting",
        word: "data_analysis",
        title: "Analyse {{dataset}}",
        text: "{{question}}",
        agents: &["AnalyticsAgent"],
        models: &[SMALL],
        parameters: r#"{"type":"object","properties":{"dataset":{"type":"string","title":"Dataset","description":"What is analysed: a path, a table, an address","minLength":1,"maxLength":180},"question":{"type":"string","title":"Question","description":"What is to be found out","maxLength":4000}},"required":["dataset"],"additionalProperties":false}"#,
        metrics: &[
            ("analysis_accuracy", "%", "Analysis accuracy"),
            ("processing_time", "s", "Processing time"),
            ("data_volume", "bytes", "Data volume"),
        ],
    },
    MissionType {
        name: "document-processing",
        description: "Process and analyze uploaded documents",
        word: "document_processing",
        title: "Process {{document}}",
        text: "{{instructions}}",
        agents: &["IntentRouter", "RetrievalAgent"],
        models: &[SMALL, CODER],
        parameters: r#"{"type":"object","properties":{"document":{"type":"string","title":"Document","description":"A path or an address","minLength":1,"maxLength":180},"instructions":{"type":"string","title":"Instructions","description":"What to look for","maxLength":4000}},"required":["document"],"additionalProperties":false}"#,
        metrics: &[
            ("processing_time", "s", "Processing time"),
            ("accuracy", "%", "Accuracy"),
            ("token_usage", "tokens", "Token usage"),
        ],
    },
    MissionType {
        name: "system-monitoring",
        description: "Health checks and performance monitoring",
        word: "system_monitoring",
        title: "Check {{target}}",
        text: "",
        agents: &["MonitoringAgent"],
        models: &[SMALL],
        parameters: r#"{"type":"object","properties":{"target":{"type":"string","title":"Target","description":"What is watched: a host, a service, an address","minLength":1,"maxLength":180}},"required":["target"],"additionalProperties":false}"#,
        metrics: &[
            ("system_health", "%", "System health"),
            ("response_time", "ms", "Response time"),
            ("error_rate", "%", "Error rate"),
        ],
    },
];

/// The built-in templates as they stand in a project, by name.
#[must_use]
pub fn builtins(project: &ProjectId) -> Vec<Template> {
    TYPES.iter().map(|it| it.template(project)).collect()
}

/// The built-in template of this name.
#[must_use]
pub fn builtin(project: &ProjectId, name: &TemplateName) -> Option<Template> {
    TYPES.iter().find(|it| it.name == name.as_str()).map(|it| it.template(project))
}

impl MissionType {
    fn template(&self, project: &ProjectId) -> Template {
        Template {
            project: project.clone(),
            name: self.name.parse().expect("a literal that is a name"),
            spec: Arc::new(self.spec()),
            revision: Revision::FIRST,
            created_at: Timestamp::MIN,
            updated_at: Timestamp::MIN,
            created_by: None,
        }
    }

    fn spec(&self) -> TemplateSpec {
        let short = |text: &&str| ShortName::parse(text).expect("a literal within its bounds");
        let agents: Vec<ShortName> = self.agents.iter().map(short).collect();
        let models: Vec<ShortName> = self.models.iter().map(short).collect();
        let metadata = format!(r#"{{"type":"{}"}}"#, self.word);
        let metric = |(key, unit, title): &(&str, &str, &str)| {
            Metric::parse(key, unit, Some(title)).expect("literals within their bounds")
        };
        TemplateSpec {
            description: Description::cleaned(self.description),
            mission_title: Wording::title(self.title).expect("a literal within its bounds"),
            mission_description: Wording::description(self.text)
                .expect("a literal within its bounds"),
            blueprint: Blueprint {
                metadata: JsonText::from_stored(&metadata),
                agent_type: agents.first().cloned(),
                model_used: models.first().cloned(),
                ..Blueprint::default()
            },
            agent_types: agents,
            models,
            parameters: JsonText::from_stored(self.parameters),
            metrics: self.metrics.iter().map(metric).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mission_types_of_the_seed_are_there_in_every_project() {
        let project: ProjectId = "lab".parse().unwrap();
        let all = builtins(&project);
        let told: Vec<_> = all
            .iter()
            .map(|it| {
                let words = |words: &[ShortName]| {
                    words.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>().join(" ")
                };
                (it.name.as_str(), words(&it.spec.agent_types), words(&it.spec.models))
            })
            .collect();
        let expected = [
            ("code-generation", "CodeAgent", "yi-coder:9b-chat-q6_k"),
            ("data-analysis", "AnalyticsAgent", "mistral:7b-instruct"),
            (
                "document-processing",
                "IntentRouter RetrievalAgent",
                "mistral:7b-instruct yi-coder:9b-chat-q6_k",
            ),
            ("system-monitoring", "MonitoringAgent", "mistral:7b-instruct"),
        ];
        let expected =
            expected.map(|(name, agents, models)| (name, agents.to_owned(), models.to_owned()));
        assert_eq!(told, expected);
        for template in all {
            assert!(template.is_builtin());
            assert_eq!(template.spec.metrics.len(), 3);
            assert_eq!(builtin(&project, &template.name).as_ref(), Some(&template));
            assert!(TemplateSpec::clone(&template.spec).parse().is_ok());
        }
    }
}
