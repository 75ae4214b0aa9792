//! What a program says to us in its output: lines that begin with `::`.
//!
//! - `::progress 42 text`
//! - `::usage {"tokens_in": 1, "tokens_out": 2, "tokens_used": 3, "cost": 0.1}`
//! - `::result {json}`
//! - `::fail class text`
//!
//! All of it concerns the program's own attempt, so output that it merely passes on can do no more
//! than the program itself.

use mission_control::kernel::{JsonText, Money};
use mission_control::missions::{
    ErrorText, Failure, FailureClass, Progress, ProgressMessage, Usage, UsageReport,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json;

/// A line that was understood.
#[derive(PartialEq, Debug)]
pub(super) enum Directive {
    /// How far it is.
    Progress(Progress, Option<ProgressMessage>),
    /// Running totals of the attempt.
    Usage(UsageReport),
    /// What came out.
    Result(JsonText),
    /// Why it is about to end badly.
    Fail(Failure),
}

/// Reads one line; `None` when it is plain output.
///
/// # Errors
/// What is wrong with a line that begins like a directive.
pub(super) fn parse(line: &str) -> Option<Result<Directive, String>> {
    let said = line.strip_prefix("::")?;
    let (word, rest) = said.split_once([' ', '\t']).unwrap_or((said, ""));
    let rest = rest.trim();
    match word {
        "progress" => Some(progress(rest)),
        "usage" => Some(usage(rest)),
        "result" => Some(json::take(rest).map(Directive::Result)),
        "fail" => Some(fail(rest)),
        _ => None,
    }
}

fn progress(text: &str) -> Result<Directive, String> {
    let (percent, message) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let percent = percent.parse().unwrap_or(f64::NAN);
    let progress = Progress::parse(percent).map_err(|invalid| invalid.to_string())?;
    let message = message.trim();
    let message = (!message.is_empty()).then(|| ProgressMessage::cleaned(message));
    Ok(Directive::Progress(progress, message))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals<'a> {
    tokens_in: Option<u64>,
    tokens_out: Option<u64>,
    tokens_used: Option<u64>,
    /// As it was written: a float would lose nano-dollars.
    #[serde(borrow)]
    cost: Option<&'a RawValue>,
}

fn usage(text: &str) -> Result<Directive, String> {
    let totals: Totals<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let tokens = [totals.tokens_in, totals.tokens_out, totals.tokens_used];
    if tokens.into_iter().flatten().any(|count| count > Usage::MAX_TOKENS) {
        return Err(format!("more than {} tokens cannot be meant", Usage::MAX_TOKENS));
    }
    let cost = totals.cost.map(|cost| cost.get().parse::<Money>()).transpose();
    Ok(Directive::Usage(UsageReport {
        tokens_used: totals.tokens_used,
        tokens_in: totals.tokens_in,
        tokens_out: totals.tokens_out,
        cost: cost.map_err(|invalid| format!("cost {invalid}"))?,
    }))
}

fn fail(text: &str) -> Result<Directive, String> {
    let (class, message) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let class: FailureClass = class
        .parse()
        .map_err(|invalid: mission_control::kernel::Invalid| format!("its class {invalid}"))?;
    match class {
        FailureClass::Lost | FailureClass::Cancelled => {
            Err(format!("that an attempt is {class} is not for its program to say"))
        }
        FailureClass::Transient
        | FailureClass::Quota
        | FailureClass::InvalidInput
        | FailureClass::Crashed
        | FailureClass::TimedOut
        | FailureClass::Unknown => {
            Ok(Directive::Fail(Failure { class, message: ErrorText::cleaned(message) }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn understood(line: &str) -> Directive {
        parse(line).expect("begins like a directive").expect(line)
    }

    #[test]
    fn plain_output_is_no_directive() {
        for line in ["", "text", ":: progress 1", " ::progress 1", "::group::x", "::progressive 1"]
        {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn progress_has_a_percentage_and_maybe_words() {
        let half = Progress::parse(42.5).unwrap();
        assert_eq!(understood("::progress 42.5"), Directive::Progress(half, None));
        let words = ProgressMessage::parse("reading it").unwrap();
        let said = understood("::progress 42.5   reading it ");
        assert_eq!(said, Directive::Progress(half, Some(words)));
    }

    #[test]
    fn cost_is_exact_to_the_nano_dollar() {
        let said = understood(r#"::usage {"tokens_in": 7, "cost": 123456789.123456789}"#);
        let cost = Money::from_nanos(123_456_789_123_456_789);
        let report = UsageReport { tokens_in: Some(7), cost, ..UsageReport::default() };
        assert_eq!(said, Directive::Usage(report));
    }

    #[test]
    fn a_failure_names_its_class() {
        let message = ErrorText::cleaned("slow down");
        let failure = Failure { class: FailureClass::Quota, message };
        assert_eq!(understood("::fail quota slow down"), Directive::Fail(failure));
    }

    #[test]
    fn what_is_malformed_is_told() {
        for (line, says) in [
            ("::progress", "0 to 100"),
            ("::progress 101 x", "0 to 100"),
            ("::progress nan", "0 to 100"),
            ("::usage {\"tokens\": 1}", "unknown field"),
            ("::usage {\"cost\": \"1\"}", "dollars"),
            ("::usage {\"cost\": -1}", "dollars"),
            ("::usage {\"tokens_in\": 1000000000001}", "tokens"),
            ("::usage {\"tokens_in\": -1}", "invalid value"),
            ("::usage", "EOF"),
            ("::result {", "valid JSON"),
            ("::fail", "must be transient"),
            ("::fail lost gone", "not for its program"),
        ] {
            let problem = parse(line).expect("begins like a directive").expect_err(line);
            assert!(problem.contains(says), "{line}: {problem}");
        }
    }
}
