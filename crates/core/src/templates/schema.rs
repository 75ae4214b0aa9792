//! The schema of a template's parameters: what one may be, and parameters held against it.
//!
//! A schema is code that strangers write and we run, so it is bounded before it is believed: in bytes and
//! depth, in what its references unfold to, and in its patterns, which a matcher without backtracking
//! runs. Nothing is ever fetched.

use std::collections::BTreeMap;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use mission_control_kernel::JsonText;
use serde_json::Value;

use super::fault::{Fault, MOST_FAULTS, member};

/// The longest schema: a form of some hundred fields.
pub const MAX_SCHEMA_BYTES: usize = 32 * 1024;
/// How deep a schema may nest.
pub const MAX_SCHEMA_DEPTH: usize = 24;
/// How many values a schema is once every reference is written out. Without a bound twenty lines that
/// refer to each other twice are a million.
pub const MAX_SCHEMA_VALUES: usize = 5_000;
/// The longest parameters: what is checked takes its time, and a whole document belongs into an input.
pub const MAX_PARAMETERS_BYTES: usize = 64 * 1024;

/// What a pattern may take once it is compiled: enough for any that a person reads.
const PATTERN_BYTES: usize = 256 * 1024;

/// The one draft that is spoken.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The member that holds the schema, and the one that holds the parameters.
const ROOT: &str = "parameters";

/// Keywords that lead elsewhere than to a place in the same schema, or give places other names.
const REFUSED: [&str; 4] = ["$id", "$dynamicRef", "$dynamicAnchor", "$anchor"];

/// A schema that parameters can be held against.
pub(super) struct Schema {
    value: Value,
    validator: Validator,
}

impl Schema {
    /// Takes a schema from outside.
    ///
    /// # Errors
    /// What is wrong with it, by its path.
    pub(super) fn parse(text: &JsonText) -> Result<Self, Vec<Fault>> {
        let one = |fault| vec![fault];
        if text.as_str().len() > MAX_SCHEMA_BYTES {
            let message = format!("is larger than {MAX_SCHEMA_BYTES} bytes");
            return Err(one(Fault::new(ROOT, "too_large", message)));
        }
        let value: Value = serde_json::from_str(text.as_str())
            .map_err(|_| one(Fault::new(ROOT, "invalid_schema", "must be a JSON Schema")))?;
        Bounds { root: &value, values: 0, open: Vec::new() }.check(&value, ROOT, 0).map_err(one)?;
        check_root(&value).map_err(one)?;
        if let Err(error) = jsonschema::draft202012::meta::validate(&value) {
            let field = member(ROOT, error.instance_path().as_str());
            let message = format!("is no JSON Schema: {}", error.masked_with("it"));
            return Err(one(Fault::new(field, "invalid_schema", message)));
        }
        let options =
            jsonschema::options().with_draft(Draft::Draft202012).offline().with_pattern_options(
                PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES),
            );
        let validator = options.build(&value).map_err(|error| {
            let field = member(ROOT, error.instance_path().as_str());
            let message = format!("cannot be used: {}", error.masked_with("it"));
            one(Fault::new(field, "invalid_schema", message))
        })?;
        Ok(Self { value, validator })
    }

    /// The parameters that it names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties().map(|(name, _)| name)
    }

    /// Takes parameters from outside; those that are left out and have a default get it.
    ///
    /// # Errors
    /// Every parameter that is wrong, by its name.
    pub(super) fn hold(&self, text: &JsonText) -> Result<BTreeMap<String, Value>, Vec<Fault>> {
        if text.as_str().len() > MAX_PARAMETERS_BYTES {
            let message = format!("are larger than {MAX_PARAMETERS_BYTES} bytes");
            return Err(vec![Fault::new(ROOT, "too_large", message)]);
        }
        let mut value: Value = serde_json::from_str(text.as_str()).unwrap_or_default();
        let Some(given) = value.as_object_mut() else {
            return Err(vec![Fault::new(ROOT, "not_an_object", "must be a JSON object")]);
        };
        for (name, schema) in self.properties() {
            if let Some(default) = schema.get("default") {
                given.entry(name).or_insert_with(|| default.clone());
            }
        }
        let mut faults = Vec::new();
        for error in self.validator.iter_errors(&value).take(MOST_FAULTS) {
            faults.extend(faults_of(&error));
        }
        faults.truncate(MOST_FAULTS);
        if !faults.is_empty() {
            return Err(faults);
        }
        match value {
            Value::Object(given) => Ok(given.into_iter().collect()),
            _ => Ok(BTreeMap::new()),
        }
    }

    fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        let properties = self.value.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }
}

