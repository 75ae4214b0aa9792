//! What a list asks for, as the parameters of `filter.sql`.

use std::fmt::Display;

use mission_control_kernel::{MissionId, ProjectId, Timestamp};
use mission_control_missions::ListQuery;
use rusqlite::types::Value;
use rusqlite::{Statement, ToSql};

use super::plan::Source;
use crate::row::names_to_json;
use crate::sqlite::search::folded;

/// Behind every id: ids begin with a hexadecimal digit.
const ABOVE_ALL: &str = "g";

/// Named values; a statement takes those that it names.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    values: Vec<(&'static str, Value)>,
    /// Ids lie between these, both left out.
    low: String,
    high: String,
}

impl Filter {
    pub(super) fn new(project: &ProjectId, query: &ListQuery) -> Self {
        let flag = |value: Option<bool>| value.map_or(Value::Null, Value::from);
        let place = query.after;
        let values = vec![
            (":project", Value::from(project.to_string())),
            (":statuses", any_of(&query.statuses)),
            (":priorities", any_of(&query.priorities)),
            (":kinds", any_of(&query.kinds)),
            (":agent_types", any_of(&query.agent_types)),
            (":agents", any_of(&query.agents)),
            (":models", any_of(&query.models)),
            (":parents", any_of(&query.parents)),
            (":roots", any_of(&query.roots)),
            (":only_roots", flag(query.only_roots.then_some(true))),
            (":runs", any_of(&query.runs)),
            (":templates", any_of(&query.templates)),
            (":complexities", any_of(&query.complexities)),
            (":fingerprints", any_of(&query.fingerprints)),
            (":labels", any_of(&query.labels)),
            (":text", Value::from(query.text.as_ref().map(|text| folded(text.as_str())))),
            (":dead_letter", flag(query.dead_letter)),
            (":held", flag(query.held)),
            (":value", Value::from(place.map(|place| place.value))),
            (":place", Value::from(place.map(|place| place.id.to_string()))),
        ];
        let low = query.created_from.map(first_id).unwrap_or_default();
        let high = query.created_until.map_or_else(|| ABOVE_ALL.to_owned(), first_id);
        Self { values, low, high }
    }

    /// The same, behind one mission of a list that is sorted by id.
    pub(super) fn behind(&self, id: MissionId, descending: bool) -> Self {
        let mut filter = self.clone();
        let id = id.to_string();
        if descending {
            filter.high = filter.high.min(id);
        } else {
            filter.low = filter.low.max(id);
        }
        filter
    }

    pub(super) fn bind(&self, statement: &mut Statement<'_>) -> rusqlite::Result<()> {
        for (name, value) in &self.values {
            bind(statement, name, value)?;
        }
        bind(statement, ":low", &self.low)?;
        bind(statement, ":high", &self.high)
    }

    pub(super) fn bind_source(
        &self,
        statement: &mut Statement<'_>,
        source: &Source,
        limit: u32,
    ) -> rusqlite::Result<()> {
        bind(statement, ":of", &source.of)?;
        bind(statement, ":and", &source.and)?;
        bind(statement, ":limit", &limit)
    }
}

/// What every id made at or after `at` is greater than, and every one made before is less than: the
/// first 48 bits of a UUIDv7 are its millisecond (RFC 9562, section 5.7).
fn first_id(at: Timestamp) -> String {
    let millis = at.as_micros().unsigned_abs().div_ceil(1_000);
    let digits = format!("{millis:012x}");
    format!("{}-{}", &digits[..8], &digits[8..])
}

fn bind(statement: &mut Statement<'_>, name: &str, value: &dyn ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, value),
        None => Ok(()),
    }
}

/// A JSON list, or nothing to filter by.
fn any_of<T: Display>(values: &[T]) -> Value {
    if values.is_empty() {
        return Value::Null;
    }
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    Value::from(names_to_json(texts.iter().map(String::as_str)))
}
