//! Making, reading and editing missions.

use serde_json::{Value, json};

use crate::app::{App, OPERATORS_SIGNATURE};

#[tokio::test]
async fn the_body_of_the_seeds_curl_makes_a_pending_mission() {
    let app = App::start().await;
    let body = json!({
        "title": "Document Processing",
        "description": "Process uploaded documents",
        "priority": "high",
    });
    let got = app.operator().post("/api/missions", &body).await;
    let made = got.expect(201);
    assert_eq!(made["message"], "Mission created successfully");
    assert_eq!(made["mission_id"], made["mission"]["id"]);
    let location = format!("/api/missions/{}", made["mission_id"].as_str().unwrap());
    assert_eq!(got.header("location"), Some(location.as_str()));
    let mission = &made["mission"];
    for (member, value) in [
        ("title", json!("Document Processing")),
        ("description", json!("Process uploaded documents")),
        ("status", json!("pending")),
        ("priority", json!("high")),
        ("progress", json!(0.0)),
        ("error_message", json!(null)),
        ("result", json!(null)),
        ("metadata", json!({})),
        ("tokens_used", json!(0)),
        ("cost_estimate", json!(0)),
        ("created_by", json!(OPERATORS_SIGNATURE)),
        ("kind", json!("default")),
    ] {
        assert_eq!(mission[member], value, "{member}");
    }
    let got = app.viewer().get(&location).await;
    assert!(got.header("etag").unwrap().starts_with("\"1-"), "{got:?}");
    assert_eq!(got.expect(200)["mission"], *mission);
}

#[tokio::test]
async fn every_wrong_field_of_a_new_mission_is_named() {
    let app = App::start().await;
    let got = app.operator().post("/api/missions", &json!({"title": "", "priority": "x"})).await;
    let problem = got.expect(422);
    assert_eq!(problem["code"], "too_short");
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(fields, ["title", "priority"]);
    for (body, code) in [
        (json!({"title": "a", "colour": "red"}), "unknown_field"),
        (json!({"title": "a", "status": "completed"}), "read_only_field"),
        (json!({"description": "a"}), "missing_field"),
    ] {
        let got = app.operator().post("/api/missions", &body).await;
        assert_eq!(got.refusal(), (422, code.to_owned()));
    }
}

#[tokio::test]
async fn a_request_with_a_key_makes_one_mission_however_often_it_is_sent() {
    let app = App::start().await;
    let key = [("idempotency-key", "k-1")];
    let send = async |title: &'static str| {
        let body = json!({"title": title});
        app.operator().send("POST", "/api/missions", &key, Some(&body)).await
    };
    let first = send("once").await;
    let again = send("once").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = send("twice").await;
    assert_eq!(other.refusal(), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(app.viewer().get("/api/missions").await.expect(200)["total"], 1);

    let empty = [("idempotency-key", "")];
    let body = json!({"title": "none"});
    let got = app.operator().send("POST", "/api/missions", &empty, Some(&body)).await;
    assert_eq!(got.refusal(), (400, "invalid_idempotency_key".to_owned()));
}

#[tokio::test]
async fn a_batch_is_made_whole_or_not_at_all() {
    let app = App::start().await;
    let good = json!({"missions": [{"title": "a"}, {"title": "b"}]});
    let made = app.operator().post("/api/missions/batch", &good).await.expect(201);
    assert_eq!(made["mission_ids"].as_array().unwrap().len(), 2);
    let bad = json!({"missions": [{"title": "a"}, {"title": ""}]});
    let problem = app.operator().post("/api/missions/batch", &bad).await.expect(422);
    assert_eq!(problem["errors"][0]["field"], "missions[1].title");
    let stray = "019126f4-5d40-7000-8000-000000000001";
    let orphan = json!({"missions": [{"title": "a"}, {"title": "b", "depends_on": [stray]}]});
    let got = app.operator().post("/api/missions/batch", &orphan).await;
    assert_eq!(got.refusal(), (422, "unknown_dependency".to_owned()));
    assert_eq!(app.viewer().get("/api/missions").await.expect(200)["total"], 2);
}

#[tokio::test]
async fn an_edit_holds_for_the_revision_that_was_read() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "metadata": {"keep": 1, "drop": 2}})).await;
    let path = format!("/api/missions/{id}");
    let edit = async |seen: Option<&'static str>, body: Value| {
        let headers: Vec<(&str, &str)> = seen.map(|tag| ("if-match", tag)).into_iter().collect();
        operator.send("PATCH", &path, &headers, Some(&body)).await
    };
    let got = edit(None, json!({"title": "b"})).await;
    assert_eq!(got.refusal(), (428, "precondition_required".to_owned()));
    let body = json!({"title": "b", "metadata": {"drop": null, "add": 3}});
    let got = edit(Some("\"1\""), body).await;
    assert!(got.header("etag").unwrap().starts_with("\"2-"), "{got:?}");
    let edited = got.expect(200);
    assert_eq!(edited["message"], "Mission updated successfully");
    assert_eq!(edited["mission"]["metadata"], json!({"keep": 1, "add": 3}));
    for body in [json!({"title": "c"}), json!({"metadata": {"x": 1}})] {
        let got = edit(Some("\"1\""), body).await;
        assert_eq!(got.refusal(), (412, "stale_revision".to_owned()));
    }
    let got = edit(Some("*"), json!({"metadata": {"keep": 4}})).await;
    assert_eq!(got.expect(200)["mission"]["metadata"], json!({"keep": 4, "add": 3}));
    let got = edit(Some("*"), json!({"kind": "other"})).await;
    assert_eq!(got.refusal(), (422, "read_only_field".to_owned()));
}

