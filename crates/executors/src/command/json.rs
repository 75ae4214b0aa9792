//! JSON that a program wrote.

use mission_control::kernel::JsonText;
use serde_json::value::RawValue;

/// The deepest nesting that is taken: what the usual parsers read without being told to.
const MAX_DEPTH: usize = 100;

/// Takes one JSON value as it was written, numbers to the last digit. Escapes that no store can
/// keep (`\u0000`, half a surrogate pair) become `\ufffd`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn take(text: &str) -> Result<JsonText, String> {
    let value: &RawValue =
        serde_json::from_str(text).map_err(|error| format!("is not valid JSON: {error}"))?;
    let storable = storable(value.get())?;
    JsonText::from_checked(&storable).map_err(|invalid| invalid.to_string())
}

/// Relies on `json` being valid: a backslash stands only inside strings and has something after it.
fn storable(json: &str) -> Result<String, String> {
    let mut clean = String::with_capacity(json.len());
    let (mut depth, mut in_string) = (0_usize, false);
    let mut rest = json;
    while let Some(at) = rest.find(['\\', '"', '[', '{', ']', '}']) {
        clean.push_str(&rest[..at]);
        let (mark, after) = rest[at..].split_at(1);
        rest = after;
        match mark {
            "\\" => {
                rest = copy_escape(after, &mut clean);
                continue;
            }
            "\"" => in_string = !in_string,
            "[" | "{" if !in_string => depth += 1,
            "]" | "}" if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!("is nested more than {MAX_DEPTH} deep"));
        }
        clean.push_str(mark);
    }
    clean.push_str(rest);
    Ok(clean)
}

/// Copies the escape whose backslash was taken, and returns what follows it.
fn copy_escape<'t>(text: &'t str, clean: &mut String) -> &'t str {
    const REPLACEMENT: &str = r"\ufffd";
    let Some(unit) = code_unit(text) else {
        let (escape, rest) = text.split_at(1);
        clean.push('\\');
        clean.push_str(escape);
        return rest;
    };
    let (escape, rest) = text.split_at(5);
    match unit {
        0xd800..=0xdbff => {
            let low = rest.strip_prefix('\\').and_then(code_unit);
            if !low.is_some_and(|low| matches!(low, 0xdc00..=0xdfff)) {
                clean.push_str(REPLACEMENT);
                return rest;
            }
            clean.push('\\');
            clean.push_str(escape);
            let (pair, rest) = rest.split_at(6);
            clean.push_str(pair);
            rest
        }
        0 | 0xdc00..=0xdfff => {
            clean.push_str(REPLACEMENT);
            rest
        }
        _ => {
            clean.push('\\');
            clean.push_str(escape);
            rest
        }
    }
}

/// The number of an escape `uXXXX`.
fn code_unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix('u')?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_cannot_keep_is_replaced_and_nothing_else() {
        let table = [
            (r#" {"a": 1.10, "b": [1e400, "x"]} "#, r#"{"a": 1.10, "b": [1e400, "x"]}"#),
            (r#""a\u0000b""#, r#""a\ufffdb""#),
            (r#""\\u0000""#, r#""\\u0000""#),
            (r#""\ud800""#, r#""\ufffd""#),
            (r#""\ud83d\ude80 \uDE80""#, r#""\ud83d\ude80 \ufffd""#),
            (r#""\ud83d\n\"[{""#, r#""\ufffd\n\"[{""#),
            (r#""\ud83d\u0041""#, r#""\ufffd\u0041""#),
        ];
        for (written, kept) in table {
            assert_eq!(take(written).unwrap().as_str(), kept, "{written}");
        }
    }

    #[test]
    fn what_is_no_json_or_too_much_of_it_is_refused() {
        let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
        let large = format!("\"{}\"", "x".repeat(mission_control::kernel::MAX_JSON_BYTES));
        for (written, says) in [
            ("", "valid JSON"),
            ("{", "valid JSON"),
            ("1 2", "valid JSON"),
            ("\"a\0b\"", "valid JSON"),
            (&*deep, "nested"),
            (&*large, "too large"),
        ] {
            let problem = take(written).unwrap_err();
            assert!(problem.contains(says), "{problem}");
        }
    }
}
