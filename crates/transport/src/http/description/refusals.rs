//! Which codes follow from what a schema asks for.

use std::collections::BTreeSet;

use super::parameters::{SCHEDULE_NAME, TEMPLATE_NAME, WORKFLOW_NAME};
use super::schema::Schema;
use super::tree::Tree;

/// The codes with which a value of this name and schema is refused.
pub(super) fn of_schema(name: &str, schema: &Schema) -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    look(name, schema, &mut codes);
    codes
}

/// The codes of a shape and of those it holds.
pub(super) fn of_shape(shape: &str, shapes: &[(&'static str, Schema)]) -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    let (mut seen, mut next) = (BTreeSet::new(), vec![shape.to_owned()]);
    while let Some(shape) = next.pop() {
        let Some((_, schema)) = shapes.iter().find(|(name, _)| *name == shape) else { continue };
        if seen.insert(shape.clone()) {
            look(&shape, schema, &mut codes);
            references(schema, &mut next);
        }
    }
    codes
}

fn look(name: &str, schema: &Schema, codes: &mut BTreeSet<&'static str>) {
    for (keyword, value) in schema.members() {
        match keyword.as_str() {
            "properties" => {
                value.members().iter().for_each(|(member, schema)| look(member, schema, codes));
            }
            "items" => look(name, value, codes),
            "oneOf" | "anyOf" => value.entries().iter().for_each(|one| look(name, one, codes)),
            "$ref" => codes.extend(of_reference(value)),
            "minLength" => codes.extend(["too_short"]),
            "maxLength" => codes.extend(["too_long", "control_character"]),
            "minItems" => codes.extend(["too_few"]),
            "maxItems" => codes.extend(["too_many"]),
            "maximum" if name == "progress" => codes.extend(["progress_out_of_range"]),
            "minimum" | "maximum" => codes.extend(["out_of_range"]),
            "enum" => codes.extend(of_words(name)),
            "const" => codes.extend(["unknown_value"]),
            "pattern" if name.starts_with("kind") => codes.extend(["invalid_kind"]),
            "pattern" if value.text() == Some(WORKFLOW_NAME) => {
                codes.extend(["invalid_workflow_name"]);
            }
            "pattern" if value.text() == Some(TEMPLATE_NAME) => {
                codes.extend(["invalid_template_name"]);
            }
            "pattern" if value.text() == Some(SCHEDULE_NAME) => {
                codes.extend(["invalid_schedule_name"]);
            }
            "pattern" if name == "key" => codes.extend(["invalid_metric_key"]),
            "pattern" if name == "fingerprint" => codes.extend(["invalid_fingerprint"]),
            "pattern" if name == "login" => codes.extend(["invalid_login"]),
            "pattern" if name == "project" || name == "id" => codes.extend(["invalid_project"]),
            // Roles by project, which are its names.
            "additionalProperties" if name == "projects" => {
                codes.extend(["invalid_project", "invalid_role"]);
            }
            "type" if value.text() == Some("boolean") => {}
            _ => {}
        }
    }
}

/// The code of a word that is not among those that are known.
fn of_words(name: &str) -> Option<&'static str> {
    Some(match name {
        "status" => "invalid_status",
        "action" => "invalid_action",
        "priority" => "invalid_priority",
        "on_failure" => "invalid_on_failure",
        "overlap" => "invalid_overlap",
        "catch_up" => "invalid_catch_up",
        "complexity" => "invalid_complexity",
        "class" => "invalid_failure_class",
        "role" => "invalid_role",
        "level" => "invalid_log_level",
        "sort" => "invalid_sort",
        "format" => "invalid_format",
        "conflate" => "invalid_flag",
        _ => return None,
    })
}

fn of_reference(target: &Tree) -> &'static [&'static str] {
    match target.text().and_then(|text| text.rsplit('/').next()) {
        Some("Time") => &["invalid_time"],
        Some("MissionId") => &["invalid_mission_id"],
        Some("AgentId") => &["invalid_agent_id"],
        Some("RunId") => &["invalid_run_id"],
        Some("Cost") => &["invalid_cost"],
        Some("Backoff") => &["invalid_backoff"],
        Some("Json") => {
            &["too_large", "too_deep", "control_character", "lone_surrogate", "number_out_of_range"]
        }
        Some(_) | None => &[],
    }
}

/// Shapes of objects that a schema refers to; single values are known by [`of_reference`].
fn references(schema: &Schema, found: &mut Vec<String>) {
    for (keyword, value) in schema.members() {
        if keyword == "$ref" {
            let name = value.text().and_then(|text| text.rsplit('/').next()).unwrap_or_default();
            if of_reference(value).is_empty() {
                found.push(name.to_owned());
            }
        }
        references(value, found);
        value.entries().iter().for_each(|entry| references(entry, found));
    }
}
