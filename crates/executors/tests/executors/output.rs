//! What a program says becomes log lines.

use mission_control::LogLevel::{Info, Warn};

use crate::bench::{Bench, run, work};

#[tokio::test]
async fn lines_keep_their_order_and_their_stream() {
    let attempt = Bench::new().run_script("echo one; echo two; echo; printf three").await;
    assert_eq!(attempt.log(), [(Info, "one"), (Info, "two"), (Info, ""), (Info, "three")]);
    let attempt = Bench::new().run_script("echo bad >&2; echo worse >&2").await;
    assert_eq!(attempt.log(), [(Warn, "bad"), (Warn, "worse")]);
}

#[tokio::test]
async fn output_that_is_no_clean_text_is_cleaned() {
    let attempt =
        Bench::new().run_script(r"printf 'a\000b \377 \033[31mred\033[0m \355\240\200\r\n'").await;
    let clean = "a\u{fffd}b \u{fffd} red \u{fffd}\u{fffd}\u{fffd}";
    assert_eq!(attempt.log(), [(Info, clean)]);
}

#[tokio::test]
async fn a_progress_bar_is_logged_as_it_ended_up() {
    let bar = r"printf 'begin\r\n 10%%\r 50%%\r::progress 50\r\n 90%%\r100%%\r\033[K\rdone\n'";
    let bench = Bench::new();
    let attempt = run(&*bench.script(bar, "result = 'text'"), work("probe")).await;
    assert_eq!(attempt.log(), [(Info, "begin"), (Info, "done")]);
    assert_eq!(attempt.result(), r#""begin\n 50%\ndone""#);
    let promised = r#"printf '{\r"a":\r\n1}'"#;
    let attempt = run(&*bench.script(promised, "result = 'stdout-json'"), work("probe")).await;
    assert_eq!(attempt.result(), "{\r\"a\":\r\n1}", "what is JSON stays as it is");
}

#[tokio::test]
async fn a_line_of_ten_mebibytes_is_cut_at_eight_kibibytes() {
    let attempt =
        Bench::new().run_script("head -c 10485760 /dev/zero | tr '\\0' x; echo; echo next").await;
    let log = attempt.log();
    assert_eq!(log.len(), 2);
    assert!(log[0].1.len() <= 8 * 1024 && log[0].1.ends_with("x…"), "{}", log[0].1.len());
    assert_eq!(log[1], (Info, "next"));
}

#[tokio::test]
async fn a_stream_is_kept_up_to_one_mebibyte_and_drained_to_its_end() {
    let script = "yes 0123456789012345678901234567890123456789 | head -n 50000; echo '::result 1'";
    let attempt = Bench::new().run_script(script).await;
    let kept = attempt.lines(Info);
    let bytes: usize = kept.iter().map(|line| line.len() + 1).sum();
    assert!((1024 * 1024 - 100..=1024 * 1024).contains(&bytes), "{bytes}");
    let left = 50_000 - kept.len();
    let [told] = attempt.lines(Warn)[..] else { panic!("one line tells of the rest") };
    let says = format!("{left} more lines ({} bytes) of standard output", left * 40);
    assert!(told.starts_with(&says), "{told}");
    assert_eq!(attempt.result(), "1", "what follows the cap is still obeyed");
}

#[tokio::test]
async fn each_stream_has_a_cap_of_its_own() {
    let script = "yes 0123456789012345678901234567890123456789 | head -n 50000 >&2; echo fine";
    let attempt = Bench::new().run_script(script).await;
    assert_eq!(attempt.lines(Info), ["fine"]);
}

#[tokio::test]
async fn what_becomes_the_result_is_the_profiles_to_say() {
    let table = [
        ("summary", "echo one; echo 'two'; echo", r#"{"exit_code":0,"last_line":"two"}"#),
        ("summary", "true", r#"{"exit_code":0,"last_line":null}"#),
        ("stdout-json", r#"echo "{"; echo '"cost": 1.10}'; echo note >&2"#, "{\n\"cost\": 1.10}"),
        ("last-line-json", "echo working; echo '[1]'; echo", "[1]"),
        ("text", r#"echo one; printf 'say "two"\000\n\n'"#, "\"one\\nsay \\\"two\\\"\u{fffd}\""),
    ];
    for (rule, script, result) in table {
        let bench = Bench::new();
        let probe = bench.script(script, &format!("result = '{rule}'"));
        let attempt = run(&*probe, work("probe")).await;
        assert_eq!(attempt.result(), result, "{rule}: {script}");
    }
}

#[tokio::test]
async fn no_result_is_a_result_that_a_profile_may_choose() {
    let probe = Bench::new().probe("command = ['echo', 'x']\nresult = 'none'");
    let attempt = run(&*probe, work("probe")).await;
    assert_eq!(attempt.outcome.unwrap().result, None);
}

#[tokio::test]
async fn a_long_text_is_cut_to_what_a_result_may_hold() {
    let bench = Bench::new();
    let probe = bench.script(r#"yes '"\\"\\"\\"\\' | head -c 900000"#, "result = 'text'");
    let attempt = run(&*probe, work("probe")).await;
    assert!(attempt.result().ends_with("…\""));
}

#[tokio::test]
async fn json_that_was_promised_and_did_not_come_fails_the_attempt() {
    for (rule, script, says) in [
        ("stdout-json", "echo oops", "standard output is not valid JSON"),
        ("stdout-json", "head -c 300000 /dev/zero", "larger than 256 KiB"),
        ("last-line-json", "true", "the last line is not valid JSON"),
    ] {
        let bench = Bench::new();
        let probe = bench.script(script, &format!("result = '{rule}'"));
        let attempt = run(&*probe, work("probe")).await;
        assert!(attempt.failure().1.contains(says), "{:?}", attempt.failure());
    }
}
