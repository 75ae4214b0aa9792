//! What is done to one mission.

use serde_json::{Value, json};

use crate::app::App;

#[tokio::test]
async fn a_mission_is_driven_from_outside_from_start_to_end() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let path = |action: &str| format!("/api/missions/{id}/{action}");
    let body = json!({"agent_type": "IntentRouter", "model_used": "mistral:7b-instruct"});
    let started = operator.post(&path("start"), &body).await.expect(200);
    assert_eq!(started["message"], "Mission started successfully");
    let mission = &started["mission"];
    assert_eq!((&mission["status"], &mission["attempt"]), (&json!("running"), &json!(1)));
    assert_eq!(mission["agent_type"], "IntentRouter");

    let body = json!({"progress": 42.5, "message": "half", "tokens_used": 100});
    let moved = operator.post(&path("progress"), &body).await.expect(200);
    assert_eq!(moved["message"], "Mission progress updated successfully");
    assert_eq!(moved["mission"]["progress"], 42.5);

    let body = json!({"result": {"ok": true}, "tokens_used": 150, "cost_estimate": 0.15});
    let done = operator.post(&path("complete"), &body).await.expect(200);
    assert_eq!(done["message"], "Mission completed successfully");
    let mission = &done["mission"];
    assert_eq!((&mission["status"], &mission["progress"]), (&json!("completed"), &json!(100.0)));
    assert_eq!((&mission["tokens_used"], &mission["cost_estimate"]), (&json!(150), &json!(0.15)));
    assert_eq!(mission["result"], json!({"ok": true}));

    let metrics = app.viewer().get("/api/metrics").await.expect(200)["metrics"].clone();
    assert_eq!(
        (&metrics["total_missions"], &metrics["completed_missions"]),
        (&json!(1), &json!(1))
    );
    assert_eq!((&metrics["success_rate"], &metrics["total_cost"]), (&json!(100.0), &json!(0.15)));
}

#[tokio::test]
async fn what_the_life_does_not_know_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let refused = (409, "invalid_transition".to_owned());
    for action in ["complete", "fail", "retry", "discard", "take-back"] {
        assert_eq!(operator.act(&id, action).await.refusal(), refused, "{action}");
    }
    assert_eq!(app.viewer().mission(&id).await["status"], "pending");
    for action in ["cancel", "cancel", "retry", "hold", "hold", "approve", "start", "fail"] {
        let got = operator.act(&id, action).await;
        assert_eq!(got.status, 200, "{action}: {got:?}");
    }
    let failed = app.viewer().mission(&id).await;
    assert_eq!((&failed["status"], &failed["dead_letter"]), (&json!("failed"), &json!(true)));
    assert_eq!(failed["error_message"], "Unknown error");
    assert_eq!(operator.act(&id, "hold").await.refusal(), refused);
    assert_eq!(operator.act(&id, "discard").await.expect(200)["mission"]["dead_letter"], false);
    assert_eq!(operator.act(&id, "discard").await.status, 200);
    let body = json!({"progress": 101});
    let got = operator.post(&format!("/api/missions/{id}/progress"), &body).await;
    assert_eq!(got.refusal(), (422, "progress_out_of_range".to_owned()));
}

#[tokio::test]
async fn a_held_mission_is_not_ready_and_says_why() {
    let app = App::start().await;
    let operator = app.operator();
    let first = operator.create(&json!({"title": "first", "kind": "external"})).await;
    let body = json!({"title": "a", "kind": "external", "held": true, "depends_on": [first]});
    let id = operator.create(&body).await;
    let got = operator.act(&id, "start").await;
    assert_eq!(got.refusal(), (409, "not_ready".to_owned()));
    let detail = got.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("held") && detail.contains("dependencies"), "{detail}");
}

#[tokio::test]
async fn what_cannot_run_is_not_retried() {
    let app = App::start().await;
    let operator = app.operator();
    let first = operator.create(&json!({"title": "first", "kind": "external"})).await;
    let body = json!({"title": "second", "kind": "external", "depends_on": [first]});
    let second = operator.create(&body).await;
    for id in [&second, &first] {
        operator.act(id, "cancel").await.expect(200);
    }
    let got = operator.act(&second, "retry").await;
    assert_eq!(got.refusal(), (409, "dependency_failed".to_owned()));
    let detail = got.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&first), "{detail}");
    operator.act(&first, "retry").await.expect(200);
    operator.act(&second, "retry").await.expect(200);
}

#[tokio::test]
async fn an_action_with_a_key_is_done_once_and_answered_with_the_same_bytes() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let key = [("idempotency-key", "start-it")];
    let path = format!("/api/missions/{id}/start");
    let first = operator.send("POST", &path, &key, None).await;
    operator.act(&id, "fail").await.expect(200);
    operator.act(&id, "retry").await.expect(200);
    let again = operator.send("POST", &path, &key, None).await;
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(app.viewer().mission(&id).await["status"], "pending", "it was not started again");
    let elsewhere = path.replace("start", "cancel");
    let got = operator.send("POST", &elsewhere, &key, None).await;
    assert_eq!(got.refusal(), (422, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn a_leased_mission_takes_writes_only_under_its_lease() {
    let app = App::start().await;
    let id = app.operator().create(&json!({"title": "a"})).await;
    let atlas = app.agent("atlas").await;
    let (claimed, lease) = atlas.claim_one().await;
    assert_eq!(claimed, id);
    let path = format!("/api/missions/{id}/progress");
    let with = |lease: Value| json!({"progress": 10, "lease_id": lease});
    let got = atlas.caller.post(&path, &json!({"progress": 10})).await;
    assert_eq!(got.refusal(), (409, "lease_required".to_owned()));
    let got = atlas.caller.post(&path, &with(json!(lease + 1))).await;
    assert_eq!(got.refusal(), (409, "lease_lost".to_owned()));
    atlas.caller.post(&path, &with(json!(lease))).await.expect(200);
    app.operator().act(&id, "take-back").await.expect(200);
    let got = atlas.caller.post(&path, &with(json!(lease))).await;
    assert_eq!(got.refusal(), (409, "lease_lost".to_owned()));
}

#[tokio::test]
async fn an_empty_body_is_fine_with_a_content_type_or_without_one() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let typed = [("content-type", "application/json")];
    let path = format!("/api/missions/{id}/hold");
    assert_eq!(operator.send("POST", &path, &typed, None).await.status, 200);
    assert_eq!(operator.send("POST", &path, &[], Some(&json!({}))).await.status, 200);
    operator.post(&path, &json!({"reason": "x"})).await.expect(200);
    let got = operator.post(&path, &json!({"until": "x"})).await;
    assert_eq!(got.refusal(), (422, "unknown_field".to_owned()));
}
