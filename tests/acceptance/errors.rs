//! What is refused, and how it is said.

use anyhow::Result;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::house::House;

const STRAY: &str = "/api/missions/019126f4-5d40-7000-8000-000000000001";

#[tokio::test]
async fn every_refusal_is_a_problem_with_a_code_and_a_sentence() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let (admin, anyone) = (&control.admin, control.server.client());
    let id = control.create(&json!({"title": "a"})).await?;
    let complete = format!("/api/missions/{id}/complete");
    let mission = format!("/api/missions/{id}");
    let large = json!({"title": "x".repeat(1_100_000)});
    let json_type = "application/json";
    let cases = [
        (401, "unauthenticated", anyone.request(Method::GET, "/api/missions")),
        (404, "not_found", admin.request(Method::GET, STRAY)),
        (404, "not_found", admin.request(Method::GET, "/api/nowhere")),
        (405, "method_not_allowed", admin.request(Method::PUT, "/api/missions")),
        (400, "unknown_field", admin.request(Method::GET, "/api/missions?colour=red")),
        (400, "invalid_cursor", admin.request(Method::GET, "/api/missions?cursor=x")),
        (421, "wrong_host", admin.request(Method::GET, "/livez").header("host", "evil.test")),
        (422, "out_of_range", admin.request(Method::GET, "/api/missions?limit=201")),
        (409, "invalid_transition", admin.request(Method::POST, &complete)),
        (428, "precondition_required", admin.request(Method::PATCH, &mission).json(&json!({}))),
        (413, "body_too_large", admin.request(Method::POST, "/api/missions").json(&large)),
        (415, "unsupported_media_type", admin.request(Method::POST, "/api/missions").bytes("x")),
        (
            400,
            "malformed_json",
            admin
                .request(Method::POST, "/api/missions")
                .header("content-type", json_type)
                .bytes("{"),
        ),
        (
            422,
            "unknown_dependency",
            admin
                .request(Method::POST, "/api/missions")
                .json(&json!({"title": "a", "depends_on": [&STRAY["/api/missions/".len()..]]})),
        ),
    ];
    for (status, code, call) in cases {
        let reply = call.send().await?;
        let problem = reply.expect(StatusCode::from_u16(status)?)?;
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["error"], problem["detail"]);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem}");
        assert_eq!(problem["request_id"].as_str(), reply.header("x-request-id"));
    }
    Ok(())
}

#[tokio::test]
async fn the_same_request_sent_again_is_answered_with_the_same_bytes_also_after_a_kill()
-> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&["--no-worker"]).await?;
    let body = json!({"title": "once"});
    let send = async |admin: mission_control_tests::http::Client, body: Value| {
        let call = admin.request(Method::POST, "/api/missions").header("idempotency-key", "k");
        call.json(&body).send().await
    };
    let first = send(control.admin.clone(), body.clone()).await?;
    assert_eq!(first.status, StatusCode::CREATED);
    control.server.kill_hard()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let again = send(control.admin.clone(), body).await?;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = send(control.admin.clone(), json!({"title": "other"})).await?;
    let problem = other.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
    assert_eq!(problem["code"], "idempotency_key_reused");
    Ok(())
}
