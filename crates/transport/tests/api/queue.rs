//! What operators set for queues, and what is refused.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn limits_are_whole_numbers_within_a_range_and_kinds_are_words() {
    let app = App::start().await;
    let operator = app.operator();
    for (path, body, status, code) in [
        ("/api/queue/survey", json!({"running_limit": -1}), 422, "out_of_range"),
        ("/api/queue/survey", json!({"key_limit": 1_000_001}), 422, "out_of_range"),
        ("/api/queue/survey", json!({"running_limit": 1.5}), 422, "wrong_type"),
        ("/api/queue/survey", json!({"paused": true}), 422, "unknown_field"),
        ("/api/queue/No%20Kind", json!({}), 404, "not_found"),
    ] {
        let got = operator.send("PUT", path, &[], Some(&body)).await;
        assert_eq!(got.refusal(), (status, code.to_owned()), "{path} {body}");
    }
    let got = operator.get("/api/queue?kind=No+Kind").await;
    assert_eq!(got.refusal(), (422, "invalid_kind".to_owned()));
    let got = operator.get("/api/queue/dead-letter?limit=201").await;
    assert_eq!(got.refusal(), (422, "out_of_range".to_owned()));
    let pause = operator.post("/api/queue/survey/pause", &json!({"paused": true})).await;
    assert_eq!(pause.refusal(), (422, "unknown_field".to_owned()));
    let viewer = app.viewer().send("PUT", "/api/queue/survey", &[], Some(&json!({}))).await;
    assert_eq!(viewer.refusal(), (403, "forbidden".to_owned()));
    let queues = app.viewer().get("/api/queue").await.expect(200);
    assert_eq!(queues["queues"], json!([]), "nothing of it was set");
}

#[tokio::test]
async fn words_of_the_routes_may_be_kinds_too() {
    let app = App::start().await;
    let operator = app.operator();
    for kind in ["pause", "resume", "dead-letter"] {
        operator.create(&json!({"title": "one", "kind": kind})).await;
        let paused =
            operator.post(&format!("/api/queue/{kind}/pause"), &json!({})).await.expect(200);
        assert_eq!(
            (&paused["queues"][0]["kind"], &paused["queues"][0]["paused"]),
            (&json!(kind), &json!(true))
        );
    }
    for kind in ["pause", "resume", "dead-letter"] {
        let (path, limits) = (format!("/api/queue/{kind}"), json!({"running_limit": 3}));
        let set = operator.send("PUT", &path, &[], Some(&limits)).await.expect(200);
        let set = &set["queues"][0];
        assert_eq!((&set["kind"], &set["running_limit"]), (&json!(kind), &json!(3)), "{set}");
    }
    assert_eq!(operator.get("/api/queue").await.expect(200)["project"]["paused"], false);
}

#[tokio::test]
async fn a_bulk_cancel_says_why() {
    let app = App::start().await;
    let operator = app.operator();
    let one = operator.create(&json!({"title": "one"})).await;
    let body = json!({"action": "cancel", "ids": [one], "reason": "ordered twice"});
    let done = operator.post("/api/missions/bulk", &body).await.expect(200);
    assert_eq!(done["done"], 1, "{done}");
    let mission = operator.mission(&one).await;
    assert_eq!(
        (&mission["status"], &mission["error_message"]),
        (&json!("cancelled"), &json!("ordered twice"))
    );
    let two = operator.create(&json!({"title": "two"})).await;
    let held = json!({"reason": "waits for the new budget"});
    operator.post(&format!("/api/missions/{two}/hold"), &held).await.expect(200);
    let events = operator.get(&format!("/api/missions/{two}/events")).await.expect(200);
    let last = events["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["type"], &last["reason"]), (&json!("mission_held"), &held["reason"]));
    assert!(last.get("failure_class").is_none(), "{last}");
}
