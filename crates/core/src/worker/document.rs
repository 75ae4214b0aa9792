//! A mission as a JSON object, for programs that read it from a file or a pipe.

use std::fmt::{Display, Write as _};
use std::sync::Arc;

use mission_control_kernel::JsonText;
use mission_control_missions::Mission;

use crate::fleet::Handover;

/// The mission, the attempt, and the results of what it depended on, with the ids of those whose
/// results are too many to come along. Members that have no value are `null`, never absent.
pub(super) fn document(mission: &Mission, handover: &Handover) -> Arc<str> {
    let spec = &mission.spec;
    let mut object = Object::new();
    object.text("id", Some(mission.id));
    object.text("project_id", Some(&mission.project));
    object.text("title", Some(&spec.title));
    object.text("description", Some(&spec.description));
    object.text("kind", Some(&spec.kind));
    object.text("priority", Some(spec.priority));
    object.text("complexity", spec.complexity);
    object.raw("labels", list(spec.labels.iter()));
    object.raw("required_capabilities", list(spec.required_capabilities.iter()));
    object.raw("input", spec.input.as_ref().map_or("null", JsonText::as_str));
    object.raw("metadata", spec.metadata.as_str());
    object.text("parent_id", mission.place.parent);
    object.text("root_id", Some(mission.place.root));
    object.text("run_id", spec.step.as_ref().map(|step| step.run));
    object.text("step_key", spec.step.as_ref().map(|step| &step.key));
    object.text("template", spec.template.as_ref());
    object.text("created_by", Some(&spec.created_by));
    object.text("created_at", Some(mission.created_at));
    object.text("started_at", mission.started_at());
    object.raw("attempt", mission.attempt);
    object.raw("max_attempts", spec.max_attempts);
    object.raw("lease_id", mission.lease_id);
    match spec.timeout {
        Some(timeout) => object.raw("timeout_seconds", timeout.as_secs_f64()),
        None => object.raw("timeout_seconds", "null"),
    }
    let mut results = Object::new();
    for (name, result) in &handover.results {
        results.raw(name, result.as_ref().map_or("null", JsonText::as_str));
    }
    object.raw("dependencies", results.close());
    let mut omitted = Object::new();
    for (name, mission) in &handover.omitted {
        omitted.text(name, Some(mission));
    }
    object.raw("dependencies_omitted", omitted.close());
    object.close().into()
}

/// A JSON object on its way.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self(String::from("{"))
    }

    /// A member that is text, or `null`.
    fn text(&mut self, name: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.raw(name, quoted(&value.to_string())),
            None => self.raw(name, "null"),
        }
    }

    /// A member whose value is JSON as it stands.
    fn raw(&mut self, name: &str, json: impl Display) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write!(self.0, "{}:{json}", quoted(name)).expect("a string takes everything");
    }

    fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn list(items: impl Iterator<Item = impl Display>) -> String {
    let quoted: Vec<String> = items.map(|item| quoted(&item.to_string())).collect();
    format!("[{}]", quoted.join(","))
}

/// A JSON string (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\t' => json.push_str("\\t"),
            c if c.is_control() => {
                write!(json, "\\u{:04x}", u32::from(c)).expect("a string takes everything");
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted;

    #[test]
    fn text_is_quoted_so_that_it_reads_back_the_same() {
        assert_eq!(quoted("say \"hi\"\\\n\tü\u{1}"), r#""say \"hi\"\\\n\tü\u0001""#);
    }

    #[test]
    fn a_document_holds_the_mission_and_what_it_depended_on() {
        let mission = scripted::mission(7);
        let result = JsonText::from_checked(r#"{"n":1}"#).unwrap();
        let text = document(
            &mission,
            &Handover {
                results: vec![("plan \"a\"".to_owned(), Some(result))],
                omitted: vec![("scan".to_owned(), mission.id)],
            },
        );
        for member in [
            format!(r#""id":"{}""#, mission.id),
            r#""title":"mission 7""#.to_owned(),
            r#""input":null"#.to_owned(),
            r#""labels":[]"#.to_owned(),
            r#""timeout_seconds":null"#.to_owned(),
            r#""dependencies":{"plan \"a\"":{"n":1}}"#.to_owned(),
            format!(r#""dependencies_omitted":{{"scan":"{}"}}"#, mission.id),
        ] {
            assert!(text.contains(&member), "{member} is not in {text}");
        }
        assert!(text.starts_with(r#"{"id":"#) && text.ends_with("}}"));
    }
}
