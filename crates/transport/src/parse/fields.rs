//! Gathering what is wrong with single fields.

use std::ops::RangeInclusive;
use std::time::Duration;

use mission_control::kernel::Invalid;
use mission_control_wire::Whole;

use crate::http::{FieldError, Problem};

/// The most fields that one problem names: whoever has more wrong sends something else altogether.
const MOST_NAMED: usize = 50;

/// What is wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    place: String,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Those of an object that lies at `place`, like `missions[3].`; empty for the body itself.
    pub(crate) fn at(place: impl Into<String>) -> Self {
        Self { place: place.into(), errors: Vec::new() }
    }

    /// A value, or none and a note of what is wrong with it.
    pub(crate) fn take<T>(&mut self, field: &str, value: Result<T, Invalid>) -> Option<T> {
        value.map_err(|invalid| self.note(field, invalid)).ok()
    }

    /// What `parse` makes of a value that may be missing; none only when it is wrong.
    pub(crate) fn optional<S, T>(
        &mut self,
        field: &str,
        given: Option<S>,
        parse: impl FnOnce(S) -> Result<T, Invalid>,
    ) -> Option<Option<T>> {
        match given {
            None => Some(None),
            Some(value) => self.take(field, parse(value)).map(Some),
        }
    }

    /// What `parse` makes of every entry of a list that may be missing.
    pub(crate) fn each<S, T>(
        &mut self,
        field: &str,
        given: Option<Vec<S>>,
        parse: impl Fn(S) -> Result<T, Invalid>,
    ) -> Option<Vec<T>> {
        let given = given.unwrap_or_default();
        let count = given.len();
        let parsed: Vec<T> = given
            .into_iter()
            .enumerate()
            .filter_map(|(index, value)| self.take(&format!("{field}[{index}]"), parse(value)))
            .collect();
        (parsed.len() == count).then_some(parsed)
    }

    /// Takes over what is wrong elsewhere.
    pub(crate) fn join(&mut self, other: Self) {
        let room = MOST_NAMED.saturating_sub(self.errors.len());
        self.errors.extend(other.errors.into_iter().take(room));
    }

    /// Whether anything is wrong.
    pub(crate) const fn any(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The refusal that names them all.
    pub(crate) fn refuse(self) -> Problem {
        let mut errors = self.errors.into_iter();
        match errors.next() {
            Some(first) => errors.fold(Problem::wrong_field(first), Problem::and),
            // Whoever refuses without having noted why is at fault, not the client.
            None => Problem::internal(),
        }
    }

    fn note(&mut self, field: &str, invalid: Invalid) {
        if self.errors.len() < MOST_NAMED {
            let field = format!("{}{field}", self.place);
            let message = invalid.to_string();
            self.errors.push(FieldError { field, code: invalid.code.into(), message });
        }
    }
}

/// A span in seconds within `range`, else `refused`.
pub(super) fn seconds(
    value: f64,
    range: RangeInclusive<f64>,
    refused: Invalid,
) -> Result<Duration, Invalid> {
    if !range.contains(&value) {
        return Err(refused);
    }
    Duration::try_from_secs_f64(value).map_err(|_| refused)
}

/// A whole number within `range`, else `refused`.
pub(super) fn within(
    value: Whole,
    range: RangeInclusive<u32>,
    refused: Invalid,
) -> Result<u32, Invalid> {
    u32::try_from(value.0).ok().filter(|value| range.contains(value)).ok_or(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRONG: Invalid = Invalid::new("wrong", "is wrong");

    #[test]
    fn every_wrong_field_is_named_and_the_first_gives_the_code() {
        let mut fields = Fields::at("missions[3].");
        assert_eq!(fields.take("title", Ok(1)), Some(1));
        assert_eq!(fields.optional("kind", None::<u8>, |_| Err::<u8, _>(WRONG)), Some(None));
        assert!(!fields.any());
        assert_eq!(fields.take::<u8>("a", Err(WRONG)), None);
        let parse = |value: u8| if value == 0 { Err(Invalid::new("zero", "is 0")) } else { Ok(()) };
        assert_eq!(fields.each("b", Some(vec![1, 0]), parse), None);
        let problem = fields.refuse();
        assert_eq!((problem.status().as_u16(), problem.code()), (422, "wrong"));
        let named: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["missions[3].a", "missions[3].b[1]"]);
    }

    #[test]
    fn no_more_fields_are_named_than_anybody_reads() {
        let mut fields = Fields::default();
        for _ in 0..MOST_NAMED + 5 {
            assert_eq!(fields.take::<u8>("a", Err(WRONG)), None);
        }
        assert_eq!(fields.refuse().errors().len(), MOST_NAMED);
    }

    #[test]
    fn a_span_is_a_number_in_its_range() {
        for value in [f64::NAN, -1.0, 30.5, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(seconds(value, 0.0..=30.0, WRONG), Err(WRONG), "{value}");
        }
        assert_eq!(seconds(0.25, 0.0..=30.0, WRONG), Ok(Duration::from_millis(250)));
    }
}
