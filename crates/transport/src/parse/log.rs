//! Lines of output.

use mission_control::kernel::Invalid;
use mission_control::missions::{LogLevel, LogLine};
use mission_control_wire::request::AppendLogs;

use super::Fields;
use crate::http::Problem;

/// What one line may hold, in bytes; the rest of it is cut off.
const LINE_BYTES: usize = 8 * 1024;

/// How loud a line can be, quietest first.
pub(crate) const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

/// The lines of a request, oldest first, made to fit: what a program writes is never refused.
pub(crate) fn log_lines(body: AppendLogs) -> Result<Vec<LogLine>, Problem> {
    let lease = body.lease_id.map(|lease| lease.0);
    let mut wrong = Fields::default();
    let mut lines = Vec::new();
    for (index, line) in body.lines.into_vec().into_iter().enumerate() {
        let field = format!("lines[{index}].level");
        let Some(level) = wrong.take(&field, level(&line.level)) else { continue };
        let text = cleaned(&line.text).into();
        lines.push(LogLine { n: 0, at: line.at.0, level, text, lease });
    }
    if wrong.any() { Err(wrong.refuse()) } else { Ok(lines) }
}

/// How loud a line is.
pub(crate) fn level(word: &str) -> Result<LogLevel, Invalid> {
    match word {
        "debug" => Ok(LogLevel::Debug),
        "info" => Ok(LogLevel::Info),
        "warn" => Ok(LogLevel::Warn),
        "error" => Ok(LogLevel::Error),
        _ => Err(Invalid::new("invalid_log_level", "must be debug, info, warn or error")),
    }
}

/// One line without control characters other than tabs, at most [`LINE_BYTES`] long.
fn cleaned(text: &str) -> String {
    let text = text.trim_end_matches(['\r', '\n']);
    let mut clean = String::with_capacity(text.len().min(LINE_BYTES));
    for char in text.chars() {
        let refused = char.is_control() && char != '\t';
        let char = if refused { char::REPLACEMENT_CHARACTER } else { char };
        if clean.len() + char.len_utf8() > LINE_BYTES {
            break;
        }
        clean.push(char);
    }
    clean
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    #[test]
    fn a_line_is_cut_at_a_character_and_cleaned_of_controls() {
        assert_eq!(cleaned("a\tb\0c\u{1b}[1m\r\n"), "a\tb\u{fffd}c\u{fffd}[1m");
        let long = cleaned(&"é".repeat(LINE_BYTES));
        assert_eq!(long.len(), LINE_BYTES);
        assert_eq!(cleaned(&format!("x{long}")).len(), LINE_BYTES - 1, "no half character");
    }

    #[test]
    fn an_unknown_level_is_named_by_its_place() {
        let body = r#"{"lines":[{"at":"2026-01-31T08:30:00Z","level":"info","text":""},
            {"at":"2026-01-31T08:30:00Z","level":"loud","text":""}]}"#;
        let problem = log_lines(decode(body.as_bytes()).unwrap()).unwrap_err();
        let got = (problem.errors()[0].field.as_str(), problem.code());
        assert_eq!(got, ("lines[1].level", "invalid_log_level"));
    }
}
