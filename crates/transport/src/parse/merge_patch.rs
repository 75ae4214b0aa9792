//! JSON Merge Patch (RFC 7396) of a mission's metadata.

use mission_control::kernel::{Invalid, JsonText};
use serde_json::Value;

/// `stored` with `patch` merged into it: members that are null go, others come or change.
///
/// # Errors
/// `too_large` when the whole would be larger than metadata may be.
pub(crate) fn merged(stored: &JsonText, patch: &JsonText) -> Result<JsonText, Invalid> {
    let read = |text: &JsonText| -> Result<Value, Invalid> {
        serde_json::from_str(text.as_str())
            .map_err(|_| Invalid::new("invalid_json", "cannot be merged"))
    };
    let mut value = read(stored)?;
    merge(&mut value, read(patch)?);
    JsonText::from_checked(&value.to_string())
}

/// Recursion is bounded: the parser refuses more than 128 levels.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        let table = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        let json = |text| JsonText::from_checked(text).unwrap();
        for (stored, patch, expected) in table {
            let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let got = merged(&json(stored), &json(patch)).unwrap();
            assert_eq!(value(got.as_str()), value(expected), "{stored} {patch}");
        }
    }
}
