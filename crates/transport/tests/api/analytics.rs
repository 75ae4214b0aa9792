//! What ended missions were like, in groups.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn ended_missions_are_compared_by_what_they_have_in_common() {
    let app = App::start().await;
    let operator = app.operator();
    for (model, end) in [("owl", "complete"), ("owl", "fail"), ("hare", "complete")] {
        let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
        let path = |action: &str| format!("/api/missions/{id}/{action}");
        operator.post(&path("start"), &json!({"model_used": model})).await.expect(200);
        let usage = json!({"progress": 1, "tokens_used": 10, "cost_estimate": 0.25});
        operator.post(&path("progress"), &usage).await.expect(200);
        operator.act(&id, end).await.expect(200);
    }
    let found = app.viewer().get("/api/analytics?by=model").await.expect(200);
    assert_eq!((&found["by"], &found["counted"]), (&json!("model"), &json!(3)));
    assert_eq!(found["capped"], false);
    let groups = found["groups"].as_array().unwrap();
    assert_eq!((&groups[0]["key"], &groups[1]["key"]), (&json!("owl"), &json!("hare")));
    let owl = &groups[0];
    assert_eq!((&owl["count"], &owl["success_rate"]), (&json!(2), &json!(50.0)));
    assert_eq!((&owl["total_tokens"], &owl["total_cost"]), (&json!(20), &json!(0.5)));
    assert!(owl["p50_duration"].as_f64().unwrap() <= owl["p95_duration"].as_f64().unwrap());

    let none = app.viewer().get("/api/analytics?by=template").await.expect(200);
    assert_eq!(none["groups"], json!([]), "none was made from a template");
    let elsewhere = app.stranger().get("/api/analytics?by=day").await.expect(200);
    assert_eq!(elsewhere["groups"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let app = App::start().await;
    for (query, status, code) in [
        ("", 422, "missing_field"),
        ("?by=mood", 422, "invalid_grouping"),
        ("?by=day&from=2020-01-01T00:00:00Z", 422, "period_too_long"),
        ("?by=day&step=1h", 400, "unknown_field"),
    ] {
        let got = app.viewer().get(&format!("/api/analytics{query}")).await;
        assert_eq!(got.refusal(), (status, code.to_owned()), "{query}");
    }
}
