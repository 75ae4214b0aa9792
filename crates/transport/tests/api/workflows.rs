//! Workflows and their runs, as they are asked for.

use serde_json::{Value, json};

use crate::app::{App, Caller, Got};

fn steps(keys: &[&str]) -> Value {
    keys.iter().map(|key| json!({"key": key, "kind": "external"})).collect()
}

async fn define(caller: Caller<'_>, name: &str, steps: &Value) -> Got {
    caller.post("/api/workflows", &json!({"name": name, "steps": steps})).await
}

async fn launch(caller: Caller<'_>, name: &str, body: &Value) -> Got {
    caller.post(&format!("/api/workflows/{name}/runs"), body).await
}

/// Asks under a key.
async fn keyed(caller: Caller<'_>, path: &str, body: &Value) -> Got {
    caller.send("POST", path, &[("idempotency-key", "once")], Some(body)).await
}

#[tokio::test]
async fn a_definition_that_differs_is_the_next_version_and_one_that_does_not_is_none() {
    let app = App::start().await;
    let operator = app.operator();
    let first = define(operator, "flow", &steps(&["a"])).await;
    assert_eq!(first.header("location"), Some("/api/workflows/flow?version=1"));
    assert_eq!(first.expect(201)["workflow"]["version"], 1);
    let same = define(operator, "flow", &steps(&["a"])).await;
    assert_eq!(
        (same.header("location"), &same.expect(200)["workflow"]["version"]),
        (None, &json!(1))
    );
    let next = define(operator, "flow", &steps(&["a", "b"])).await.expect(201);
    assert_eq!(next["workflow"]["version"], 2);
    let back = define(operator, "flow", &steps(&["a"])).await.expect(201);
    assert_eq!(back["workflow"]["version"], 3);
    let get = async |query: &str| app.viewer().get(&format!("/api/workflows/flow{query}")).await;
    assert_eq!(get("").await.expect(200)["workflow"], back["workflow"]);
    assert_eq!(get("?version=2").await.expect(200)["workflow"], next["workflow"]);
    assert_eq!(get("?version=4").await.refusal(), (404, "not_found".to_owned()));
    for query in ["?version=0", "?version=x", "?version=4294967296"] {
        assert_eq!(get(query).await.refusal(), (422, "out_of_range".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn lists_of_workflows_and_runs_have_pages() {
    let app = App::start().await;
    let operator = app.operator();
    for name in ["c", "a", "b"] {
        define(operator, name, &steps(&["x", "y"])).await.expect(201);
    }
    let mut runs = Vec::new();
    for name in ["a", "b", "a"] {
        runs.push(launch(operator, name, &json!({})).await.expect(201)["run_id"].clone());
    }
    let pages = async |path: &str, list: &str, member: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.viewer().get(&format!("{path}{cursor}")).await.expect(200);
            let entries = page[list].as_array().unwrap();
            assert!(entries.len() == 1, "{page}");
            assert!(entries[0].get("steps").is_none() && entries[0].get("input").is_none());
            seen.push(entries[0][member].clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return seen,
            }
        }
    };
    assert_eq!(pages("/api/workflows?limit=1", "workflows", "name").await, ["a", "b", "c"]);
    runs.reverse();
    assert_eq!(pages("/api/runs?limit=1", "runs", "id").await, runs);
    let of_a = [runs[0].clone(), runs[2].clone()];
    assert_eq!(pages("/api/runs?workflow=a&limit=1", "runs", "id").await, of_a);
    for path in ["/api/workflows?cursor=bmV4dA", "/api/runs?cursor=bmV4dA"] {
        assert_eq!(app.viewer().get(path).await.refusal(), (400, "invalid_cursor".to_owned()));
    }
}

#[tokio::test]
async fn a_launch_under_a_key_is_answered_with_the_very_bytes() {
    let app = App::start().await;
    let operator = app.operator();
    define(operator, "flow", &steps(&["a", "b"])).await.expect(201);
    let body = json!({"title": "May", "input": {"n": 1}, "labels": ["l"], "priority": "high"});
    let path = "/api/workflows/flow/runs";
    let first = keyed(operator, path, &body).await;
    let run = first.expect(201);
    let id = run["run_id"].as_str().unwrap();
    assert_eq!(first.header("location"), Some(&*format!("/api/runs/{id}")));
    assert_eq!(
        (&run["run"]["state"], &run["run"]["counts"]["pending"]),
        (&json!("pending"), &json!(2))
    );
    // What it would run by now is another version, and the answer stays what it was.
    define(operator, "flow", &steps(&["c"])).await.expect(201);
    let again = keyed(operator, path, &body).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(again.body, first.body);
    let other = keyed(operator, path, &json!({})).await;
    assert_eq!(other.refusal(), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(
        app.viewer().get("/api/runs").await.expect(200)["runs"].as_array().unwrap().len(),
        1
    );
    let shown = app.viewer().get(&format!("/api/runs/{id}")).await.expect(200)["run"].clone();
    assert_eq!((&shown["input"], &shown["version"]), (&json!({"n": 1}), &json!(1)));
    for step in shown["steps"].as_array().unwrap() {
        let mission = app.viewer().mission(step["mission_id"].as_str().unwrap()).await;
        assert_eq!((&mission["priority"], &mission["labels"]), (&json!("high"), &json!(["l"])));
        assert_eq!((&mission["run_id"], &mission["step_key"]), (&json!(id), &step["key"]));
        assert_eq!(mission["input"], json!({"n": 1}));
    }
}

#[tokio::test]
async fn what_is_asked_of_a_run_under_a_key_is_answered_with_the_very_bytes() {
    let app = App::start().await;
    let operator = app.operator();
    define(operator, "flow", &steps(&["a"])).await.expect(201);
    let id = launch(operator, "flow", &json!({})).await.expect(201)["run_id"].clone();
    let path = |what: &str| format!("/api/runs/{}/{what}", id.as_str().unwrap());
    let paused = keyed(operator, &path("pause"), &json!({})).await;
    assert_eq!(paused.expect(200)["run"]["paused"], true);
    operator.post(&path("resume"), &json!({})).await.expect(200);
    let again = keyed(operator, &path("pause"), &json!({})).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(again.body, paused.body);
    let shown = app.viewer().get(path("").trim_end_matches('/')).await.expect(200);
    assert_eq!(shown["run"]["paused"], false, "an answer is repeated, and not the deed");
}

#[tokio::test]
async fn what_cannot_be_launched_says_why() {
    let app = App::start().await;
    let operator = app.operator();
    let large = json!({"a": "x".repeat(200_000)});
    let steps = json!([{"key": "large", "kind": "external", "input": large}]);
    define(operator, "flow", &steps).await.expect(201);
    let table = [
        ("none", json!({}), 404, "not_found", ""),
        ("none", json!({"version": 2}), 404, "not_found", ""),
        ("Flow", json!({}), 404, "not_found", ""),
        ("flow", json!({"version": 2}), 422, "unknown_version", "version"),
        ("flow", json!({"input": [1]}), 422, "input_not_an_object", "input"),
        ("flow", json!({"input": {"b": "x".repeat(100_000)}}), 422, "too_large", "input"),
        ("flow", json!({"state": "completed"}), 422, "read_only_field", "state"),
    ];
    for (name, body, status, code, field) in table {
        let got = launch(operator, name, &body).await;
        assert_eq!(got.refusal(), (status, code.to_owned()), "{name}");
        let named = got.json()["errors"][0]["field"].clone();
        assert_eq!(named.as_str().unwrap_or_default(), field, "{name} {code}");
    }
    let none = json!([]);
    assert_eq!(app.viewer().get("/api/runs").await.expect(200)["runs"], none);
}

#[tokio::test]
async fn explain_leads_to_the_run_that_is_paused() {
    let app = App::start().await;
    let operator = app.operator();
    define(operator, "flow", &json!([{"key": "a"}])).await.expect(201);
    let id = launch(operator, "flow", &json!({})).await.expect(201)["run_id"].clone();
    let id = id.as_str().unwrap();
    let run = app.viewer().get(&format!("/api/runs/{id}")).await.expect(200);
    let mission = run["run"]["steps"][0]["mission_id"].as_str().unwrap().to_owned();
    operator.post(&format!("/api/runs/{id}/pause"), &json!({})).await.expect(200);
    let gate = crate::app::soon("the pause reaches the mission", async {
        loop {
            let path = format!("/api/missions/{mission}/explain");
            let explained = app.viewer().get(&path).await.expect(200);
            let gates = explained["gates"].as_array().unwrap().clone();
            let gate = gates.into_iter().find(|gate| gate["gate"] == "run_paused").unwrap();
            if gate["open"] == false {
                assert_eq!(
                    (&explained["ready"], &explained["position"]),
                    (&json!(false), &Value::Null)
                );
                return gate;
            }
        }
    })
    .await;
    let href = format!("/api/runs/{id}");
    assert_eq!(gate["blocking"], json!([{"type": "run", "id": id, "href": href}]));
}
