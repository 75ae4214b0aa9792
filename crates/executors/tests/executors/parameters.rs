//! A mission's input becomes arguments, or is refused.

use std::os::unix::fs::symlink;
use std::sync::Arc;

use mission_control::Executor;
use mission_control::missions::FailureClass;

use crate::bench::{Bench, run, work, work_on};

/// A profile that prints the value of `x` in brackets, argument by argument.
fn shows(bench: &Bench, parameter: &str) -> Arc<dyn Executor> {
    bench.probe(&format!(
        "command = ['printf', '[%s]', 'x={{x}}', 'end']\nparameters.x = {{ {parameter} }}"
    ))
}

#[tokio::test]
async fn each_type_takes_what_it_says_and_refuses_the_rest() {
    let taken = "";
    let table = [
        ("type = 'string'", r#""text""#, taken),
        ("type = 'string'", "5", "must be a string"),
        ("type = 'string'", "null", "must be a string"),
        ("type = 'string'", r#""a\u0000b""#, "NUL"),
        ("type = 'string', max_length = 3", r#""äöü""#, taken),
        ("type = 'string', max_length = 3", r#""äöüß""#, "at most 3 characters"),
        ("type = 'integer'", "-5", taken),
        ("type = 'integer'", "5.0", "whole number"),
        ("type = 'integer'", r#""5""#, "whole number"),
        ("type = 'integer'", "9223372036854775808", "whole number"),
        ("type = 'integer', min = 1, max = 3", "3", taken),
        ("type = 'integer', min = 1, max = 3", "4", "at most 3"),
        ("type = 'integer', min = 1, max = 3", "0", "at least 1"),
        ("type = 'number'", "-0.5", taken),
        ("type = 'number'", "true", "must be a number"),
        ("type = 'number', max = 1", "1.5", "at most 1"),
        ("type = 'boolean'", "true", taken),
        ("type = 'boolean'", "1", "true or false"),
        ("type = 'choice', values = ['fast', 'good']", r#""good""#, taken),
        ("type = 'choice', values = ['fast', 'good']", r#""cheap""#, "one of fast, good"),
    ];
    let bench = Bench::new();
    for (parameter, value, says) in table {
        let input = format!("{{\"x\": {value}}}");
        let attempt = run(&*shows(&bench, parameter), work_on("probe", &input)).await;
        if says.is_empty() {
            let shown = format!("[x={}][end]", value.trim_matches('"'));
            assert_eq!(attempt.log()[0].1, shown, "{parameter}");
        } else {
            let (class, message) = attempt.failure();
            assert_eq!(class, FailureClass::InvalidInput, "{parameter}: {value}");
            let named = message.starts_with("parameter `x` ") && message.contains(says);
            assert!(named, "{parameter}: {value}: {message}");
        }
    }
}

#[tokio::test]
async fn an_input_that_does_not_fit_the_parameters_is_refused_by_name() {
    let bench = Bench::new();
    let required = shows(&bench, "type = 'string'");
    for (input, says) in [
        ("{}", "parameter `x` is missing"),
        (r#"{"x": "1", "y": "2"}"#, "unknown parameter `y`: the profile takes x"),
        ("[]", "must be a JSON object"),
        ("null", "parameter `x` is missing"),
    ] {
        let attempt = run(&*required, work_on("probe", input)).await;
        let (class, message) = attempt.failure();
        assert_eq!(class, FailureClass::InvalidInput, "{input}");
        assert!(message.contains(says), "{input}: {message}");
    }
    let none = bench.probe("command = ['true']");
    let attempt = run(&*none, work_on("probe", r#"{"x": 1}"#)).await;
    assert!(attempt.failure().1.contains("the profile takes none"));
    assert!(run(&*none, work("probe")).await.outcome.is_ok());
}

#[tokio::test]
async fn a_default_stands_in_for_what_is_missing() {
    let executor = shows(&Bench::new(), "type = 'integer', default = 5, required = false");
    let attempt = run(&*executor, work("probe")).await;
    assert_eq!(attempt.log()[0].1, "[x=5][end]");
}

#[tokio::test]
async fn what_would_be_code_in_a_shell_is_one_literal_argument() {
    let bench = Bench::new();
    let probe = bench
        .probe("command = ['printf', '[%s]', '{x}', 'end']\nparameters.x = { type = 'string' }");
    for text in ["; touch pwned", "$(id)", "`id`", "a b  c", "*", "|| true", "'\"", "{x}", "%s", ""]
    {
        let input = serde_json::json!({ "x": text }).to_string();
        let attempt = run(&*probe, work_on("probe", &input)).await;
        assert_eq!(attempt.log()[0].1, format!("[{text}][end]"));
    }
    let attempt = run(&*probe, work_on("probe", r#"{"x": "two\nlines"}"#)).await;
    let lines: Vec<&str> = attempt.log().into_iter().map(|(_, text)| text).collect();
    assert_eq!(lines, ["[two", "lines][end]"]);
}

#[tokio::test]
async fn a_string_does_not_begin_an_argument_with_a_dash_unless_allowed() {
    let bench = Bench::new();
    let profile = |argument: &str, allow: bool| {
        bench.probe(&format!(
            "command = ['printf', '%s', '{argument}']\nallow_dash = {allow}
             parameters.x = {{ type = 'string' }}\nparameters.n = {{ type = 'integer', default = -1 }}"
        ))
    };
    let input = r#"{"x": "--output=/etc/passwd"}"#;
    for argument in ["{x}", "{x}.txt", "{x}{n}"] {
        let attempt = run(&*profile(argument, false), work_on("probe", input)).await;
        assert_eq!(attempt.failure().0, FailureClass::InvalidInput, "{argument}");
        assert!(attempt.failure().1.contains("parameter `x` must not begin with `-`"));
        assert!(run(&*profile(argument, true), work_on("probe", input)).await.outcome.is_ok());
    }
    for argument in ["--name={x}", "{n}"] {
        let attempt = run(&*profile(argument, false), work_on("probe", input)).await;
        assert!(attempt.outcome.is_ok(), "{argument}");
    }
}

#[tokio::test]
async fn a_path_stays_inside_its_folder_whatever_leads_to_it() {
    let bench = Bench::new();
    let root = std::fs::canonicalize(bench.folder()).unwrap();
    let inside = root.join("docs");
    std::fs::create_dir_all(inside.join("deep")).unwrap();
    std::fs::create_dir(root.join("docs-elsewhere")).unwrap();
    for file in ["docs/a b.txt", "docs/deep/-rf", "docs-elsewhere/secret", "secret"] {
        std::fs::write(root.join(file), "").unwrap();
    }
    symlink(root.join("secret"), inside.join("out")).unwrap();
    symlink(&root, inside.join("up")).unwrap();
    symlink("a b.txt", inside.join("alias")).unwrap();
    let executor = shows(&bench, &format!("type = 'path', within = '{}'", inside.display()));
    let absolute = inside.join("a b.txt").display().to_string();
    for (path, real) in [
        ("a b.txt", "a b.txt"),
        ("deep/../a b.txt", "a b.txt"),
        ("alias", "a b.txt"),
        (&*absolute, "a b.txt"),
        ("deep/-rf", "deep/-rf"),
    ] {
        let input = serde_json::json!({ "x": path }).to_string();
        let attempt = run(&*executor, work_on("probe", &input)).await;
        let shown = format!("[x={}][end]", inside.join(real).display());
        assert_eq!(attempt.log()[0].1, shown, "{path}");
    }
    for path in
        ["../secret", "/etc/passwd", "out", "up/secret", "../docs-elsewhere/secret", "missing"]
    {
        let input = serde_json::json!({ "x": path }).to_string();
        let attempt = run(&*executor, work_on("probe", &input)).await;
        let (class, message) = attempt.failure();
        assert_eq!(class, FailureClass::InvalidInput, "{path}");
        assert!(message.contains("must name something that exists inside"), "{path}: {message}");
        let folder = inside.display().to_string();
        assert!(!message.contains(&folder), "where it lies stands in the profile: {message}");
    }
}

#[tokio::test]
async fn a_folder_that_the_worker_lacks_is_not_the_missions_fault() {
    let executor = shows(&Bench::new(), "type = 'path', within = '/no/such/folder'");
    let attempt = run(&*executor, work_on("probe", r#"{"x": "a"}"#)).await;
    let (class, message) = attempt.failure();
    assert_eq!(class, FailureClass::Unknown);
    assert!(message.contains("cannot be read on this worker"), "{message}");
    assert!(!message.contains("/no/such"), "where it lies stands in the log alone: {message}");
}
