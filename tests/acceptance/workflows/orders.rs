//! What operators ask of a run: cancel, retry, pause, resume.

use anyhow::Result;
use http::StatusCode;
use mission_control_tests::eventually;
use serde_json::{Value, json};

use super::stage::{Stage, on_both};
use crate::house::LONG;

/// The gate of a mission's run, once it is as it should be.
async fn gate(stage: &Stage, mission: &str, open: bool) -> Value {
    eventually(&format!("the gate of the run is open: {open}"), LONG, async || {
        let path = format!("/api/missions/{mission}/explain");
        let got = stage.control.admin.get(&path).await.map_err(|error| format!("{error:#}"))?;
        let explained = got.json().map_err(|error| format!("{error:#}"))?;
        let gates = explained["gates"].as_array().cloned().unwrap_or_default();
        let gate = gates.into_iter().find(|gate| gate["gate"] == "run_paused");
        gate.filter(|gate| gate["open"] == open).ok_or_else(|| explained.to_string())
    })
    .await
}

#[tokio::test]
async fn a_cancelled_run_ends_what_runs_and_what_waits_and_what_lies_below() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a"}, {"key": "b"}, {"key": "c", "depends_on": ["b"]},
        ]);
        let id = stage.run_of(steps).await?;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let (a, b) = if one.step == "a" { (one, two) } else { (two, one) };
        stage.complete(&a, json!(1)).await?;
        let child = stage.child(&b, json!({"title": "below"})).await?;
        let path = format!("/api/runs/{id}/cancel");
        let body = json!({"reason": "the wrong month"});
        let got = stage.control.admin.post(&path, &body).await?.expect(StatusCode::OK)?;
        assert_eq!(got["run"]["id"], json!(id));
        let run = stage.run_with(&id, "a completed, b cancelled, c cancelled").await;
        assert_eq!((&run["state"], &run["done"]), (&json!("cancelled"), &json!(1)));
        assert_eq!(run["steps"][1]["error_message"], "the wrong month");
        assert_eq!(stage.beat(&b).await?["cancelled"], json!([b.id]));
        stage.control.mission_in(&child, "cancelled").await;
        // Asked again, it is as it was.
        assert_eq!(stage.ask_run(&id, "cancel").await?["state"], "cancelled");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_retried_run_does_again_what_failed_and_what_hung_on_it_alone() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a"}, {"key": "b", "depends_on": ["a"]}, {"key": "c", "depends_on": ["b"]},
            {"key": "d", "depends_on": ["a"]},
        ]);
        let id = stage.run_of(steps).await?;
        stage.complete(&stage.take_step("a").await?, json!("kept")).await?;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let (b, d) = if one.step == "b" { (one, two) } else { (two, one) };
        stage.fail(&b).await?;
        stage.complete(&d, json!(4)).await?;
        let failed = stage.run_with(&id, "a completed, b failed, c cancelled, d completed").await;
        assert_eq!(failed["state"], "failed");

        stage.ask_run(&id, "retry").await?;
        let run = stage.run_with(&id, "a completed, b pending, c pending, d completed").await;
        assert_eq!(run["state"], "running");
        for at in [0, 3] {
            assert_eq!(run["steps"][at], failed["steps"][at], "what is done stays done");
        }
        let b = stage.take_step("b").await?;
        assert_eq!(b.dependencies, json!({"a": "kept"}));
        stage.complete(&b, json!(2)).await?;
        stage.complete(&stage.take_step("c").await?, json!(3)).await?;
        let run = stage.run_with(&id, "a completed, b completed, c completed, d completed").await;
        assert_eq!((&run["state"], &run["progress"]), (&json!("completed"), &json!(100)));
        assert!(stage.nothing_is_ready().await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_cancelled_run_that_is_retried_goes_on_where_it_was() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a"}, {"key": "b", "depends_on": ["a"]}, {"key": "c", "depends_on": ["b"]},
        ]);
        let id = stage.run_of(steps).await?;
        stage.complete(&stage.take_step("a").await?, json!(1)).await?;
        stage.ask_run(&id, "cancel").await?;
        stage.run_with(&id, "a completed, b cancelled, c cancelled").await;
        stage.ask_run(&id, "retry").await?;
        stage.run_with(&id, "a completed, b pending, c pending").await;
        stage.complete(&stage.take_step("b").await?, json!(2)).await?;
        stage.complete(&stage.take_step("c").await?, json!(3)).await?;
        stage.run_with(&id, "a completed, b completed, c completed").await;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_paused_run_begins_no_step_until_it_is_resumed_and_what_runs_goes_on() -> Result<()> {
    on_both(async |stage| {
        let steps = json!([
            {"key": "a"}, {"key": "b", "depends_on": ["a"]}, {"key": "c", "backoff": "none"},
        ]);
        let id = stage.run_of(steps).await?;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let (a, c) = if one.step == "a" { (one, two) } else { (two, one) };
        let paused = stage.ask_run(&id, "pause").await?;
        assert_eq!((&paused["paused"], &paused["state"]), (&json!(true), &json!("running")));
        let b = stage.mission_of(&id, "b").await?;
        let href = format!("/api/runs/{id}");
        let blocking = json!([{"type": "run", "id": id, "href": href}]);
        assert_eq!(gate(stage, &b, false).await["blocking"], blocking);

        stage.complete(&a, json!(1)).await?;
        stage.run_with(&id, "a completed, b pending, c running").await;
        // What comes back into a paused run waits there too.
        let again = json!({"kind": "fail", "class": "transient", "error_message": "not yet"});
        stage.report(&c, again).await?;
        stage.run_with(&id, "a completed, b pending, c pending").await;
        gate(stage, &c.id, false).await;
        assert!(stage.nothing_is_ready().await?, "nothing of a paused run is handed out");

        let resumed = stage.ask_run(&id, "resume").await?;
        assert_eq!(resumed["paused"], json!(false));
        gate(stage, &b, true).await;
        let (one, two) = (stage.take().await?, stage.take().await?);
        let mut steps = [&one.step, &two.step];
        steps.sort();
        assert_eq!(steps, ["b", "c"]);
        stage.complete(&one, json!(1)).await?;
        stage.complete(&two, json!(2)).await?;
        stage.run_with(&id, "a completed, b completed, c completed").await;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_that_was_paused_before_it_began_stays_pending() -> Result<()> {
    on_both(async |stage| {
        let id = stage.run_of(json!([{"key": "a"}])).await?;
        stage.ask_run(&id, "pause").await?;
        let a = stage.mission_of(&id, "a").await?;
        gate(stage, &a, false).await;
        assert!(stage.nothing_is_ready().await?);
        let run = stage.run(&id).await?;
        assert_eq!((&run["state"], &run["paused"]), (&json!("pending"), &json!(true)));
        stage.ask_run(&id, "resume").await?;
        stage.complete(&stage.take_step("a").await?, json!(1)).await?;
        stage.run_with(&id, "a completed").await;
        Ok(())
    })
    .await
}
