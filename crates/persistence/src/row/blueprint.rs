//! What missions are to be like, as it stands inside one column of templates and schedules.

use std::time::Duration;

use mission_control_kernel::{Capabilities, JsonText, StoreError, Text};
use mission_control_missions::Backoff;
use mission_control_workflows::template::Blueprint;
use serde::{Deserialize, Serialize};

use super::lists::millis;
use super::read::Reader;

/// JSON of users stands as text inside, so that it comes back as it came.
#[derive(Serialize, Deserialize)]
pub(super) struct BlueprintDocument {
    priority: String,
    kind: String,
    input: Option<String>,
    metadata: String,
    labels: Vec<String>,
    complexity: Option<String>,
    capabilities: Vec<String>,
    fairness_key: Option<String>,
    concurrency_key: Option<String>,
    max_attempts: u32,
    /// None for the usual exponential back-off, an empty list for none.
    backoff_ms: Option<Vec<u64>>,
    timeout_ms: Option<i64>,
    agent_type: Option<String>,
    model_used: Option<String>,
    held: bool,
}

impl BlueprintDocument {
    pub(super) fn of(blueprint: &Blueprint) -> Self {
        let text = |json: &JsonText| json.as_str().to_owned();
        let whole = |span: &Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            priority: blueprint.priority.to_string(),
            kind: blueprint.kind.to_string(),
            input: blueprint.input.as_ref().map(text),
            metadata: text(&blueprint.metadata),
            labels: blueprint.labels.iter().map(ToString::to_string).collect(),
            complexity: blueprint.complexity.map(|it| it.to_string()),
            capabilities: blueprint.required_capabilities.iter().map(ToString::to_string).collect(),
            fairness_key: blueprint.fairness_key.as_ref().map(ToString::to_string),
            concurrency_key: blueprint.concurrency_key.as_ref().map(ToString::to_string),
            max_attempts: blueprint.max_attempts,
            backoff_ms: match &blueprint.backoff {
                Backoff::Exponential => None,
                Backoff::None => Some(Vec::new()),
                Backoff::Fixed(waits) => Some(waits.iter().map(whole).collect()),
            },
            timeout_ms: blueprint.timeout.map(millis),
            agent_type: blueprint.agent_type.as_ref().map(ToString::to_string),
            model_used: blueprint.model_used.as_ref().map(ToString::to_string),
            held: blueprint.held,
        }
    }

    pub(super) fn into_blueprint(self, reader: &Reader<'_>) -> Result<Blueprint, StoreError> {
        let abilities = texts(reader, &self.capabilities)?;
        let capabilities = Capabilities::new(abilities).map_err(|_| reader.corrupt(SPEC))?;
        let timeout = self.timeout_ms.map(|ms| reader.count::<u64>(SPEC, ms)).transpose()?;
        Ok(Blueprint {
            priority: reader.parse(SPEC, &self.priority)?,
            kind: reader.parse(SPEC, &self.kind)?,
            input: self.input.as_deref().map(JsonText::from_stored),
            metadata: JsonText::from_stored(&self.metadata),
            labels: texts(reader, &self.labels)?,
            complexity: reader.parse_some(SPEC, self.complexity.as_deref())?,
            required_capabilities: capabilities,
            fairness_key: reader.text_some(SPEC, self.fairness_key.as_deref())?,
            concurrency_key: reader.text_some(SPEC, self.concurrency_key.as_deref())?,
            max_attempts: self.max_attempts,
            backoff: match self.backoff_ms {
                None => Backoff::Exponential,
                Some(waits) if waits.is_empty() => Backoff::None,
                Some(waits) => {
                    Backoff::Fixed(waits.into_iter().map(Duration::from_millis).collect())
                }
            },
            timeout: timeout.map(Duration::from_millis),
            agent_type: reader.text_some(SPEC, self.agent_type.as_deref())?,
            model_used: reader.text_some(SPEC, self.model_used.as_deref())?,
            held: self.held,
        })
    }
}

/// The column in which all of this stands.
pub(super) const SPEC: &str = "spec";

/// Every one of a list.
pub(super) fn texts<const MIN: usize, const MAX: usize>(
    reader: &Reader<'_>,
    texts: &[String],
) -> Result<Vec<Text<MIN, MAX>>, StoreError> {
    texts.iter().map(|text| reader.text(SPEC, text)).collect()
}

/// A document as it stands in its column.
pub(super) fn written<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("strings, numbers and lists are always JSON")
}
