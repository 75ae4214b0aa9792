//! Rows and cells as RFC 4180 wants them, and as spreadsheets cannot take for formulas.

use std::collections::HashMap;

use mission_control_wire::EncodeError;
use serde_json::value::RawValue;

/// The members of a mission, in their order on the wire; a test compares them.
#[rustfmt::skip]
const COLUMNS: [&str; 49] = [
    "id", "title", "description", "status", "priority", "created_at", "started_at",
    "completed_at", "duration", "progress", "error_message", "result", "metadata", "agent_type",
    "model_used", "tokens_used", "cost_estimate", "project_id", "kind", "input", "parent_id",
    "root_id", "depends_on", "complexity", "labels", "required_capabilities", "fairness_key",
    "concurrency_key", "agent_id", "attempt", "max_attempts", "backoff", "lease_id",
    "lease_expires_at", "scheduled_at", "expires_at", "timeout_seconds", "progress_message",
    "tokens_in", "tokens_out", "failure_class", "run_id", "step_key", "template", "created_by",
    "dead_letter", "held", "updated_at", "revision",
];

/// What makes a spreadsheet compute a cell (OWASP, CSV injection), the wide forms included, which
/// some take for the narrow ones.
const FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// What makes it show the cell as it is.
const HARMLESS: char = '\'';

/// The row of names.
pub(super) fn header() -> Vec<u8> {
    let mut row = COLUMNS.join(",").into_bytes();
    row.extend_from_slice(b"\r\n");
    row
}

/// Appends the row of a mission that is written as JSON: numbers and words as they stand there,
/// texts decoded, lists and objects as JSON, and nothing for null.
///
/// # Errors
/// It is no JSON.
pub(super) fn row(mission: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let members: HashMap<&str, &RawValue> = serde_json::from_slice(mission)?;
    for (index, column) in COLUMNS.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let value = members.get(column).map_or("null", |value| value.get());
        match value.as_bytes().first() {
            Some(b'"') => text(&serde_json::from_str::<String>(value)?, out),
            Some(b'{' | b'[') => quoted(value, out),
            _ if value == "null" => {}
            _ => out.extend_from_slice(value.as_bytes()),
        }
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// A text that somebody made up.
fn text(text: &str, out: &mut Vec<u8>) {
    if text.starts_with(FORMULAS) {
        quoted(&format!("{HARMLESS}{text}"), out);
    } else if text.contains([',', '"', '\r', '\n']) || text.trim() != text {
        quoted(text, out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use mission_control_wire::sample;

    use super::*;

    fn cell(value: &str) -> String {
        let mut out = Vec::new();
        row(format!("{{\"id\":{value}}}").as_bytes(), &mut out).unwrap();
        let row = String::from_utf8(out).unwrap();
        row.strip_suffix(&format!("{}\r\n", ",".repeat(COLUMNS.len() - 1))).unwrap().to_owned()
    }

    #[test]
    fn cells_are_written_so_that_they_are_read_as_they_were() {
        for (value, written) in [
            (r#""plain""#, "plain"),
            (r#""""#, ""),
            ("null", ""),
            (r#""a,b""#, "\"a,b\""),
            (r#""say \"hi\"""#, "\"say \"\"hi\"\"\""),
            (r#""two\nlines""#, "\"two\nlines\""),
            (r#"" edge""#, "\" edge\""),
            ("true", "true"),
            (r#"["a","b"]"#, "\"[\"\"a\"\",\"\"b\"\"]\""),
            (r#"{"=":1}"#, "\"{\"\"=\"\":1}\""),
        ] {
            assert_eq!(cell(value), written, "{value}");
        }
    }

    #[test]
    fn no_text_is_a_formula_and_numbers_stay_numbers() {
        for (value, written) in [
            (r#""=1+1""#, "\"'=1+1\""),
            (r#""+49 30""#, "\"'+49 30\""),
            (r#""-2""#, "\"'-2\""),
            (r#""@SUM(A1)""#, "\"'@SUM(A1)\""),
            (r#""\t=1""#, "\"'\t=1\""),
            (r#""\r=1""#, "\"'\r=1\""),
            (r#""\n=1""#, "\"'\n=1\""),
            (r#""＝1""#, "\"'＝1\""),
            (r#""=A1,\"x\"""#, "\"'=A1,\"\"x\"\"\""),
            (r#""a=b""#, "a=b"),
            ("-2.5", "-2.5"),
            ("0.000000001", "0.000000001"),
            ("1e-7", "1e-7"),
        ] {
            assert_eq!(cell(value), written, "{value}");
        }
    }

    #[test]
    fn every_member_of_a_mission_has_its_column() {
        let mission = sample::reply("mission").unwrap();
        let members: HashMap<String, &RawValue> = serde_json::from_str(mission).unwrap();
        let mut names: Vec<_> = members.keys().map(String::as_str).collect();
        // In the order in which they are written.
        names.sort_by_key(|name| mission.find(&format!("\n  \"{name}\":")));
        assert_eq!(names, COLUMNS);
    }
}
