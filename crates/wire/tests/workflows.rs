//! Definitions and launches, and what is said about the others.

use mission_control_wire::request::{CreateWorkflow, LaunchRun, MAX_STEPS};
use mission_control_wire::{Body, decode};

fn refused<T: Body>(body: &str) -> (String, String) {
    match decode::<T>(body.as_bytes()) {
        Ok(_) => panic!("{body} was taken"),
        Err(error) => (error.code().to_owned(), error.field),
    }
}

fn of_steps(count: usize) -> String {
    let steps: Vec<String> = (0..count).map(|n| format!(r#"{{"key":"s{n}"}}"#)).collect();
    format!(r#"{{"name":"w","steps":[{}]}}"#, steps.join(","))
}

#[test]
fn a_key_makes_a_step_and_null_is_the_same_as_leaving_the_rest_out() {
    let bare = decode::<CreateWorkflow>(br#"{"name":"w","steps":[{"key":"a"}]}"#).unwrap();
    let nulls = br#"{"name":"w","description":null,"steps":[{"key":"a","title":null,
        "depends_on":null,"on_failure":null,"description":null,"priority":null,"metadata":null,
        "kind":null,"input":null,"labels":null,"complexity":null,"required_capabilities":null,
        "fairness_key":null,"concurrency_key":null,"max_attempts":null,"backoff":null,
        "timeout_seconds":null,"held":null,"agent_type":null,"model_used":null}]}"#;
    assert_eq!(decode::<CreateWorkflow>(nulls).unwrap(), bare);
}

#[test]
fn a_workflow_has_one_step_and_no_more_than_the_most() {
    assert_eq!(
        decode::<CreateWorkflow>(of_steps(MAX_STEPS).as_bytes()).unwrap().steps.as_slice().len(),
        MAX_STEPS
    );
    let table = [(of_steps(0), "too_few"), (of_steps(MAX_STEPS + 1), "too_many")];
    for (body, code) in table {
        assert_eq!(refused::<CreateWorkflow>(&body), (code.to_owned(), "steps".to_owned()));
    }
}

#[test]
fn what_is_wrong_is_named_by_its_step() {
    let table = [
        (r#"{"name":"w","steps":[{"key":"a"},{}]}"#, "missing_field", "steps[1].key"),
        (r#"{"name":"w","steps":[{"key":"a"},"b"]}"#, "wrong_type", "steps[1]"),
        (r#"{"name":"w","steps":{}}"#, "wrong_type", "steps"),
        (r#"{"name":"w","steps":[{"key":"a","after":[]}]}"#, "unknown_field", "steps[0].after"),
        (
            r#"{"name":"w","steps":[{"key":"a","position":3}]}"#,
            "read_only_field",
            "steps[0].position",
        ),
        (
            r#"{"name":"w","steps":[{"key":"a","depends_on":["b",7]}]}"#,
            "wrong_type",
            "steps[0].depends_on[1]",
        ),
        (
            r#"{"name":"w","steps":[{"key":"a","input":"\ud800"}]}"#,
            "lone_surrogate",
            "steps[0].input",
        ),
        (r#"{"name":"w","version":2,"steps":[{"key":"a"}]}"#, "read_only_field", "version"),
    ];
    for (body, code, field) in table {
        let got = refused::<CreateWorkflow>(body);
        assert_eq!(got, (code.to_owned(), field.to_owned()), "{body}");
    }
}

#[test]
fn a_launch_needs_nothing_and_says_nothing_that_the_server_sets() {
    assert_eq!(decode::<LaunchRun>(b"").unwrap(), LaunchRun::default());
    for member in ["id", "run_id", "workflow", "state", "paused", "created_by", "steps"] {
        let got = refused::<LaunchRun>(&format!(r#"{{"{member}":1}}"#));
        assert_eq!(got, ("read_only_field".to_owned(), member.to_owned()));
    }
}
