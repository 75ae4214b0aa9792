//! One thing for many missions, shown first and done as it was shown.

use serde_json::{Value, json};

use crate::app::{App, Caller};

const BULK: &str = "/api/missions/bulk";

async fn three(operator: Caller<'_>) -> [String; 3] {
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        let body = json!({"title": title, "kind": "external", "labels": ["chosen"]});
        ids.push(operator.create(&body).await);
    }
    ids.try_into().unwrap()
}

/// The outcome of each mission, by its id.
fn outcome<'a>(reply: &'a Value, id: &str) -> &'a Value {
    let outcomes = reply["outcomes"].as_array().unwrap();
    let found = outcomes.iter().find(|outcome| outcome["mission_id"] == id);
    found.unwrap_or_else(|| panic!("{id} is not in {reply}"))
}

#[tokio::test]
async fn a_preview_does_nothing_and_its_token_does_just_what_it_showed() {
    let app = App::start().await;
    let operator = app.operator();
    let [one, two, three] = three(operator).await;
    operator.act(&three, "start").await.expect(200);
    let filter = json!({"label": "chosen", "status": "pending,running"});
    let body = json!({"action": "cancel", "filter": filter, "dry_run": true});
    let preview = operator.post(BULK, &body).await.expect(200);
    let breakdown =
        json!({"pending": 2, "running": 1, "completed": 0, "failed": 0, "cancelled": 0});
    assert_eq!((&preview["count"], &preview["breakdown"]), (&json!(3), &breakdown));
    assert_eq!(preview["sample"].as_array().unwrap().len(), 3);
    assert_eq!(preview["more"], false);
    for id in [&one, &two, &three] {
        assert_ne!(operator.mission(id).await["status"], "cancelled", "nothing is done yet");
    }

    // Of what has been shown, one changes, one only moves on, and one is new to the filter.
    let late = operator.create(&json!({"title": "late", "labels": ["chosen"]})).await;
    operator.act(&two, "hold").await.expect(200);
    let path = format!("/api/missions/{three}/progress");
    operator.post(&path, &json!({"progress": 50})).await.expect(200);

    let token = json!({"preview_token": preview["preview_token"]});
    let first = operator.post(BULK, &token).await.expect(200);
    assert_eq!((&first["done"], &first["skipped"]), (&json!(2), &json!(1)));
    assert_eq!(outcome(&first, &one)["outcome"], "done");
    assert_eq!(outcome(&first, &three)["outcome"], "done", "progress is no change");
    let skipped = outcome(&first, &two);
    assert_eq!((&skipped["outcome"], &skipped["code"]), (&json!("skipped"), &json!("changed")));
    assert_eq!(operator.mission(&two).await["status"], "pending");
    assert_eq!(operator.mission(&late).await["status"], "pending", "it was not shown");

    // Whatever happens in between, the same token is answered the same and does nothing more.
    operator.act(&one, "retry").await.expect(200);
    let again = operator.post(BULK, &token).await.expect(200);
    assert_eq!(again["outcomes"], first["outcomes"]);
    assert_eq!(operator.mission(&one).await["status"], "pending");
}

#[tokio::test]
async fn a_token_is_its_askers_alone() {
    let app = App::start().await;
    let operator = app.operator();
    let [one, ..] = three(operator).await;
    let body = json!({"action": "cancel", "ids": [one], "dry_run": true});
    let preview = operator.post(BULK, &body).await.expect(200);
    let token = json!({"preview_token": preview["preview_token"]});
    let stranger = app.stranger().post(BULK, &token).await;
    assert_eq!(stranger.refusal(), (403, "invalid_preview_token".to_owned()));
    let forged = operator.post(BULK, &json!({"preview_token": "cHJldmlldw"})).await;
    assert_eq!(forged.refusal(), (403, "invalid_preview_token".to_owned()));
    assert_eq!(app.viewer().post(BULK, &token).await.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(operator.mission(&one).await["status"], "pending");
}

#[tokio::test]
async fn missions_are_named_and_done_at_once() {
    let app = App::start().await;
    let operator = app.operator();
    let [one, two, three] = three(operator).await;
    operator.act(&two, "start").await.expect(200);
    let missing = "019126f4-5d40-7000-8000-000000000001";
    let ids = json!([one, two, three, one, missing]);
    let body = json!({"action": "priority", "priority": "critical", "ids": ids});
    let key = [("idempotency-key", "urgent")];
    let first = operator.send("POST", BULK, &key, Some(&body)).await.expect(200);
    assert_eq!((&first["done"], &first["refused"]), (&json!(2), &json!(2)));
    assert_eq!(outcome(&first, &two)["code"], "invalid_transition");
    assert_eq!(outcome(&first, missing)["code"], "not_found");
    assert_eq!(operator.mission(&one).await["priority"], "critical");
    assert_eq!(operator.mission(&two).await["priority"], "medium");

    let again = operator.send("POST", BULK, &key, Some(&body)).await.expect(200);
    assert_eq!(again["outcomes"], first["outcomes"], "a request sent twice is done once");
    let other = json!({"action": "cancel", "ids": [one]});
    let reused = operator.send("POST", BULK, &key, Some(&other)).await.expect(200);
    assert_eq!(outcome(&reused, &one)["code"], "idempotency_key_reused");
    assert_eq!(operator.mission(&one).await["status"], "pending");

    let preview = json!({"action": "approve", "ids": [one, missing], "dry_run": true});
    let preview = operator.post(BULK, &preview).await.expect(200);
    assert_eq!((&preview["count"], &preview["missing"]), (&json!(1), &json!([missing])));
}

#[tokio::test]
async fn what_a_filter_finds_is_previewed_first() {
    let app = App::start().await;
    let operator = app.operator();
    let [one, ..] = three(operator).await;
    for (body, status, code) in [
        (json!({"action": "cancel", "filter": {"status": "pending"}}), 422, "preview_required"),
        (json!({"action": "cancel", "filter": {}, "dry_run": true}), 422, "too_few"),
        (
            json!({"action": "cancel", "filter": {"state": "x"}, "dry_run": true}),
            422,
            "unknown_field",
        ),
        (
            json!({"action": "cancel", "filter": {"limit": "5"}, "dry_run": true}),
            422,
            "unknown_field",
        ),
        (json!({"action": "cancel", "ids": [one, 7]}), 422, "wrong_type"),
        (json!({"action": "cancel", "ids": ["x"]}), 422, "invalid_mission_id"),
        (json!({"ids": [one]}), 422, "missing_field"),
    ] {
        assert_eq!(operator.post(BULK, &body).await.refusal(), (status, code.to_owned()), "{body}");
    }
    assert_eq!(operator.mission(&one).await["status"], "pending");
}
