//! The server's beginning and its end.

use anyhow::Result;
use http::{Method, StatusCode};
use mission_control_tests::eventually;
use mission_control_tests::server::ServerCommand;
use serde_json::json;

use crate::house::{House, LONG};

/// Runs until it is killed.
const ENDLESS: &str = "[profiles.endless]\ncommand = [\"tail\", \"-f\", \"/dev/null\"]\n";

#[tokio::test]
async fn a_stopped_server_ends_well_and_the_next_one_knows_everything() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start().await?;
    let id = control.create(&json!({"title": "kept"})).await?;
    let before = control.mission_in(&id, "completed").await;
    assert_eq!(control.server.terminate().await?.code(), Some(0));
    let control = house.start().await?;
    assert_eq!(control.mission(&id).await?, before);
    let metrics = control.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
    assert_eq!(metrics["metrics"]["completed_missions"], 1);
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&["--no-worker"]).await?;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(control.create(&json!({"title": format!("m{n}")})).await?);
    }
    control.server.kill_hard()?;
    let control = house.start_with(&["--no-worker"]).await?;
    for id in &ids {
        assert_eq!(control.mission(id).await?["status"], "pending");
    }
    let metrics = control.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
    assert_eq!(metrics["metrics"]["total_missions"], 20);
    Ok(())
}

#[tokio::test]
async fn a_worker_that_drains_gives_back_what_it_cannot_finish() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&[&house.profiles(ENDLESS)?]).await?;
    let id = control.create(&json!({"title": "endless", "kind": "endless"})).await?;
    control.mission_in(&id, "running").await;
    assert_eq!(control.server.terminate().await?.code(), Some(0));
    let control = house.start_with(&["--no-worker"]).await?;
    let mission = control.mission(&id).await?;
    let got = (&mission["status"], &mission["attempt"]);
    assert_eq!(got, (&json!("pending"), &json!(0)), "the attempt is not used up");
    Ok(())
}

#[tokio::test]
async fn a_cancelled_mission_frees_its_worker() -> Result<()> {
    let house = House::new()?;
    let profiles = house.profiles(ENDLESS)?;
    let control = house.start_with(&[&profiles, "--worker-concurrency=1"]).await?;
    let endless = control.create(&json!({"title": "endless", "kind": "endless"})).await?;
    control.mission_in(&endless, "running").await;
    let next = control.create(&json!({"title": "next"})).await?;
    assert_eq!(control.mission(&next).await?["status"], "pending");
    assert_eq!(control.act(&endless, "cancel").await?["status"], "cancelled");
    control.mission_in(&next, "completed").await;
    assert_eq!(control.mission(&endless).await?["status"], "cancelled");
    Ok(())
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why_in_a_sentence() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let refused = house.start().await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("another server already uses the data folder"), "{refused}");

    let other = House::new()?;
    let port = control.server.base_url().rsplit(':').next().unwrap_or_default().to_owned();
    let taken = other.start_with(&[&format!("--port={port}")]).await;
    let taken = taken.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(taken.contains(&format!("port {port} on 127.0.0.1 is taken")), "{taken}");

    let away = ServerCommand::new(other.data())?;
    let away = away.env("POSTGRES_DSN", "postgresql://nobody:no@127.0.0.1:1/none").start().await;
    let away = away.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(away.contains("PostgreSQL cannot be opened"), "{away}");
    assert!(!away.contains("nobody:no"), "a password is not shown: {away}");
    Ok(())
}

#[tokio::test]
async fn a_draining_server_is_not_ready_but_lives_until_its_work_is_done() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&[&house.profiles(ENDLESS)?]).await?;
    let id = control.create(&json!({"title": "endless", "kind": "endless"})).await?;
    control.mission_in(&id, "running").await;
    let anyone = control.server.client();
    assert_eq!(anyone.get("/readyz").await?.status, StatusCode::OK);
    let watch = async {
        eventually("the server is not ready any more", LONG, async || {
            match anyone.request(Method::GET, "/readyz").send().await {
                Ok(reply) if reply.status == StatusCode::SERVICE_UNAVAILABLE => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        anyone.get("/livez").await
    };
    let (ended, lives) = tokio::join!(control.server.terminate(), watch);
    assert_eq!(lives?.status, StatusCode::OK);
    assert_eq!(ended?.code(), Some(0));
    Ok(())
}
