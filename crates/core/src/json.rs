//! The one place where the facade looks into JSON that passes through: members of objects.

use std::collections::BTreeMap;

use mission_control_kernel::{Invalid, JsonText};
use serde_json::value::RawValue;

/// Not a JSON object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NoObject;

/// The members of `over` laid over those of `base`; see [`Overlay::over`].
///
/// # Errors
/// Outside when one of them is no object, inside when what comes of them is too large.
pub(crate) fn laid_over(
    base: Option<&JsonText>,
    over: &JsonText,
) -> Result<Result<JsonText, Invalid>, NoObject> {
    Overlay::of(over)?.over(base)
}

/// An object that is laid over others, read once however many those are.
pub(crate) struct Overlay<'a> {
    members: Members<'a>,
    /// What comes of it over nothing.
    alone: Result<JsonText, Invalid>,
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

impl<'a> Overlay<'a> {
    /// # Errors
    /// It is no object.
    pub(crate) fn of(object: &'a JsonText) -> Result<Self, NoObject> {
        let members = members(object)?;
        let alone = written(&members)?;
        Ok(Self { members, alone })
    }

    /// Its members laid over those of `base`, of which those that both have are its own; not deeper.
    /// Members stand in the order of their names, and their values as they were written.
    ///
    /// # Errors
    /// Outside when `base` is no object, inside when what comes of them is too large.
    pub(crate) fn over(
        &self,
        base: Option<&JsonText>,
    ) -> Result<Result<JsonText, Invalid>, NoObject> {
        let Some(base) = base else { return Ok(self.alone.clone()) };
        let mut members = members(base)?;
        members.extend(self.members.iter().map(|(name, value)| (name.clone(), *value)));
        written(&members)
    }
}

fn members(object: &JsonText) -> Result<Members<'_>, NoObject> {
    serde_json::from_str(object.as_str()).map_err(|_| NoObject)
}

fn written(members: &Members<'_>) -> Result<Result<JsonText, Invalid>, NoObject> {
    let text = serde_json::to_string(members).map_err(|_| NoObject)?;
    Ok(JsonText::from_checked(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> JsonText {
        JsonText::from_checked(text).expect("a short text")
    }

    #[test]
    fn members_are_laid_over_one_by_one_and_not_deeper() {
        let base = json(r#"{"b": {"x": 1}, "a": 1.50}"#);
        let laid = laid_over(Some(&base), &json(r#"{"b": {"y": 2}, "c": null}"#)).unwrap().unwrap();
        assert_eq!(laid.as_str(), r#"{"a":1.50,"b":{"y": 2},"c":null}"#);
        assert_eq!(laid_over(None, &json("{}")).unwrap().unwrap().as_str(), "{}");
    }

    #[test]
    fn what_is_laid_over_nothing_is_written_once() {
        let over = json(r#"{"b": 2, "a": 1}"#);
        let overlay = Overlay::of(&over).unwrap();
        let [one, other] = [(); 2].map(|()| overlay.over(None).unwrap().unwrap());
        assert_eq!(one.as_str(), r#"{"a":1,"b":2}"#);
        assert!(std::ptr::eq(one.as_str(), other.as_str()), "they are one text");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert_eq!(laid_over(None, &json("[1]")), Err(NoObject));
        assert_eq!(laid_over(Some(&json("1")), &json("{}")), Err(NoObject));
    }

    #[test]
    fn what_comes_of_two_may_be_too_large() {
        let half = format!(r#""{}""#, "x".repeat(150_000));
        let (one, two) = (json(&format!(r#"{{"a":{half}}}"#)), json(&format!(r#"{{"b":{half}}}"#)));
        let laid = laid_over(Some(&one), &two).expect("both are objects");
        assert_eq!(laid.expect_err("it is too large").code, "too_large");
    }
}