#[tokio::test]
async fn a_child_hangs_below_its_parent_and_its_parents_progress_follows_it() {
    let app = App::start().await;
    let operator = app.operator();
    let parent = operator.create(&json!({"title": "whole", "kind": "external"})).await;
    let children = format!("/api/missions/{parent}/children");
    let body = json!({"title": "part", "kind": "external"});
    let child = operator.post(&children, &body).await.expect(201)["mission"].clone();
    assert_eq!((&child["parent_id"], &child["root_id"]), (&json!(parent), &json!(parent)));
    operator.post(&children, &body).await.expect(201);
    let child = child["id"].as_str().unwrap();
    operator.act(child, "start").await.expect(200);
    operator.act(child, "complete").await.expect(200);
    assert_eq!(app.viewer().mission(&parent).await["progress"], 50.0);
    let tree = app.viewer().get(&format!("/api/missions/{parent}/tree")).await.expect(200);
    assert_eq!((&tree["total"], &tree["missions"][0]["id"]), (&json!(3), &json!(parent)));

    let key = [("idempotency-key", "start-parent")];
    let start = format!("/api/missions/{parent}/start");
    let started = operator.send("POST", &start, &key, None).await.expect(200);
    assert_eq!(started["mission"]["progress"], 50.0, "also in an answer that is kept");
    operator.act(&parent, "complete").await.expect(200);
    let got = operator.post(&children, &body).await;
    assert_eq!(got.refusal(), (409, "parent_finished".to_owned()));
    let elsewhere = children.replace(&parent, "019126f4-5d40-7000-8000-000000000001");
    assert_eq!(operator.post(&elsewhere, &body).await.refusal().0, 404);
}

#[tokio::test]
async fn what_cannot_exist_or_is_not_ours_is_not_found() {
    let app = App::start().await;
    let id = app.operator().create(&json!({"title": "secret"})).await;
    assert_eq!(app.stranger().get(&format!("/api/missions/{id}")).await.status, 404);
    assert_eq!(app.stranger().act(&id, "cancel").await.status, 404);
    assert_eq!(app.stranger().get("/api/missions").await.expect(200)["total"], 0);
    for id in ["7", "019126f4-5d40-7000-8000-000000000001", "019126F4-5D40-7000-8000-000000000001"]
    {
        for detail in ["", "/events", "/attempts", "/logs", "/tree", "/explain"] {
            let got = app.viewer().get(&format!("/api/missions/{id}{detail}")).await;
            assert_eq!(got.refusal(), (404, "not_found".to_owned()), "{id}{detail}");
        }
    }
}

#[tokio::test]
async fn the_tag_of_a_mission_changes_with_whatever_is_shown_of_it() {
    let app = App::start().await;
    let operator = app.operator();
    let id = operator.create(&json!({"title": "a", "kind": "external"})).await;
    let path = format!("/api/missions/{id}");
    let tag = async || operator.get(&path).await.header("etag").unwrap().to_owned();
    let asked = async |tag: &str| {
        let got = operator.send("GET", &path, &[("if-none-match", tag)], None).await;
        assert_eq!(got.status == 304, got.body.is_empty());
        got.status
    };
    let first = tag().await;
    assert_eq!(asked(&first).await, 304);
    operator.act(&id, "start").await.expect(200);
    let started = tag().await;
    assert_eq!((asked(&first).await, asked(&started).await), (200, 304));
    let child = json!({"title": "b", "kind": "external"});
    operator.post(&format!("{path}/children"), &child).await.expect(201);
    let body = json!({"progress": 10});
    operator.post(&format!("{path}/progress"), &body).await.expect(200);
    assert_eq!(asked(&started).await, 200);
    let edit = json!({"title": "c"});
    let headers = [("if-match", first.as_str())];
    let got = operator.send("PATCH", &path, &headers, Some(&edit)).await;
    assert_eq!(got.status, 200, "only an edit stands in the way of another: {got:?}");
    let edited = got.header("etag").unwrap().to_owned();
    assert_eq!(asked(&edited).await, 304);
    assert_eq!(operator.send("PATCH", &path, &headers, Some(&edit)).await.status, 412);
}
