//! Schedules over the public API.

use anyhow::Result;
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::eventually;
use serde_json::{Value, json};

use crate::house::{Control, House, LONG, text};

/// Nobody performs missions.
const ALONE: &[&str] = &["--no-worker"];

async fn schedule(control: &Control, name: &str) -> Result<Value> {
    let got = control.admin.get(&format!("/api/schedules/{name}")).await?;
    Ok(got.expect(StatusCode::OK)?["schedule"].clone())
}

/// The ticks of a schedule with an outcome, newest first, once there are so many.
async fn ticks(control: &Control, name: &str, outcome: &str, many: usize) -> Vec<Value> {
    eventually(&format!("{name} has {many} ticks that are {outcome}"), LONG, async || {
        let path = format!("/api/schedules/{name}/ticks?limit=200");
        let got = control.admin.get(&path).await.and_then(|it| it.expect(StatusCode::OK));
        let got = got.map_err(|error| format!("{error:#}"))?;
        let told = got["ticks"].as_array().cloned().unwrap_or_default();
        let told: Vec<Value> = told.into_iter().filter(|it| it["outcome"] == outcome).collect();
        if told.len() >= many { Ok(told) } else { Err(got.to_string()) }
    })
    .await
}

async fn fires(control: &Control) -> Result<()> {
    let body = json!({
        "name": "often", "cron": "* * * * * *", "overlap": "queue",
        "mission": {"title": "Look {{around}}", "kind": "external", "labels": ["often"]},
    });
    let made = control.admin.post("/api/schedules", &body).await?;
    assert_eq!(made.header("location"), Some("/api/schedules/often"));
    let told = made.expect(StatusCode::CREATED)?["schedule"].clone();
    assert_eq!((&told["time_zone"], &told["catch_up"]), (&json!("UTC"), &json!("latest")));
    assert_eq!(told["next_ticks"].as_array().map(Vec::len), Some(10));
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::OK)?;

    let fired = ticks(control, "often", "fired", 2).await;
    let mission = control.mission(&text(&fired[0]["mission_id"])?).await?;
    assert_eq!(mission["title"], "Look {{around}}", "a mission is made as it stands");
    assert_eq!(mission["created_by"], "schedule:often");
    let told = schedule(control, "often").await?;
    assert!(told["last_ticks"].as_array().is_some_and(|it| !it.is_empty()));

    let pause = json!({"reason": "enough"});
    let rests = control.admin.post("/api/schedules/often/pause", &pause).await?;
    let rests = rests.expect(StatusCode::OK)?["schedule"].clone();
    assert_eq!((&rests["paused"], &rests["pause"]["reason"]), (&json!(true), &json!("enough")));
    assert_eq!(rests["next_ticks"], json!([]));
    let again = control.admin.post("/api/schedules/often/pause", &json!({})).await?;
    assert_eq!(again.expect(StatusCode::OK)?["schedule"]["pause"], rests["pause"]);
    let goes_on = control.admin.request(Method::POST, "/api/schedules/often/resume");
    let goes_on = goes_on.send().await?.expect(StatusCode::OK)?["schedule"].clone();
    assert_eq!(goes_on["paused"], false);
    ticks(control, "often", "fired", fired.len() + 1).await;

    let removed = control.admin.request(Method::DELETE, "/api/schedules/often").send().await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let gone = control.admin.get("/api/schedules/often").await?;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    Ok(())
}