/// The schema of parameters is one of an object: they have names.
fn check_root(value: &Value) -> Result<(), Fault> {
    let Some(root) = value.as_object() else {
        return Err(Fault::new(ROOT, "not_an_object", "must be a JSON Schema of an object"));
    };
    if root.get("type").is_some_and(|it| it != "object") {
        let message = "must be object: parameters have names";
        return Err(Fault::new(format!("{ROOT}.type"), "not_an_object", message));
    }
    if root.get("$schema").is_some_and(|it| it != DRAFT) {
        let message = format!("must be {DRAFT}");
        return Err(Fault::new(format!("{ROOT}.$schema"), "invalid_schema", message));
    }
    Ok(())
}

/// How much a schema is, looked at once before anything is built of it.
struct Bounds<'a> {
    root: &'a Value,
    /// Values so far, those behind references as often as they are referred to.
    values: usize,
    /// The references that are being followed.
    open: Vec<&'a str>,
}

impl<'a> Bounds<'a> {
    fn check(&mut self, value: &'a Value, path: &str, depth: usize) -> Result<(), Fault> {
        self.values += 1;
        if self.values > MAX_SCHEMA_VALUES {
            let message = format!("is more than {MAX_SCHEMA_VALUES} values with its references");
            return Err(Fault::new(ROOT, "too_large", message));
        }
        if depth > MAX_SCHEMA_DEPTH {
            let message = format!("nests deeper than {MAX_SCHEMA_DEPTH} levels");
            return Err(Fault::new(path, "too_deep", message));
        }
        match value {
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.check(item, &format!("{path}[{place}]"), depth + 1)?;
                }
            }
            Value::Object(members) => {
                for (name, item) in members {
                    let path = format!("{path}.{name}");
                    if name == "$ref" {
                        self.follow(item, &path, depth)?;
                    } else if REFUSED.contains(&name.as_str()) && item.is_string() {
                        let message = "is not taken: refer to $defs with $ref";
                        return Err(Fault::new(path, "invalid_reference", message));
                    }
                    self.check(item, &path, depth + 1)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(())
    }

    /// Counts what a reference stands for. One that leads back to itself has no end.
    fn follow(&mut self, target: &'a Value, path: &str, depth: usize) -> Result<(), Fault> {
        // A property may be called `$ref`: then this is its schema.
        let Some(target) = target.as_str() else { return Ok(()) };
        let Some(pointer) = target.strip_prefix('#') else {
            let message = "must lead to a place in the same schema, like #/$defs/name";
            return Err(Fault::new(path, "remote_reference", message));
        };
        if self.open.contains(&pointer) {
            let message = "leads back to itself";
            return Err(Fault::new(path, "cyclic_reference", message));
        }
        let Some(found) = self.root.pointer(pointer) else {
            let message = "leads nowhere: there is no such place in the schema";
            return Err(Fault::new(path, "unknown_reference", message));
        };
        self.open.push(pointer);
        self.check(found, path, depth + 1)?;
        self.open.pop();
        Ok(())
    }
}

fn faults_of(error: &ValidationError<'_>) -> Vec<Fault> {
    let at = member(ROOT, error.instance_path().as_str());
    let named = |names: &[String], code, message: &str| {
        names.iter().map(|name| Fault::new(format!("{at}.{name}"), code, message)).collect()
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let names = [property.as_str().unwrap_or_default().to_owned()];
            named(&names, "missing_field", "must be given")
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            named(unexpected, "unknown_field", "is no parameter of this template")
        }
        kind => {
            let code = if matches!(kind, ValidationErrorKind::Type { .. }) {
                "wrong_type"
            } else {
                "invalid_parameter"
            };
            vec![Fault::new(at, code, format!("is refused: {}", error.masked_with("it")))]
        }
    }
}
