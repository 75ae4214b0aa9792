//! What is kept as a workflow, and what is refused at which step.

use anyhow::Result;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::stage::{Stage, on_both};

/// More than one run can have.
const TOO_MANY_STEPS: usize = 1_001;

#[tokio::test]
async fn a_graph_that_cannot_run_is_refused_at_the_step_that_is_wrong() -> Result<()> {
    on_both(async |stage| {
        for (steps, field, code, named) in refusals() {
            let body = json!({"name": "flow", "steps": steps});
            let got = stage.control.admin.post("/api/workflows", &body).await?;
            let problem = got.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
            let first = &problem["errors"][0];
            assert_eq!((&problem["code"], &first["field"]), (&json!(code), &json!(field)));
            let sentence = problem["detail"].as_str().unwrap_or_default();
            assert!(sentence.contains(named), "{sentence}");
        }
        let kept = stage.control.admin.get("/api/workflows").await?.expect(StatusCode::OK)?;
        assert_eq!(kept["workflows"], json!([]));
        Ok(())
    })
    .await
}

/// Steps, the member that is wrong, its code, and what the sentence names.
fn refusals() -> Vec<(Value, &'static str, &'static str, &'static str)> {
    let many =
        |count: usize| (0..count).map(|n| json!({"key": format!("s{n}")})).collect::<Value>();
    let earlier = |n: usize| (0..n).map(|on| format!("s{on}")).collect::<Vec<_>>();
    let dense = (0..200).map(|n| json!({"key": format!("s{n}"), "depends_on": earlier(n)}));
    vec![
        (json!([]), "steps", "too_few", "steps"),
        (many(TOO_MANY_STEPS), "steps", "too_many", "steps"),
        (dense.collect(), "steps", "too_many_dependencies", "19900"),
        (json!([{"key": "a"}, {"key": "a"}]), "steps[1].key", "duplicate_step", "step a"),
        (
            json!([{"key": "a"}, {"key": "b", "depends_on": ["a", "scna"]}]),
            "steps[1].depends_on[1]",
            "unknown_dependency",
            "step b depends on scna",
        ),
        (
            json!([{"key": "a"}, {"key": "b", "depends_on": ["a", "a"]}]),
            "steps[1].depends_on[1]",
            "duplicate_dependency",
            "step b depends on a",
        ),
        (
            json!([{"key": "a", "depends_on": ["a"]}]),
            "steps[0].depends_on",
            "cyclic_dependency",
            "a → a",
        ),
        (
            json!([
                {"key": "a"},
                {"key": "b", "depends_on": ["a", "d"]},
                {"key": "c", "depends_on": ["b"]},
                {"key": "d", "depends_on": ["c"]},
            ]),
            "steps[1].depends_on",
            "cyclic_dependency",
            "b → d → c → b",
        ),
        (json!([{"key": "a", "input": 7}]), "steps[0].input", "input_not_an_object", "step a"),
        (json!([{"key": "a"}, {"title": "b"}]), "steps[1].key", "missing_field", "steps[1].key"),
        (
            json!([{"key": "a", "on_failure": "retry"}]),
            "steps[0].on_failure",
            "invalid_on_failure",
            "stop or continue",
        ),
        (
            json!([{"key": "a", "max_attempts": 0}]),
            "steps[0].max_attempts",
            "out_of_range",
            "from 1 to 100",
        ),
    ]
}

#[tokio::test]
async fn a_workflow_is_given_back_as_it_was_sent_and_its_versions_stay() -> Result<()> {
    on_both(async |stage| {
        let rich = json!([
            {"key": "a", "title": "First", "kind": "scan", "priority": "low", "input": {"n": [1.50]},
             "metadata": {"m": null}, "labels": ["b", "a"], "required_capabilities": ["ocr"],
             "agent_type": "t", "model_used": "m", "max_attempts": 7, "backoff": [1, 2.5],
             "timeout_seconds": 1.5, "fairness_key": "f", "concurrency_key": "c",
             "complexity": "expert", "held": true, "description": "d"},
            {"key": "b", "depends_on": ["a"], "on_failure": "continue"},
        ]);
        let made = stage.define("flow", rich.clone()).await?;
        let first = &made["steps"][0];
        for (member, sent) in rich[0].as_object().into_iter().flatten() {
            let expected = if member == "labels" { &json!(["a", "b"]) } else { sent };
            let both = (&first[member], expected);
            // Seconds are numbers with a point.
            let same = member == "backoff" || both.0 == both.1;
            assert!(same, "{member}: {both:?}");
        }
        assert_eq!(first["backoff"], json!([1.0, 2.5]));
        assert_eq!((&made["steps"][1]["title"], &made["version"]), (&json!("b"), &json!(1)));

        let body = json!({"name": "flow", "steps": rich});
        let again = stage.control.admin.post("/api/workflows", &body).await?;
        assert_eq!(again.expect(StatusCode::OK)?["workflow"], made);
        let other = stage.define("flow", json!([{"key": "a"}])).await?;
        assert_eq!(other["version"], 2);
        stage.kill_server().await?;
        let path = "/api/workflows/flow?version=1";
        let kept = stage.control.admin.get(path).await?.expect(StatusCode::OK)?;
        assert_eq!(kept["workflow"], made);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_of_a_thousand_steps_is_made_at_once() -> Result<()> {
    on_both(async |stage| {
        let step = |n: usize| match n {
            0 => json!({"key": "s0"}),
            999 => json!({"key": "s999", "depends_on": keys(0..999)}),
            n => json!({"key": format!("s{n}"), "depends_on": ["s0"]}),
        };
        stage.define("wide", (0..1_000).map(step).collect()).await?;
        let id = stage.launch("wide", json!({"input": {"n": 1}})).await?;
        let run = stage.run(&id).await?;
        assert_eq!(
            (&run["steps_total"], &run["counts"]["pending"]),
            (&json!(1_000), &json!(1_000))
        );
        let steps = run["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(steps.iter().enumerate().all(|(at, step)| step["key"] == format!("s{at}")));
        assert_eq!(steps[999]["depends_on"], json!(keys(0..999)));
        assert_eq!(stage.take_step("s0").await?.input, json!({"n": 1}));
        assert!(stage.nothing_is_ready().await?);
        Ok(())
    })
    .await
}

fn keys(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("s{n}")).collect()
}

#[tokio::test]
async fn a_launch_under_a_key_makes_one_run_and_answers_with_the_very_bytes() -> Result<()> {
    on_both(async |stage| {
        stage.define("flow", json!([{"key": "a"}, {"key": "b"}])).await?;
        let send = async |stage: &Stage| {
            let call = stage.control.admin.request(Method::POST, "/api/workflows/flow/runs");
            let body = json!({"title": "May", "input": {"month": 5}});
            call.header("idempotency-key", "may").json(&body).send().await
        };
        let first = send(stage).await?;
        first.expect(StatusCode::CREATED)?;
        stage.kill_server().await?;
        let again = send(stage).await?;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let runs = stage.control.admin.get("/api/runs").await?.expect(StatusCode::OK)?;
        assert_eq!(runs["runs"].as_array().map(Vec::len), Some(1));
        Ok(())
    })
    .await
}
