//! The input of a mission, bound to the parameters of its profile.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use mission_control::kernel::JsonText;
use serde_json::{Map, Value};

use super::rule::Rule;

/// Why the input of a mission does not fit its profile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    #[error("the input must be a JSON object with one member for each parameter")]
    NotAnObject,
    #[error("unknown parameter `{name}`: {}", known_names(known))]
    Unknown { name: String, known: Vec<String> },
    #[error("parameter `{name}` is missing from the input")]
    Missing { name: String },
    #[error("parameter `{name}` {problem}")]
    Wrong { name: String, problem: String },
    #[error(
        "parameter `{name}` must not begin with `-`, which the program could take for an option"
    )]
    LeadingDash { name: String },
    /// Where it lies is for the operator alone.
    #[error("the folder for parameter `{name}` cannot be read on this worker")]
    Folder { name: String, folder: PathBuf, source: std::io::Error },
}

fn known_names(known: &[String]) -> String {
    if known.is_empty() {
        return "the profile takes none".to_owned();
    }
    format!("the profile takes {}", known.join(", "))
}

/// What a profile asks of a mission's input.
#[derive(Debug)]
pub(super) enum Parameters {
    /// Just these.
    Listed(BTreeMap<String, Parameter>),
    /// Anything: the program reads the mission itself.
    Unread,
}

/// One parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) rule: Rule,
    /// `None` makes it required.
    pub(super) default: Option<Value>,
}

/// The value of one parameter in one attempt.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) text: OsString,
    /// Whether the maker of the mission chose every character.
    pub(super) is_free: bool,
}

/// The values of all parameters, by name.
pub(super) type Bound = BTreeMap<String, Argument>;

impl Parameters {
    /// Whether a template may use `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Listed(listed) => listed.contains_key(name),
            Self::Unread => false,
        }
    }

    /// Takes each parameter from `input`, else its default.
    ///
    /// # Errors
    /// The first parameter that does not fit.
    pub(super) async fn bind(&self, input: Option<&JsonText>) -> Result<Bound, BindError> {
        let listed = match self {
            Self::Listed(listed) => listed,
            Self::Unread => return Ok(Bound::new()),
        };
        let members = members(input)?;
        if let Some(name) = members.keys().find(|name| !listed.contains_key(*name)) {
            let known = listed.keys().cloned().collect();
            return Err(BindError::Unknown { name: name.clone(), known });
        }
        let mut bound = Bound::new();
        for (name, parameter) in listed {
            let value = members.get(name).or(parameter.default.as_ref());
            let value = value.ok_or_else(|| BindError::Missing { name: name.clone() })?;
            bound.insert(name.clone(), parameter.argument(name, value).await?);
        }
        Ok(bound)
    }
}

impl Parameter {
    async fn argument(&self, name: &str, value: &Value) -> Result<Argument, BindError> {
        let text = self
            .rule
            .text(value)
            .map_err(|problem| BindError::Wrong { name: name.to_owned(), problem })?;
        let text = self.rule.resolve(name, text).await?;
        Ok(Argument { text, is_free: self.rule.is_free() })
    }
}

fn members(input: Option<&JsonText>) -> Result<Map<String, Value>, BindError> {
    let Some(input) = input else { return Ok(Map::new()) };
    match serde_json::from_str(input.as_str()) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) | Err(_) => Err(BindError::NotAnObject),
    }
}
