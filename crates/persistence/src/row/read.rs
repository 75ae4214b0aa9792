//! Reading columns strictly.

use std::str::FromStr;
use std::time::Duration;

use mission_control_kernel::{StoreError, Text, Timestamp};

/// Sorts behind every id, whose letters are digits, hyphens and `a` to `f`.
pub(crate) const BEHIND_ALL_IDS: &str = "~";

/// Names the table and the row for every complaint about a column.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
}

impl Reader<'_> {
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column, row: self.row.to_owned() }
    }

    pub(crate) fn parse<T: FromStr>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        text.parse().map_err(|_| self.corrupt(column))
    }

    pub(crate) fn parse_some<T: FromStr>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.parse(column, text)).transpose()
    }

    pub(crate) fn text<const MIN: usize, const MAX: usize>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<Text<MIN, MAX>, StoreError> {
        Text::parse(text).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn text_some<const MIN: usize, const MAX: usize>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Text<MIN, MAX>>, StoreError> {
        text.map(|text| self.text(column, text)).transpose()
    }

    pub(crate) fn count<T: TryFrom<i64>>(
        &self,
        column: &'static str,
        number: i64,
    ) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn need<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_| self.corrupt(column))
    }
}

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A span in microseconds, as columns have it.
pub(crate) fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