async fn launches_runs(control: &Control) -> Result<()> {
    let steps = json!([{"key": "scan", "kind": "external"}]);
    let workflow = json!({"name": "survey", "steps": steps});
    control.admin.post("/api/workflows", &workflow).await?.expect(StatusCode::CREATED)?;
    let body = json!({
        "name": "surveys", "cron": "* * * * * *", "workflow": "survey", "input": {"depth": 3},
        "overlap": "skip",
    });
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::CREATED)?;
    let fired = ticks(control, "surveys", "fired", 1).await;
    let run = control.admin.get(&format!("/api/runs/{}", text(&fired[0]["run_id"])?)).await?;
    let run = run.expect(StatusCode::OK)?["run"].clone();
    assert_eq!((&run["workflow"], &run["input"]), (&json!("survey"), &json!({"depth": 3})));
    let skipped = ticks(control, "surveys", "skipped", 1).await;
    assert_eq!(skipped[0]["reason"], "overlap", "the run is not over");

    let path = "/api/schedules/surveys";
    let said = json!({
        "cron": "* * * * * *", "template": "system-monitoring",
        "parameters": {"target": "reef"}, "overlap": "queue",
    });
    let put = control.admin.request(Method::PUT, path).json(&said).send().await?;
    assert_eq!(put.status, StatusCode::PRECONDITION_REQUIRED);
    let put = control.admin.request(Method::PUT, path).header("if-match", "*").json(&said);
    put.send().await?.expect(StatusCode::OK)?;
    eventually("a tick makes a mission now", LONG, async || {
        let fired = ticks(control, "surveys", "fired", 1).await;
        if fired[0]["mission_id"].is_string() { Ok(()) } else { Err(format!("{fired:?}")) }
    })
    .await;
    let removed = control.admin.request(Method::DELETE, path).send().await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    Ok(())
}

async fn rests(control: &Control) -> Result<()> {
    let template = json!({"name": "dive", "mission": {"title": "Dive", "kind": "external"}});
    control.admin.post("/api/templates", &template).await?.expect(StatusCode::CREATED)?;
    let body = json!({"name": "dives", "cron": "* * * * * *", "template": "dive",
        "overlap": "queue"});
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::CREATED)?;
    let gone = control.admin.request(Method::DELETE, "/api/templates/dive").send().await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    ticks(control, "dives", "failed", 5).await;
    eventually("it rests", LONG, async || {
        let told = schedule(control, "dives").await.map_err(|error| format!("{error:#}"))?;
        let reason = told["pause"]["reason"].as_str().unwrap_or_default();
        if reason.contains("no template of this name") { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
    Ok(())
}

async fn refusals(control: &Control) -> Result<()> {
    for (member, value, code) in [
        ("cron", json!("* * * *"), "invalid_cron"),
        ("cron", json!("0 0 30 2 *"), "never_due"),
        ("time_zone", json!("Mars/Olympus"), "invalid_time_zone"),
        ("overlap", json!("both"), "invalid_overlap"),
        ("catch_up", json!("some"), "invalid_catch_up"),
        ("template", json!("nothing"), "unknown_template"),
        ("name", json!("A"), "invalid_schedule_name"),
    ] {
        let mut body = json!({"name": "s", "cron": "0 3 * * *", "template": "system-monitoring",
            "parameters": {"target": "reef"}});
        body[member] = value;
        let refused = control.admin.post("/api/schedules", &body).await?;
        let problem = refused.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
        let got = (&problem["code"], &problem["errors"][0]["field"]);
        assert_eq!(got, (&json!(code), &json!(member)));
    }
    for (rest, field) in [
        (json!({}), "template"),
        (json!({"workflow": "nothing"}), "workflow"),
        (json!({"template": "system-monitoring"}), "parameters.target"),
    ] {
        let mut body = json!({"name": "s", "cron": "0 3 * * *"});
        for (member, value) in rest.as_object().into_iter().flatten() {
            body[member] = value.clone();
        }
        let refused = control.admin.post("/api/schedules", &body).await?;
        let problem = refused.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    Ok(())
}

async fn all(control: &Control) -> Result<()> {
    refusals(control).await?;
    fires(control).await?;
    rests(control).await?;
    launches_runs(control).await
}

#[tokio::test]
async fn schedules_fire_rest_and_are_refused_by_name_on_sqlite() -> Result<()> {
    all(&House::new()?.start_with(ALONE).await?).await
}

#[tokio::test]
async fn schedules_fire_rest_and_are_refused_by_name_on_postgres() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    all(&House::new()?.start_on(database.dsn(), ALONE).await?).await
}
