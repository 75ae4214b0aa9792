//! What a program says to us.

use mission_control::LogLevel::{Info, Warn};
use mission_control::Report;
use mission_control::kernel::Money;
use mission_control::missions::{FailureClass, UsageReport};

use crate::bench::Bench;

#[tokio::test]
async fn progress_is_reported_as_it_comes() {
    let attempt =
        Bench::new().run_script("echo ::progress 10 begun; echo work; echo ::progress 90").await;
    let seen: Vec<String> = attempt
        .reports
        .iter()
        .map(|report| match report {
            Report::Progress { progress, message } => {
                format!(
                    "{}% {}",
                    progress.percent(),
                    message.as_ref().map_or("", |text| text.as_str())
                )
            }
            Report::Log { text, .. } => text.clone(),
            Report::Usage(usage) => format!("{usage:?}"),
        })
        .collect();
    assert_eq!(seen, ["10% begun", "work", "90% "]);
}

#[tokio::test]
async fn usage_is_reported_and_its_highest_totals_end_the_attempt() {
    let script = r#"
        echo '::usage {"tokens_in": 10, "cost": 0.000000001}'
        echo '::usage {"tokens_in": 5, "tokens_out": 3, "cost": 0.3}' >&2"#;
    let attempt = Bench::new().run_script(script).await;
    let reports =
        attempt.reports.iter().filter(|report| matches!(report, Report::Usage(_))).count();
    assert_eq!(reports, 2);
    let expected = UsageReport {
        tokens_used: None,
        tokens_in: Some(10),
        tokens_out: Some(3),
        cost: Money::from_nanos(300_000_000),
    };
    assert_eq!(attempt.outcome.unwrap().usage, expected);
}

#[tokio::test]
async fn the_last_result_wins_over_what_the_profile_would_take() {
    let script =
        r#"echo '::result {"a": 1}'; echo '::result {"n": "\u0000", "x": 1.10}'; echo end"#;
    let attempt = Bench::new().run_script(script).await;
    assert_eq!(attempt.result(), r#"{"n": "\ufffd", "x": 1.10}"#);
    assert_eq!(attempt.log(), [(Info, "end")]);
}

#[tokio::test]
async fn a_large_result_is_taken_whole() {
    let script = r#"printf '::result "'; head -c 200000 /dev/zero | tr '\0' x; echo '"'"#;
    let attempt = Bench::new().run_script(script).await;
    assert_eq!(attempt.result().len(), 200_002);
}

#[tokio::test]
async fn a_malformed_directive_is_a_warning_and_nothing_else() {
    let script = r#"
        echo '::progress 400 too far'
        echo '::usage nothing'
        echo '::result {'
        echo '::fail somehow'
        printf '::result "'; head -c 400000 /dev/zero | tr '\0' x; echo '"'
        echo '::group:: of another tool'"#;
    let attempt = Bench::new().run_script(script).await;
    let warnings = attempt.lines(Warn);
    let says = ["0 to 100", "expected", "valid JSON", "must be transient", "line is too long"];
    assert_eq!(warnings.len(), says.len(), "{warnings:?}");
    for (warning, says) in warnings.iter().zip(says) {
        assert!(warning.starts_with("ignored `::") && warning.contains(says), "{warning}");
    }
    assert_eq!(attempt.lines(Info), ["::group:: of another tool"]);
    assert!(attempt.outcome.is_ok());
}

#[tokio::test]
async fn a_program_classifies_its_own_failure() {
    let attempt = Bench::new().run_script("echo ::fail quota come back later; exit 3").await;
    assert_eq!(attempt.failure(), (FailureClass::Quota, "come back later"));
    let attempt = Bench::new().run_script("echo ::fail transient >&2; echo why >&2; exit 3").await;
    assert_eq!(attempt.failure(), (FailureClass::Transient, "exit status 3: why"));
    let attempt = Bench::new().run_script("echo ::fail transient; exit 0").await;
    assert!(attempt.outcome.is_ok(), "a program that succeeds did not fail");
}
