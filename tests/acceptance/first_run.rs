//! A fresh machine: nothing but a folder.

use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_tests::eventually;
use serde_json::{Value, json};

use crate::house::{House, LONG};

#[tokio::test]
async fn a_fresh_folder_is_enough_and_the_server_says_how_to_begin() -> Result<()> {
    let house = House::new()?;
    let control = house.start().await?;
    let url = control.server.base_url();
    let token = house.data().join("admin-token");
    let curl = format!(
        "curl -X POST {url}/api/missions -H \"Authorization: Bearer $(cat {})\"",
        token.display()
    );
    let log = eventually("the server says how to begin", LONG, async || {
        let log = control.server.log();
        if log.contains(&curl) { Ok(log) } else { Err(log) }
    })
    .await;
    assert!(log.contains(&format!("Mission Control is ready: {url}\n")), "{log}");
    assert_eq!(std::fs::metadata(&token)?.permissions().mode() & 0o777, 0o600);
    assert!(!log.contains(&std::fs::read_to_string(&token)?), "the token itself is not shown");

    let health = control.server.client().get("/api/health").await?.expect(StatusCode::OK)?;
    assert_eq!((&health["status"], &health["mission_tracker"]), (&json!("healthy"), &json!(true)));
    Ok(())
}

#[tokio::test]
async fn the_seeds_curl_body_is_performed_and_every_step_is_seen_live() -> Result<()> {
    let house = House::new()?;
    let control = house.start().await?;
    let stream = control.admin.request(Method::GET, "/api/live/stream?topics=missions");
    let mut stream = stream.events().await?;
    let body = json!({
        "title": "Document Processing",
        "description": "Process uploaded documents",
        "priority": "high",
    });
    let made = control.admin.post("/api/missions", &body).await?.expect(StatusCode::CREATED)?;
    assert_eq!(made["mission"]["status"], "pending");
    let id = crate::house::text(&made["mission_id"])?;

    let mut statuses: Vec<Value> = Vec::new();
    while statuses.last().is_none_or(|status| status != "completed") {
        let event = stream.next().await?.context("the stream goes on")?;
        let frame: Value = serde_json::from_str(&event.data)?;
        for change in frame["data"].as_array().into_iter().flatten() {
            assert_eq!(change["mission"], json!(id));
            statuses.push(change["to"].clone());
        }
    }
    statuses.dedup();
    assert_eq!(statuses, ["pending", "running", "completed"]);

    let mission = control.mission(&id).await?;
    assert_eq!((&mission["progress"], &mission["attempt"]), (&json!(100.0), &json!(1)));
    assert_eq!(mission["result"]["words"]["title"], 2);
    let logs = control.admin.get(&format!("/api/missions/{id}/logs")).await?;
    let logs = logs.expect(StatusCode::OK)?;
    let lines = logs["lines"].as_array().context("lines")?;
    assert!(lines.iter().any(|line| line["text"] == "Document Processing"), "{logs}");
    let metrics = control.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
    assert_eq!(metrics["metrics"]["completed_missions"], 1);
    assert_eq!(metrics["metrics"]["success_rate"], 100.0);
    Ok(())
}
