//! One mission from close by.

use serde_json::{Value, json};

use crate::app::{App, OPERATORS_SIGNATURE};

#[tokio::test]
async fn the_journal_of_a_mission_is_read_page_by_page() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    for action in ["start", "fail", "retry", "start", "complete"] {
        operator.act(&id, action).await.expect(200);
    }
    let mut told: Vec<Value> = Vec::new();
    let mut path = format!("/api/missions/{id}/events?limit=4");
    loop {
        let page = app.viewer().get(&path).await.expect(200);
        told.extend(page["events"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/missions/{id}/events?limit=4&cursor={cursor}");
    }
    let words: Vec<_> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected = ["created", "started", "failed", "retried", "started", "completed"];
    assert_eq!(words, expected.map(|word| format!("mission_{word}")));
    let numbers: Vec<_> = told.iter().map(|event| event["id"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert!(told.windows(2).all(|pair| pair[0]["seq"].as_i64() < pair[1]["seq"].as_i64()));

    let attempts = app.viewer().get(&format!("/api/missions/{id}/attempts")).await.expect(200);
    let outcomes: Vec<_> =
        attempts["attempts"].as_array().unwrap().iter().map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["failed", "completed"]);
    let other = operator.create(&json!({"title": "b", "kind": "external"})).await;
    let stray = path.replace(&id, &other);
    assert_eq!(app.viewer().get(&stray).await.refusal().1, "invalid_cursor");
}

#[tokio::test]
async fn an_entry_tells_who_asked_and_why() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a"})).await;
    let atlas = app.agent("atlas").await;
    let (_, lease) = atlas.claim_one().await;
    let report = json!({"reports": [{"kind": "fail", "mission_id": id, "lease_id": lease,
        "class": "invalid_input", "error_message": "no such file"}]});
    let path = format!("/api/agents/{}/report", atlas.id);
    atlas.caller.post(&path, &report).await.expect(200);
    operator.act(&id, "retry").await.expect(200);
    let reason = json!({"reason": "not needed"});
    operator.post(&format!("/api/missions/{id}/cancel"), &reason).await.expect(200);

    let page = app.viewer().get(&format!("/api/missions/{id}/events")).await.expect(200);
    let told = page["events"].as_array().unwrap().iter().map(|event| {
        json!([event["actor"], event["failure_class"], event["reason"], event["attempt"]])
    });
    let person = json!({"type": "principal", "name": OPERATORS_SIGNATURE});
    let agent = json!({"type": "agent", "id": atlas.id});
    let expected = [
        json!([person, null, null, null]),
        json!([agent, null, null, 1]),
        json!([agent, "invalid_input", "no such file", 1]),
        json!([person, null, null, null]),
        json!([person, "cancelled", "not needed", null]),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn lines_are_kept_in_order_and_read_from_where_one_was() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let path = format!("/api/missions/{id}/logs");
    operator.act(&id, "start").await.expect(200);
    let line = |level: &str, text: &str| json!({"at": "2026-01-31T08:30:00Z", "level": level, "text": text});
    let body = json!({"lines": [line("info", "one"), line("error", "two\u{1b}[0m")]});
    assert_eq!(operator.post(&path, &body).await.expect(201)["next_after"], 2);
    let body = json!({"lines": [line("debug", "three")]});
    assert_eq!(operator.post(&path, &body).await.expect(201)["next_after"], 3);
    let texts = async |query: &str| -> Vec<String> {
        let lines = app.viewer().get(&format!("{path}?{query}")).await.expect(200);
        let lines = lines["lines"].as_array().unwrap().clone();
        lines.iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("").await, ["one", "two\u{fffd}[0m", "three"]);
    assert_eq!(texts("after=1").await, ["two\u{fffd}[0m", "three"]);
    assert_eq!(texts("level=warn").await, ["two\u{fffd}[0m"]);
    assert_eq!(texts("limit=1").await, ["one"]);
    for (query, code) in [("after=-1", "out_of_range"), ("level=loud", "invalid_log_level")] {
        let got = app.viewer().get(&format!("{path}?{query}")).await;
        assert_eq!(got.refusal(), (422, code.to_owned()));
    }
}

#[tokio::test]
async fn a_waiting_mission_explains_its_gates() {
    let app = App::start().await;
    let operator = app.operator();
    let first = operator.create(&json!({"title": "first"})).await;
    let second = operator.create(&json!({"title": "second", "depends_on": [first]})).await;
    let _atlas = app.agent("atlas").await;
    let explain =
        async |id: &str| app.viewer().get(&format!("/api/missions/{id}/explain")).await.expect(200);
    let ready = explain(&first).await;
    assert_eq!((&ready["ready"], &ready["position"]), (&json!(true), &json!(1)));
    let said = |gate: &serde_json::Value| gate["detail"].as_str().unwrap().contains(' ');
    assert!(ready["gates"].as_array().unwrap().iter().all(said), "sentences: {ready}");
    let waits = explain(&second).await;
    assert_eq!((&waits["ready"], &waits["position"]), (&json!(false), &json!(null)));
    let gates = waits["gates"].as_array().unwrap();
    let closed: Vec<_> = gates.iter().filter(|gate| gate["open"] == false).collect();
    assert_eq!(closed.len(), 1, "{waits}");
    assert_eq!(closed[0]["gate"], "dependencies");
    let expected =
        json!({"type": "mission", "id": first, "href": format!("/api/missions/{first}")});
    assert_eq!(closed[0]["blocking"], json!([expected]));
}

#[tokio::test]
async fn a_mission_that_runs_or_is_over_explains_that() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "one"})).await;
    let atlas = app.agent("atlas").await;
    let explain =
        async || app.viewer().get(&format!("/api/missions/{id}/explain")).await.expect(200);
    atlas.claim_one().await;
    let runs = explain().await;
    assert_eq!((&runs["status"], &runs["agent_id"]), (&json!("running"), &json!(atlas.id)));
    assert!(runs["lease_expires_at"].is_string() && runs["command"].is_null(), "{runs}");
    let reason = json!({"reason": "not needed"});
    operator.post(&format!("/api/missions/{id}/cancel"), &reason).await.expect(200);
    let over = explain().await;
    assert_eq!((&over["status"], &over["command"]), (&json!("cancelled"), &json!("retry")));
    let summary = over["summary"].as_str().unwrap();
    assert!(summary.contains("not needed") && summary.contains("retry"), "{summary}");
}
