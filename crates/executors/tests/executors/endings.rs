//! How a program ends decides how the attempt ends.

use std::time::Duration;

use mission_control::Work;
use mission_control::missions::FailureClass;

use crate::bench::{Bench, run, work, work_on};

#[tokio::test]
async fn an_exit_status_other_than_zero_fails_with_the_last_error_line() {
    let attempt = Bench::new().run_script("echo first >&2; echo last >&2; echo; exit 3").await;
    assert_eq!(attempt.failure(), (FailureClass::Unknown, "exit status 3: last"));
    let attempt = Bench::new().run_script("exit 255").await;
    assert_eq!(attempt.failure(), (FailureClass::Unknown, "exit status 255"));
}

#[tokio::test]
async fn the_error_text_of_a_program_is_stored_clean() {
    let attempt = Bench::new().run_script(r"printf 'a\000\377\n' >&2; exit 1").await;
    assert_eq!(attempt.failure().1, "exit status 1: a\u{fffd}\u{fffd}");
}

#[tokio::test]
async fn a_program_killed_by_a_signal_has_crashed() {
    for bench in Bench::each() {
        for signal in ["SEGV", "KILL", "ABRT"] {
            let script = format!("ulimit -c 0; echo oops >&2; kill -{signal} $$");
            let attempt = bench.run_script(&script).await;
            let message = format!("killed by SIG{signal}: oops");
            assert_eq!(attempt.failure(), (FailureClass::Crashed, &*message));
        }
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_fails_for_good_and_says_what_to_do() {
    for bench in Bench::each() {
        let unreadable = bench.folder().join("not-executable");
        std::fs::write(&unreadable, "").unwrap();
        let unreadable = unreadable.display();
        for (table, says) in [
            ("command = ['no-such-program-anywhere']".to_owned(), "install it"),
            (
                "command = ['true']\nworkdir = '/no/such/folder'".to_owned(),
                "workdir /no/such/folder",
            ),
            (format!("command = ['{unreadable}']"), "may not run"),
        ] {
            let attempt = run(&*bench.probe(&table), work("probe")).await;
            let failure = attempt.outcome.as_ref().unwrap_err();
            assert_eq!(failure.retryable, Some(false), "{table}");
            assert_eq!(attempt.failure().0, FailureClass::Unknown);
            assert!(attempt.failure().1.contains(says), "{:?}", attempt.failure());
        }
    }
}

#[tokio::test]
async fn parameters_too_long_for_a_command_line_are_invalid_input() {
    for bench in Bench::each() {
        let probe = bench.probe(
            "command = ['true', '{x}']\nparameters.x = { type = 'string', max_length = 250000 }",
        );
        let input = format!("{{\"x\": \"{}\"}}", "x".repeat(200_000));
        let attempt = run(&*probe, work_on("probe", &input)).await;
        assert_eq!(attempt.failure().0, FailureClass::InvalidInput);
    }
}

#[tokio::test]
async fn a_program_that_takes_longer_than_it_may_is_ended() {
    let bench = Bench::new();
    let capped = bench.probe("command = ['sleep', '300']\ntimeout_seconds = 1");
    let attempt = run(&*capped, work("probe")).await;
    assert_eq!(attempt.failure(), (FailureClass::TimedOut, "ran longer than the 1 s it may take"));
    let uncapped = bench.probe("command = ['sleep', '300']");
    let hurried = Work { timeout: Some(Duration::from_millis(100)), ..work("probe") };
    let attempt = run(&*uncapped, hurried).await;
    assert_eq!(attempt.failure().0, FailureClass::TimedOut);
}
