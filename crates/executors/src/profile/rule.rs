//! What values a parameter takes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::binding::BindError;

/// The longest string when a profile names no `max_length`, in characters: a long prompt, and even
/// as four-byte characters still one argument for Linux (`MAX_ARG_STRLEN` is 128 KiB).
const DEFAULT_MAX_LENGTH: usize = 32_000;

/// The type of a parameter with its bounds, as a profile writes it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Rule {
    /// Any text without NUL.
    String {
        /// In characters.
        max_length: Option<usize>,
    },
    /// A whole number.
    Integer { min: Option<i64>, max: Option<i64> },
    /// Any number.
    Number { min: Option<f64>, max: Option<f64> },
    /// `true` or `false`.
    Boolean {},
    /// One of some words that the operator wrote.
    Choice { values: Vec<String> },
    /// Something that exists inside a folder.
    Path { within: PathBuf },
}

impl Rule {
    /// The key and the problem when no value at all could fit, or the rule is not safe.
    pub(super) fn flaw(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::String { max_length } => {
                (*max_length == Some(0)).then_some(("max_length", "must be at least 1"))
            }
            Self::Integer { min, max } => crossed(min.as_ref(), max.as_ref()),
            Self::Number { min, max } => crossed(min.as_ref(), max.as_ref()),
            Self::Boolean {} => None,
            Self::Choice { values } => {
                values.is_empty().then_some(("values", "list at least one value"))
            }
            Self::Path { .. } => None,
        }
    }

    /// The same with its folder taken from `folder`, unless it is absolute.
    pub(super) fn in_folder(self, folder: &Path) -> Self {
        match self {
            Self::Path { within } => Self::Path { within: folder.join(within) },
            other => other,
        }
    }

    /// `value` as text of an argument, still unresolved for a path.
    ///
    /// # Errors
    /// What the value must be.
    pub(super) fn text(&self, value: &Value) -> Result<String, String> {
        match self {
            Self::String { max_length } => {
                let most = max_length.unwrap_or(DEFAULT_MAX_LENGTH);
                let text = without_nul(value)?;
                if text.chars().count() > most {
                    return Err(format!("must be at most {most} characters long"));
                }
                Ok(text.to_owned())
            }
            Self::Integer { min, max } => {
                let number = value.as_i64().ok_or("must be a whole number")?;
                within_bounds(number, min.as_ref(), max.as_ref())?;
                Ok(number.to_string())
            }
            Self::Number { min, max } => {
                let number = value.as_f64().ok_or("must be a number")?;
                within_bounds(number, min.as_ref(), max.as_ref())?;
                Ok(value.to_string())
            }
            Self::Boolean {} => Ok(value.as_bool().ok_or("must be true or false")?.to_string()),
            Self::Choice { values } => {
                let chosen = value.as_str().filter(|text| values.iter().any(|word| word == text));
                let text = chosen.ok_or_else(|| format!("must be one of {}", values.join(", ")))?;
                Ok(text.to_owned())
            }
            Self::Path { .. } => Ok(without_nul(value)?.to_owned()),
        }
    }

    /// Whether the maker of the mission chooses every character.
    pub(super) const fn is_free(&self) -> bool {
        match self {
            Self::String { .. } | Self::Path { .. } => true,
            Self::Integer { .. } | Self::Number { .. } | Self::Boolean {} | Self::Choice { .. } => {
                false
            }
        }
    }

    /// The argument that `text` becomes; a path is followed to what it really names.
    pub(super) async fn resolve(&self, name: &str, text: String) -> Result<OsString, BindError> {
        match self {
            Self::Path { within } => confined(name, within, &text).await,
            Self::String { .. }
            | Self::Integer { .. }
            | Self::Number { .. }
            | Self::Boolean {}
            | Self::Choice { .. } => Ok(text.into()),
        }
    }
}

fn without_nul(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("must be a string")?;
    if text.contains('\0') {
        return Err("must not contain the character NUL".to_owned());
    }
    Ok(text)
}

fn within_bounds<N: PartialOrd + std::fmt::Display>(
    number: N,
    min: Option<&N>,
    max: Option<&N>,
) -> Result<(), String> {
    if let Some(min) = min.filter(|min| number < **min) {
        return Err(format!("must be at least {min}"));
    }
    if let Some(max) = max.filter(|max| number > **max) {
        return Err(format!("must be at most {max}"));
    }
    Ok(())
}

fn crossed<N: PartialOrd>(
    min: Option<&N>,
    max: Option<&N>,
) -> Option<(&'static str, &'static str)> {
    (min? > max?).then_some(("min", "must not be greater than max"))
}

/// What `path` names once symbolic links are followed, when that lies inside `within`.
///
/// A missing file and one elsewhere get the same answer: the maker of a mission does not learn what
/// exists on the worker, nor where the folder lies: that stands in the profile. Whoever may write inside `within` can still swap a file for a link after
/// this check; keeping such people out is the operator's.
async fn confined(name: &str, within: &Path, path: &str) -> Result<OsString, BindError> {
    let folder = tokio::fs::canonicalize(within).await.map_err(|source| BindError::Folder {
        name: name.to_owned(),
        folder: within.to_owned(),
        source,
    })?;
    match tokio::fs::canonicalize(folder.join(path)).await {
        Ok(real) if real.starts_with(&folder) => Ok(real.into_os_string()),
        Ok(_) | Err(_) => Err(BindError::Wrong {
            name: name.to_owned(),
            problem: "must name something that exists inside the folder of this parameter"
                .to_owned(),
        }),
    }
}
