//! From the bytes of a body to a request, strictly.

mod explain;
mod gather;
mod list;
mod object;

use std::fmt;

use serde::de::DeserializeOwned;

use explain::explain;
use object::ObjectOnly;

use explain::Step;
pub(crate) use explain::{refuse, refuse_member};
pub use gather::decode_all;
pub use list::List;
pub use object::Object;

/// A request body.
pub trait Body: DeserializeOwned {
    /// Whether no bytes at all mean the same as `{}`; only where every member is optional.
    const MAY_BE_EMPTY: bool = false;

    /// Whether `member`, which this body does not take, is one that the server alone sets.
    #[must_use]
    fn is_read_only(member: &str) -> bool {
        let _ = member;
        false
    }
}

/// Reads a body.
///
/// The top and every entry of a list must be an object, a member that is not known is refused, and
/// `null` for an optional member counts as leaving it out.
///
/// # Errors
/// [`DecodeError`] for the first thing that is wrong.
pub fn decode<T: Body>(body: &[u8]) -> Result<T, DecodeError> {
    read(text::<T>(body)?).map_err(|(error, _)| error)
}

fn text<T: Body>(body: &[u8]) -> Result<&str, DecodeError> {
    let text = str::from_utf8(body).map_err(|error| not_utf8(body, error.valid_up_to()))?;
    Ok(if T::MAY_BE_EMPTY && text.trim_ascii().is_empty() { "{}" } else { text })
}

/// Reads text; a refusal comes with the steps to its place.
fn read<T: Body>(text: &str) -> Result<T, (DecodeError, Vec<Step>)> {
    let mut track = serde_path_to_error::Track::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let value = T::deserialize(ObjectOnly(tracked))
        .map_err(|error| explain(&error, &track.path(), T::is_read_only))?;
    json.end().map_err(|error| (malformed(&error), Vec::new()))?;
    Ok(value)
}

/// Why a body was refused: at which member, and a sentence about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// What to branch on.
    pub kind: DecodeKind,
    /// Where, like `priority` or `missions[3].title`; empty for the body itself.
    pub field: String,
    /// A sentence without its subject, like `must be a string, not null`. It never repeats a value.
    pub message: String,
}

/// The ways in which a body can be wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeKind {
    /// Not JSON, or not UTF-8.
    Malformed {
        /// From 1.
        line: usize,
        /// In bytes; 0 before the first.
        column: usize,
    },
    /// A member that nothing here is called.
    UnknownField,
    /// A member that the server alone sets.
    ReadOnlyField,
    /// A member that must be there is not.
    MissingField,
    /// A value of another JSON type than the member has.
    WrongType,
    /// A value of the right type that is refused, with its own code.
    Invalid(String),
}

impl DecodeError {
    /// The stable word to branch on.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.kind {
            DecodeKind::Malformed { .. } => "malformed_json",
            DecodeKind::UnknownField => "unknown_field",
            DecodeKind::ReadOnlyField => "read_only_field",
            DecodeKind::MissingField => "missing_field",
            DecodeKind::WrongType if self.field.is_empty() => "expected_object",
            DecodeKind::WrongType => "wrong_type",
            DecodeKind::Invalid(code) => code,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() { "the body" } else { &self.field };
        write!(f, "{field} {}", self.message)
    }
}

impl std::error::Error for DecodeError {}

fn malformed(error: &serde_json::Error) -> DecodeError {
    DecodeError {
        kind: DecodeKind::Malformed { line: error.line(), column: error.column() },
        field: String::new(),
        message: format!("is not valid JSON: {error}"),
    }
}

fn not_utf8(body: &[u8], valid: usize) -> DecodeError {
    let before = &body[..valid];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
    DecodeError {
        kind: DecodeKind::Malformed { line, column },
        field: String::new(),
        message: format!("is not UTF-8 at line {line} column {column}"),
    }
}
