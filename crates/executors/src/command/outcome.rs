//! What an attempt comes to, from how its program ended and what it said.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use mission_control::Done;
use mission_control::kernel::{JsonText, MAX_JSON_BYTES};
use mission_control::missions::{ErrorText, Failure, FailureClass, FailureReport};
use nix::sys::signal::Signal;

use super::clean::{clean, cut};
use super::json;
use super::listener::{Heard, LINE_BYTES, Whole, highest};
use super::process::{Ending, StartError};
use crate::failure::{failed, failed_for_good};
use crate::profile::{Profile, ResultRule};

/// How much text becomes a result, in bytes: as a JSON string each byte may take two.
const TEXT_BYTES: usize = (MAX_JSON_BYTES - 2) / 2;

/// The result of a program that succeeded, or why the attempt failed.
pub(super) fn judge(
    rule: ResultRule,
    ending: Ending,
    stdout: Heard,
    stderr: Heard,
) -> Result<Done, FailureReport> {
    let status = match ending {
        Ending::Exited(status) => status,
        Ending::Stopped => {
            return Err(failed(FailureClass::Cancelled, "stopped before it was done"));
        }
        Ending::TimedOut(limit) => {
            let message = format!("ran longer than the {} s it may take", limit.as_secs_f64());
            return Err(failed(FailureClass::TimedOut, &message));
        }
        Ending::Unobserved(error) => {
            let message = format!("cannot tell how the program ended: {error}");
            return Err(failed(FailureClass::Unknown, &message));
        }
    };
    if !status.success() {
        return Err(unsuccessful(status, stdout, stderr));
    }
    let usage = highest(stdout.usage, stderr.usage);
    let said = stdout.result.or(stderr.result);
    let result = match said {
        Some(result) => Some(result),
        None => result(rule, &stdout.last_line, &stdout.whole)?,
    };
    Ok(Done { result, usage })
}

/// Why the program could not be started, with what the operator can do about it.
pub(super) fn not_started(profile: &Profile, error: &StartError) -> FailureReport {
    match error {
        StartError::Program(error) => no_program(profile, error),
        StartError::Keeper { keeper, source } => {
            let message = format!("cannot start the keeper {}: {source}", keeper.display());
            match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                    failed_for_good(FailureClass::Unknown, &message)
                }
                _ => failed(FailureClass::Transient, &message),
            }
        }
    }
}

fn no_program(profile: &Profile, error: &io::Error) -> FailureReport {
    let (program, kind) = (profile.program(), &profile.kind);
    let workdir = profile.workdir.as_deref().filter(|folder| !folder.is_dir());
    match (error.kind(), workdir) {
        (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, Some(workdir)) => failed_for_good(
            FailureClass::Unknown,
            &format!(
                "the workdir {} of profile `{kind}` is not a folder on this worker: make it, or \
                 correct the profile",
                workdir.display()
            ),
        ),
        (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, None) => failed_for_good(
            FailureClass::Unknown,
            &format!(
                "the program `{program}` of profile `{kind}` was not found on this worker: \
                 install it, or correct `command` in the profile"
            ),
        ),
        (io::ErrorKind::PermissionDenied, _) => failed_for_good(
            FailureClass::Unknown,
            &format!(
                "the worker may not run `{program}` of profile `{kind}`: give it the permission, \
                 or correct `command` in the profile"
            ),
        ),
        (io::ErrorKind::ArgumentListTooLong, _) => failed(
            FailureClass::InvalidInput,
            "the parameters are too long for a command line: shorten them",
        ),
        // Processes, memory or files have run out.
        _ => failed(
            FailureClass::Transient,
            &format!("cannot start `{program}` of profile `{kind}`: {error}"),
        ),
    }
}

/// What the program said of its failure counts; else its last line of error output explains it.
fn unsuccessful(status: ExitStatus, stdout: Heard, stderr: Heard) -> FailureReport {
    let (class, how) = match status.signal() {
        Some(number) => (FailureClass::Crashed, format!("killed by {}", signal_name(number))),
        None => (FailureClass::Unknown, format!("exit status {}", status.code().unwrap_or(-1))),
    };
    let last_line = clean(stderr.last_line.trim_ascii());
    let explained = |text: &str| match text {
        "" => ErrorText::cleaned(&how),
        text => ErrorText::cleaned(&format!("{how}: {text}")),
    };
    let failure = match stdout.failure.or(stderr.failure) {
        Some(said) if !said.message.as_str().is_empty() => said,
        Some(said) => Failure { class: said.class, message: explained(&last_line) },
        None => Failure { class, message: explained(&last_line) },
    };
    FailureReport { failure, retryable: None, retry_after: None }
}

fn signal_name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}

fn result(
    rule: ResultRule,
    last_line: &[u8],
    whole: &Whole,
) -> Result<Option<JsonText>, FailureReport> {
    match rule {
        ResultRule::Summary => summary(last_line).map(Some),
        ResultRule::StdoutJson if whole.is_cut => Err(failed(
            FailureClass::Unknown,
            "the profile promises JSON on standard output, which is larger than 256 KiB",
        )),
        ResultRule::StdoutJson => promised("standard output", &whole.bytes).map(Some),
        ResultRule::LastLineJson => promised("the last line", last_line).map(Some),
        ResultRule::Text => text(&whole.bytes).map(Some),
        ResultRule::None => Ok(None),
    }
}

fn promised(place: &str, bytes: &[u8]) -> Result<JsonText, FailureReport> {
    json::take(&String::from_utf8_lossy(bytes)).map_err(|problem| {
        let message = format!("the profile promises JSON, but {place} {problem}");
        failed(FailureClass::Unknown, &message)
    })
}

fn summary(last_line: &[u8]) -> Result<JsonText, FailureReport> {
    let last_line = clean(last_line);
    let last_line = (!last_line.is_empty()).then(|| cut(&last_line, LINE_BYTES));
    own(&serde_json::json!({ "exit_code": 0, "last_line": last_line }))
}

fn text(bytes: &[u8]) -> Result<JsonText, FailureReport> {
    let lines: Vec<String> = bytes.split(|byte| *byte == b'\n').map(ended_up).map(clean).collect();
    let text = lines.join("\n");
    own(&cut(text.trim_end(), TEXT_BYTES).into())
}

/// A line without what was written over.
fn ended_up(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
    let begin = line[..end].iter().rposition(|byte| *byte == b'\r').map_or(0, |at| at + 1);
    &line[begin..end]
}

/// What we made ourselves fits; were it not so, the attempt would say so.
fn own(value: &serde_json::Value) -> Result<JsonText, FailureReport> {
    JsonText::from_checked(&value.to_string())
        .map_err(|invalid| failed(FailureClass::Unknown, &format!("the result {invalid}")))
}
