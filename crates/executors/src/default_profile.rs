//! The shipped profile: shows a mission from end to end with nothing installed.

use std::fmt::Write as _;

use async_trait::async_trait;
use mission_control::kernel::JsonText;
use mission_control::missions::{FailureClass, FailureReport, Kind, Progress};
use mission_control::{Done, Executor, LogLevel, Reporter, Work};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::failure::failed;

/// The most lines of a document that are logged: some screens of it.
const DOCUMENT_LINES: usize = 200;

/// The longest line that is logged, in bytes: what a log line may hold.
const LINE_BYTES: usize = 8 * 1024;

/// Reads the mission as JSON, logs it, returns word counts and a checksum.
///
/// The result is `{"words": {"title", "description", "input", "metadata"}, "characters", "sha256"}`.
/// Words are runs of anything but white space, for JSON those of its string values; characters and
/// the checksum are those of the mission's document.
#[derive(Debug)]
pub(crate) struct DefaultProfile {
    kind: Kind,
}

impl DefaultProfile {
    pub(crate) fn new() -> Self {
        Self { kind: Kind::default_kind() }
    }
}

#[async_trait]
impl Executor for DefaultProfile {
    fn kind(&self) -> &Kind {
        &self.kind
    }

    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        match stop.run_until_cancelled(perform(&work, &reporter)).await {
            Some(outcome) => outcome,
            None => Err(failed(FailureClass::Cancelled, "stopped before it was done")),
        }
    }
}

async fn perform(work: &Work, reporter: &Reporter) -> Result<Done, FailureReport> {
    report(reporter, 0.0).await;
    let document = read("the mission's document", &work.document)?;
    reporter.log(LogLevel::Info, work.title.as_str()).await;
    log_document(&document, reporter).await;
    report(reporter, 50.0).await;
    let result = result(work)?;
    report(reporter, 100.0).await;
    Ok(Done { result: Some(result), ..Done::default() })
}

async fn report(reporter: &Reporter, percent: f64) {
    let progress = Progress::parse(percent).expect("the percentages above lie in 0 to 100");
    reporter.progress(progress, None).await;
}

async fn log_document(document: &Value, reporter: &Reporter) {
    let pretty = format!("{document:#}");
    let mut lines = pretty.lines();
    for line in lines.by_ref().take(DOCUMENT_LINES) {
        reporter.log(LogLevel::Info, &line[..line.floor_char_boundary(LINE_BYTES)]).await;
    }
    let left = lines.count();
    if left > 0 {
        reporter.log(LogLevel::Info, format!("{left} more lines are not shown")).await;
    }
}

fn result(work: &Work) -> Result<JsonText, FailureReport> {
    let input = match &work.input {
        Some(input) => words_of_json(&read("the input", input.as_str())?),
        None => 0,
    };
    let result = serde_json::json!({
        "words": {
            "title": words(work.title.as_str()),
            "description": words(work.description.as_str()),
            "input": input,
            "metadata": words_of_json(&read("the metadata", work.metadata.as_str())?),
        },
        "characters": work.document.chars().count(),
        "sha256": sha256(work.document.as_bytes()),
    });
    Ok(JsonText::from_checked(&result.to_string()).expect("six numbers and a digest are small"))
}

fn read(what: &str, text: &str) -> Result<Value, FailureReport> {
    serde_json::from_str(text).map_err(|error| {
        failed(FailureClass::InvalidInput, &format!("{what} is not valid JSON: {error}"))
    })
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Recursion is bounded: the parser refuses more than 128 levels.
fn words_of_json(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => words(text),
        Value::Array(items) => items.iter().map(words_of_json).sum(),
        Value::Object(members) => members.values().map(words_of_json).sum(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}
