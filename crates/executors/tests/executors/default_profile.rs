//! The shipped profile.

use mission_control::kernel::JsonText;
use mission_control::missions::{Description, FailureClass, Title};
use mission_control::{LogLevel, Report, Reporter, Work};
use mission_control_executors::Profiles;
use tokio_util::sync::CancellationToken;

use crate::bench::{run, work, work_on};

#[tokio::test]
async fn it_logs_the_mission_and_returns_counts_and_a_checksum() {
    let shipped = Profiles::shipped();
    let work = Work {
        title: Title::parse("Two words").unwrap(),
        description: Description::parse("one, two,\n\tthree").unwrap(),
        metadata: JsonText::from_checked(r#"{"note": "a b", "n": 5}"#).unwrap(),
        document: r#"{"title":"Zwölf"}"#.into(),
        ..work_on("default", r#"["a b c", {"key words": ["d"]}, null]"#)
    };
    let attempt = run(&*shipped[0], work).await;
    // printf '{"title":"Zwölf"}' | sha256sum
    let result: serde_json::Value = serde_json::from_str(attempt.result()).unwrap();
    let expected = serde_json::json!({
        "words": { "title": 2, "description": 3, "input": 4, "metadata": 2 },
        "characters": 17,
        "sha256": "7cf60a9552fe089961047b1419ee7beed51aa225becf57d1af2556c25c08d125",
    });
    assert_eq!(result, expected);
    let lines = attempt.lines(LogLevel::Info);
    assert_eq!(lines, ["Two words", "{", "  \"title\": \"Zwölf\"", "}"]);
    let progress: Vec<f64> = attempt
        .reports
        .iter()
        .filter_map(|report| match report {
            Report::Progress { progress, .. } => Some(progress.percent()),
            Report::Log { .. } | Report::Usage(_) => None,
        })
        .collect();
    assert_eq!(progress, [0.0, 50.0, 100.0]);
}

#[tokio::test]
async fn a_large_document_is_logged_in_part() {
    let members: Vec<u32> = (0..1_000).collect();
    let document = serde_json::json!({ "long": "x".repeat(100_000), "many": members }).to_string();
    let attempt =
        run(&*Profiles::shipped()[0], Work { document: document.into(), ..work("default") }).await;
    let lines = attempt.lines(LogLevel::Info);
    assert_eq!(lines.len(), 1 + 200 + 1);
    assert!(lines.iter().all(|line| line.len() <= 8 * 1024));
    assert_eq!(lines[201], "805 more lines are not shown");
}

#[tokio::test]
async fn what_is_no_json_is_invalid_input() {
    let attempt =
        run(&*Profiles::shipped()[0], Work { document: "{".into(), ..work("default") }).await;
    let (class, message) = attempt.failure();
    assert_eq!(class, FailureClass::InvalidInput);
    assert!(message.contains("document is not valid JSON"), "{message}");
}

#[tokio::test]
async fn a_stop_is_obeyed() {
    let (reporter, _inbox) = Reporter::channel();
    let stop = CancellationToken::new();
    stop.cancel();
    let outcome = Profiles::shipped()[0].run(work("default"), reporter, stop).await;
    assert_eq!(outcome.unwrap_err().failure.class, FailureClass::Cancelled);
}
