//! Definitions, templates, schedules and settings of queues that are asked for again because the answer
//! never came.

use serde_json::{Value, json};

use crate::app::{App, Caller, Got};

async fn keyed(caller: Caller<'_>, path: &str, key: &str, body: &Value) -> Got {
    caller.send("POST", path, &[("idempotency-key", key)], Some(body)).await
}

fn is_replayed(got: &Got) -> bool {
    got.header("idempotency-replayed") == Some("true")
}

fn template() -> Value {
    json!({"name": "dive", "mission": {"title": "Dive", "kind": "external"}})
}

fn schedule() -> Value {
    json!({"name": "nightly", "cron": "30 2 * * *", "template": "dive"})
}

/// Asks twice under the path as the key, and then for something else under it.
async fn asked_again(caller: Caller<'_>, path: &str, body: &Value, status: u16) -> Value {
    let first = keyed(caller, path, path, body).await;
    assert_eq!((first.status, is_replayed(&first)), (status, false), "{path}: {first:?}");
    let again = keyed(caller, path, path, body).await;
    assert_eq!((again.status, is_replayed(&again)), (status, true), "{path}: {again:?}");
    assert_eq!(first.body, again.body, "{path}");
    let other = keyed(caller, "/api/missions", path, &json!({"title": "other"})).await;
    assert_eq!(other.refusal(), (422, "idempotency_key_reused".to_owned()), "{path}");
    first.json()
}

#[tokio::test]
async fn what_is_made_or_set_under_a_key_is_answered_with_the_very_bytes() {
    let app = App::start().await;
    let operator = app.operator();
    let flow = json!({"name": "flow", "steps": [{"key": "a", "kind": "external"}]});
    let rests = "/api/schedules/nightly/pause";
    for (path, body, status) in [
        ("/api/workflows", &flow, 201),
        ("/api/templates", &template(), 201),
        ("/api/schedules", &schedule(), 201),
        (rests, &json!({"reason": "it is cold"}), 200),
        ("/api/schedules/nightly/resume", &json!({}), 200),
        ("/api/queue/survey/pause", &json!({}), 200),
        ("/api/queue/pause", &json!({}), 200),
        ("/api/queue/resume", &json!({}), 200),
        ("/api/queue/survey/resume", &json!({}), 200),
    ] {
        asked_again(operator, path, body, status).await;
    }
    // An answer is repeated, and not the deed.
    let again = keyed(operator, rests, rests, &json!({"reason": "it is cold"})).await;
    let was = &again.expect(200)["schedule"];
    assert_eq!((&was["pause"]["reason"], &was["revision"]), (&json!("it is cold"), &json!(2)));
    let now = app.viewer().get("/api/schedules/nightly").await.expect(200)["schedule"].clone();
    assert_eq!((&now["paused"], &now["revision"]), (&json!(false), &json!(3)));
    let pause = "/api/queue/survey/pause";
    let again = keyed(operator, pause, pause, &json!({})).await.expect(200);
    assert_eq!(again["queues"][0]["paused"], true);
    assert_eq!(app.viewer().get("/api/queue").await.expect(200)["queues"], json!([]));
}

#[tokio::test]
async fn the_answer_is_the_same_when_what_the_request_names_is_gone() {
    let app = App::start().await;
    let operator = app.operator();
    operator.post("/api/templates", &template()).await.expect(201);
    let requests = [
        ("/api/schedules", schedule(), 201),
        ("/api/schedules/nightly/pause", json!({}), 200),
        ("/api/schedules/nightly/resume", json!({}), 200),
        ("/api/templates/dive/launch", json!({}), 201),
    ];
    let mut told = Vec::new();
    for (path, body, status) in &requests {
        told.push(asked_again(operator, path, body, *status).await);
    }
    for path in ["/api/schedules/nightly", "/api/templates/dive"] {
        assert_eq!(operator.send("DELETE", path, &[], None).await.status, 204);
    }
    for ((path, body, status), told) in requests.iter().zip(told) {
        let late = keyed(operator, path, path, body).await;
        assert_eq!((late.status, is_replayed(&late), late.json()), (*status, true, told), "{path}");
    }
    let list = app.viewer().get("/api/schedules").await.expect(200);
    assert_eq!(list["schedules"], json!([]), "nothing was made again");
}

#[tokio::test]
async fn what_says_the_same_is_no_news_and_what_does_not_is_taken() {
    let app = App::start().await;
    let operator = app.operator();
    operator.post("/api/templates", &template()).await.expect(201);
    operator.post("/api/schedules", &schedule()).await.expect(201);
    let changed = |mut body: Value, member: &str, value: Value| {
        body[member] = value;
        body
    };
    for (path, body, code) in [
        ("/api/templates", template(), ""),
        ("/api/templates", changed(template(), "description", json!("deep")), "template_taken"),
        ("/api/schedules", schedule(), ""),
        ("/api/schedules", changed(schedule(), "paused", json!(true)), "schedule_taken"),
        ("/api/schedules", changed(schedule(), "cron", json!("0 2 * * *")), "schedule_taken"),
    ] {
        let got = operator.post(path, &body).await;
        match code {
            "" => assert_eq!((got.status, got.header("location")), (200, None), "{path} {body}"),
            code => assert_eq!(got.refusal(), (409, code.to_owned()), "{path} {body}"),
        }
    }
}
