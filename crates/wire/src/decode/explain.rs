//! From serde's sentences to ours.
//!
//! An error of serde is text and a place, so this reads the text. The words that it looks for stand
//! at the start or after the last value that was quoted, where nothing from outside can imitate
//! them; `tests/decoding.rs` pins every one.

use mission_control_kernel::Invalid;
use serde::de;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::{DecodeError, DecodeKind, malformed};

/// Begins the text of a refusal of ours; no sentence of serde does.
const MARK: char = '\u{1}';

/// The longest field that is named; a member's name is up to whoever sent it.
const MAX_FIELD_CHARS: usize = 200;

/// A refusal of the value that is being read.
pub(crate) fn refuse<E: de::Error>(invalid: Invalid) -> E {
    refuse_member("", invalid)
}

/// A refusal of one member of the object that has just been read.
pub(crate) fn refuse_member<E: de::Error>(member: &str, invalid: Invalid) -> E {
    E::custom(format_args!("{MARK}{}{MARK}{member}{MARK}{invalid}", invalid.code))
}

/// One step from the body to a value in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// To a member of an object.
    Member(String),
    /// To an entry of an array.
    Entry(usize),
}

/// Says in our words what was wrong and where; the steps lead to the same place.
pub(super) fn explain(
    error: &serde_json::Error,
    path: &Path,
    is_read_only: fn(&str) -> bool,
) -> (DecodeError, Vec<Step>) {
    if error.classify() != Category::Data {
        return (malformed(error), Vec::new());
    }
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let mut found = read(text);
    if found.kind == DecodeKind::UnknownField && last_member(path).is_some_and(is_read_only) {
        found.kind = DecodeKind::ReadOnlyField;
        found.message = "is read-only here".to_owned();
    }
    let steps = steps(path, found.member);
    (DecodeError { kind: found.kind, field: field(&steps), message: found.message }, steps)
}

struct Found<'a> {
    kind: DecodeKind,
    /// The member of the object at the path, where the path itself does not name it.
    member: &'a str,
    message: String,
}

fn read(text: &str) -> Found<'_> {
    if let Some(refusal) = text.strip_prefix(MARK) {
        return refusal_of_ours(refusal);
    }
    let quoted = || text.split('`').nth(1).unwrap_or("");
    let (kind, member, message) = if text.starts_with("unknown field ") {
        (DecodeKind::UnknownField, "", unknown(text))
    } else if text.starts_with("missing field ") {
        (DecodeKind::MissingField, quoted(), "must be given".to_owned())
    } else if text.starts_with("duplicate field ") {
        (invalid("duplicate_key"), quoted(), "is given twice".to_owned())
    } else if text.starts_with("unknown variant ") {
        (invalid("unknown_value"), "", unknown_variant(text))
    } else if let Some(rest) = text.strip_prefix("invalid type: ") {
        (DecodeKind::WrongType, "", format!("must be {}, not {}", expected(rest), json_type(rest)))
    } else {
        // What is left is a number that its type cannot hold.
        (invalid("out_of_range"), "", format!("must be {}", expected(text)))
    };
    Found { kind, member, message }
}

/// `member` is empty or a name of ours for `unknown_field`.
fn refusal_of_ours(refusal: &str) -> Found<'_> {
    let mut parts = refusal.splitn(3, MARK);
    let mut next = || parts.next().unwrap_or("");
    let (code, member, message) = (next(), next(), next().to_owned());
    let kind = match code {
        "unknown_field" => DecodeKind::UnknownField,
        "missing_field" => DecodeKind::MissingField,
        _ => invalid(code),
    };
    Found { kind, member, message }
}

fn invalid(code: &str) -> DecodeKind {
    DecodeKind::Invalid(code.to_owned())
}

fn unknown(text: &str) -> String {
    match known_words(text) {
        Some(known) => format!("is not known here; known: {known}"),
        None => "is not known here; no members are".to_owned(),
    }
}

fn unknown_variant(text: &str) -> String {
    format!("must be one of {}", known_words(text).unwrap_or_default())
}

/// The names at the end of "unknown … `x`, expected one of `a`, `b`, `c`", where two stand as
/// "`a` or `b`" and one as "`a`".
fn known_words(text: &str) -> Option<String> {
    let (_, known) = text.rsplit_once("`, expected ")?;
    let known = known.strip_prefix("one of ").unwrap_or(known);
    Some(known.replace("` or `", ", ").replace('`', ""))
}

/// What stands after the last "expected", in words of JSON.
fn expected(text: &str) -> &str {
    match text.rsplit_once(", expected ").map_or("another value", |(_, expected)| expected) {
        "u64" => "a whole number of 0 or more",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "an array",
        other => other,
    }
}

fn json_type(found: &str) -> &'static str {
    const TYPES: [(&str, &str); 7] = [
        ("null", "null"),
        ("boolean", "a boolean"),
        ("integer", "a number"),
        ("floating point", "a number with a fraction"),
        ("string", "a string"),
        ("sequence", "an array"),
        ("map", "an object"),
    ];
    let known = TYPES.iter().find(|(serde, _)| found.starts_with(serde));
    known.map_or("another type", |(_, json)| json)
}

fn last_member(path: &Path) -> Option<&str> {
    match path.iter().next_back()? {
        Segment::Map { key } => Some(key),
        Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn steps(path: &Path, member: &str) -> Vec<Step> {
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(Step::Entry(*index)),
        Segment::Map { key } => Some(Step::Member(key.clone())),
        Segment::Enum { variant } => Some(Step::Member(variant.clone())),
        Segment::Unknown => None,
    });
    let member = Some(member).filter(|member| !member.is_empty());
    steps.chain(member.map(|member| Step::Member(member.to_owned()))).collect()
}

fn field(steps: &[Step]) -> String {
    let mut field = String::new();
    for step in steps {
        match step {
            Step::Entry(index) => field.push_str(&format!("[{index}]")),
            Step::Member(name) => {
                if !field.is_empty() {
                    field.push('.');
                }
                field.push_str(name);
            }
        }
    }
    match field.char_indices().nth(MAX_FIELD_CHARS) {
        Some((end, _)) => field[..end].to_owned(),
        None => field,
    }
}
