//! The one place where the facade looks into JSON that passes through: members of objects.

use std::collections::BTreeMap;

use mission_control_kernel::{Invalid, JsonText};
use serde_json::value::RawValue;

/// Not a JSON object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NoObject;

/// The members of `over` laid over those of `base`, of which those that both have are `over`'s; not
/// deeper. Members stand in the order of their names, and their values as they were written.
///
/// # Errors
/// Outside when one of them is no object, inside when what comes of them is too large.
pub(crate) fn laid_over(
    base: Option<&JsonText>,
    over: &JsonText,
) -> Result<Result<JsonText, Invalid>, NoObject> {
    let mut members = base.map_or_else(|| Ok(BTreeMap::new()), members)?;
    members.extend(self::members(over)?);
    let text = serde_json::to_string(&members).map_err(|_| NoObject)?;
    Ok(JsonText::from_checked(&text))
}

fn members(object: &JsonText) -> Result<BTreeMap<String, &RawValue>, NoObject> {
    serde_json::from_str(object.as_str()).map_err(|_| NoObject)
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
