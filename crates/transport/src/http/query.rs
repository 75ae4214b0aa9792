//! Query strings, strictly.

use std::str::FromStr;

use mission_control_kernel::Invalid;

use super::percent::{Plus, decode};
use super::{FieldError, Problem};

/// How many rows a list has when nothing is said.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most rows a list may be asked for: one page of a screen, a fraction of a second of work.
pub const MAX_LIMIT: u32 = 200;

/// The parameter that names a project where no header can be set; every route takes it.
pub(super) const PROJECT: &str = "project";

/// The parameters of a request, decoded; each is one of those that its route declares.
#[derive(Clone, Debug, Default)]
pub struct Query {
    known: &'static [&'static str],
    pairs: Vec<(&'static str, String)>,
}

impl Query {
    /// Reads the raw query of a request to a route that takes `known`.
    ///
    /// # Errors
    /// 400: `unknown_field`, `duplicate_parameter`, or `malformed_query` when a percent-escape is
    /// wrong or the text is not UTF-8.
    pub(crate) fn parse(
        raw: Option<&str>,
        known: &'static [&'static str],
    ) -> Result<Self, Problem> {
        let mut query = Self { known, pairs: Vec::new() };
        for pair in raw.unwrap_or("").split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let malformed =
                || Problem::malformed("malformed_query", "the query is not percent-encoded UTF-8");
            let name = decode(name, Plus::Space).ok_or_else(malformed)?;
            let value = decode(value, Plus::Space).ok_or_else(malformed)?;
            let name = known
                .iter()
                .copied()
                .chain([PROJECT])
                .find(|known| *known == name)
                .ok_or_else(|| Problem::unknown_parameter(&name))?;
            if query.pairs.iter().any(|(taken, _)| *taken == name) {
                let detail = format!("the query parameter `{name}` is given twice");
                return Err(Problem::malformed("duplicate_parameter", detail));
            }
            query.pairs.push((name, value.into_owned()));
        }
        Ok(query)
    }

    /// Parameters that did not come as a query, by names that are among `known`.
    pub(crate) const fn of(
        known: &'static [&'static str],
        pairs: Vec<(&'static str, String)>,
    ) -> Self {
        Self { known, pairs }
    }

    /// A parameter as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        debug_assert!(
            name == PROJECT || self.known.contains(&name),
            "the route does not declare the query parameter {name}"
        );
        self.pairs.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as a value.
    ///
    /// # Errors
    /// 422, naming it.
    pub fn get<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.get_with(name, T::from_str)
    }

    /// A parameter as a value that `parse` makes of it.
    ///
    /// # Errors
    /// 422, naming it.
    pub fn get_with<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Problem> {
        let parse = |text: &str| parse(text).map_err(|invalid| Problem::invalid(name, invalid));
        self.text(name).map(parse).transpose()
    }

    /// A parameter that takes several values, separated by commas; empty when it is not given.
    ///
    /// # Errors
    /// 422, naming it, when one of them is wrong.
    pub fn list<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Vec<T>, Problem> {
        self.list_with(name, T::from_str)
    }

    /// A parameter that takes several values, separated by commas, as values that `parse` makes of
    /// them; empty when it is not given.
    ///
    /// # Errors
    /// 422, naming it, when one of them is wrong.
    pub fn list_with<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, Problem> {
        let parse = |text: &str| parse(text).map_err(|invalid| Problem::invalid(name, invalid));
        self.text(name).into_iter().flat_map(|text| text.split(',')).map(parse).collect()
    }

    /// A parameter that is `true` or `false`.
    ///
    /// # Errors
    /// 422 `invalid_flag`, naming it.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => {
                let invalid = Invalid::new("invalid_flag", "must be true or false");
                Err(Problem::invalid(name, invalid))
            }
        }
    }

    /// A whole number within `range`.
    ///
    /// # Errors
    /// 422 `out_of_range`, naming it and the range.
    pub fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        number.map(Some).ok_or_else(|| {
            let message =
                format!("must be a whole number from {} to {}", range.start(), range.end());
            Problem::wrong_field(FieldError {
                field: name.to_owned(),
                code: "out_of_range".into(),
                message,
            })
        })
    }

    /// `limit`, the rows of a page: 50 when not given.
    ///
    /// # Errors
    /// 422 `out_of_range` outside 1–200.
    pub fn limit(&self) -> Result<u32, Problem> {
        Ok(self.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT))
    }
}

#[cfg(test)]
mod tests {
    use mission_control_kernel::Timestamp;

    use super::*;

    const KNOWN: &[&str] = &["limit", "q", "label", "roots", "after"];

    #[test]
    fn a_query_is_decoded_or_refused() {
        let query = Query::parse(Some("q=a%26b+c&roots=&&project=lab"), KNOWN).unwrap();
        assert_eq!(query.text("q"), Some("a&b c"));
        assert_eq!(query.text("roots"), Some(""));
        assert_eq!(query.text("after"), None);
        assert_eq!(query.text(PROJECT), Some("lab"));

        let table = [
            ("stat=done", "unknown_field"),
            ("Q=1", "unknown_field"),
            ("q=1&q=1", "duplicate_parameter"),
            ("q=1&%71=2", "duplicate_parameter"),
            ("q=%f", "malformed_query"),
            ("%=1", "malformed_query"),
        ];
        for (raw, code) in table {
            let problem = Query::parse(Some(raw), KNOWN).unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (400, code), "{raw}");
        }
        let problem = Query::parse(Some("stat=done"), KNOWN).unwrap_err();
        assert_eq!(problem.errors()[0].field, "stat");
    }

    #[test]
    fn limits_are_refused_outside_1_to_200() {
        let limit = |raw: &'static str| Query::parse(Some(raw), KNOWN).unwrap().limit();
        assert_eq!(limit("").unwrap(), DEFAULT_LIMIT);
        assert_eq!(limit("limit=1").unwrap(), 1);
        assert_eq!(limit("limit=200").unwrap(), 200);
        for raw in
            ["limit=0", "limit=-1", "limit=201", "limit=1e9", "limit=abc", "limit=", "limit=%2b5"]
        {
            let problem = limit(raw).unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (422, "out_of_range"), "{raw}");
        }
    }

    #[test]
    fn values_are_typed_and_their_parameter_is_named() {
        let query = Query::parse(Some("after=tomorrow&roots=yes&label=a,b"), KNOWN).unwrap();
        let problem = query.get::<Timestamp>("after").unwrap_err();
        assert_eq!((problem.code(), problem.errors()[0].field.as_str()), ("invalid_time", "after"));
        assert_eq!(query.flag("roots").unwrap_err().code(), "invalid_flag");
        let labels: Vec<mission_control_kernel::ProjectId> = query.list("label").unwrap();
        assert_eq!(labels.len(), 2);
        assert_eq!(query.get::<Timestamp>("q").unwrap(), None);
    }
}
