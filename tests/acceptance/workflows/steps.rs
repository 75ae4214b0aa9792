//! How a run goes: its steps in order, their results, and what a failure means.

use anyhow::Result;
use serde_json::{Value, json};

use super::stage::on_both;

/// How a run stands, in its own words.
fn said(run: &Value) -> (&Value, &Value, &Value, &Value) {
    (&run["state"], &run["progress"], &run["current_step"], &run["done"])
}

#[tokio::test]
async fn a_run_does_its_steps_in_order_and_hands_their_results_on() -> Result<()> {
    on_both(async |stage| {
        stage
            .define(
                "flow",
                json!([
                    {"key": "a", "input": {"own": 1, "both": 1}},
                    {"key": "b", "depends_on": ["a"]},
                    {"key": "c", "depends_on": ["a"]},
                    {"key": "d", "depends_on": ["c", "b"]},
                ]),
            )
            .await?;
        let id = stage.launch("flow", json!({"input": {"both": 2}})).await?;
        let run = stage.run(&id).await?;
        assert_eq!(said(&run), (&json!("pending"), &json!(0), &json!(0), &json!(0)));
        assert_eq!((&run["started_at"], &run["completed_at"]), (&Value::Null, &Value::Null));

        let a = stage.take_step("a").await?;
        assert_eq!((a.input.clone(), &a.dependencies), (json!({"own": 1, "both": 2}), &json!({})));
        assert!(stage.nothing_is_ready().await?, "the others wait for it");
        let run = stage.run(&id).await?;
        assert_eq!(said(&run), (&json!("running"), &json!(0), &json!(1), &json!(0)));
        stage.complete(&a, json!({"pages": 3})).await?;

        let (one, two) = (stage.take().await?, stage.take().await?);
        for taken in [&one, &two] {
            assert_eq!(taken.dependencies, json!({"a": {"pages": 3}}), "{taken:?}");
            assert_eq!(taken.input, json!({"both": 2}));
        }
        assert_ne!(one.step, two.step);
        stage.complete(&one, json!(one.step)).await?;
        assert!(stage.nothing_is_ready().await?, "a join waits for all");
        stage.complete(&two, json!(two.step)).await?;
        let run = stage.run(&id).await?;
        assert_eq!(said(&run), (&json!("running"), &json!(75), &json!(3), &json!(3)));

        let d = stage.take_step("d").await?;
        assert_eq!(d.dependencies, json!({"b": "b", "c": "c"}));
        stage.complete(&d, Value::Null).await?;
        let run = stage.run_with(&id, "a completed, b completed, c completed, d completed").await;
        assert_eq!(said(&run), (&json!("completed"), &json!(100), &json!(4), &json!(4)));
        assert!(run["started_at"].is_string() && run["completed_at"].is_string());
        assert!(stage.nothing_is_ready().await?, "a join fires once");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn other_branches_go_on_after_a_failure_and_what_hung_on_it_is_called_off() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a"}, {"key": "b", "depends_on": ["a"]}, {"key": "c", "depends_on": ["b"]},
            {"key": "d"}, {"key": "e", "depends_on": ["d"]},
        ]);
        let id = stage.run_of(steps).await?;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let (a, d) = if one.step == "a" { (one, two) } else { (two, one) };
        stage.fail(&a).await?;
        let run = "a failed, b cancelled, c cancelled, d running, e pending";
        let run = stage.run_with(&id, run).await;
        assert_eq!(run["state"], "running");
        assert_eq!(run["steps"][0]["error_message"], "no luck");
        let why = run["steps"][1]["error_message"].as_str().unwrap_or_default();
        assert!(why.starts_with("dependency ") && why.ends_with(" failed"), "{why}");

        stage.complete(&d, json!(1)).await?;
        stage.complete(&stage.take_step("e").await?, json!(2)).await?;
        let run = "a failed, b cancelled, c cancelled, d completed, e completed";
        let run = stage.run_with(&id, run).await;
        assert_eq!(said(&run), (&json!("failed"), &json!(40), &json!(5), &json!(2)));
        let counts =
            json!({"pending": 0, "running": 0, "completed": 2, "failed": 1, "cancelled": 2});
        assert_eq!(run["counts"], counts);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_failure_that_may_be_lets_the_run_go_on_without_its_result() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a", "on_failure": "continue"}, {"key": "b"},
            {"key": "c", "depends_on": ["a", "b"]},
        ]);
        let id = stage.run_of(steps).await?;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let (a, b) = if one.step == "a" { (one, two) } else { (two, one) };
        stage.complete(&b, json!({"n": 2})).await?;
        stage.fail(&a).await?;
        let c = stage.take_step("c").await?;
        assert_eq!(c.dependencies, json!({"a": null, "b": {"n": 2}}));
        stage.complete(&c, Value::Null).await?;
        let run = stage.run_with(&id, "a failed, b completed, c completed").await;
        assert_eq!(said(&run), (&json!("completed"), &json!(100), &json!(3), &json!(3)));
        Ok(())
    })
    .await
}
