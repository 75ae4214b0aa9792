//! Lists and small numbers that stand in one column.

use mission_control_kernel::{Capabilities, StoreError};
use mission_control_missions::{FollowUp, LogLevel};

use super::read::Reader;

pub(crate) fn names_to_json<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    serde_json::to_string(&names).expect("a list of strings is always JSON")
}

pub(crate) fn names_from_json(
    reader: &Reader<'_>,
    column: &'static str,
    text: &str,
) -> Result<Vec<String>, StoreError> {
    reader.json(column, text)
}

/// None for the empty set, which most missions have.
pub(crate) fn capabilities_to_json(set: &Capabilities) -> Option<String> {
    (!set.is_empty()).then(|| lane_capabilities(set))
}

/// The text that a lane is keyed by: sorted, so that equal sets are equal texts.
pub(crate) fn lane_capabilities(set: &Capabilities) -> String {
    names_to_json(set.iter().map(mission_control_kernel::Text::as_str))
}

pub(crate) fn capabilities_from_json(
    reader: &Reader<'_>,
    column: &'static str,
    text: Option<&str>,
) -> Result<Capabilities, StoreError> {
    let Some(text) = text else { return Ok(Capabilities::default()) };
    let names = names_from_json(reader, column, text)?;
    let items =
        names.iter().map(|name| reader.text(column, name)).collect::<Result<Vec<_>, _>>()?;
    Capabilities::new(items).map_err(|_| reader.corrupt(column))
}

pub(crate) const fn log_level_to_number(level: LogLevel) -> i16 {
    match level {
        LogLevel::Debug => 0,
        LogLevel::Info => 1,
        LogLevel::Warn => 2,
        LogLevel::Error => 3,
    }
}

pub(crate) const fn log_level_from_number(number: i64) -> Option<LogLevel> {
    match number {
        0 => Some(LogLevel::Debug),
        1 => Some(LogLevel::Info),
        2 => Some(LogLevel::Warn),
        3 => Some(LogLevel::Error),
        _ => None,
    }
}

pub(super) const fn follow_up_to_word(what: FollowUp) -> &'static str {
    match what {
        FollowUp::Dependants => "dependants",
        FollowUp::Dependencies => "dependencies",
        FollowUp::CancelChildren => "cancel_children",
    }
}

pub(super) fn follow_up_from_word(word: &str) -> Option<FollowUp> {
    [FollowUp::Dependants, FollowUp::Dependencies, FollowUp::CancelChildren]
        .into_iter()
        .find(|what| follow_up_to_word(*what) == word)
}
