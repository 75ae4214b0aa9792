//! Agents of other machines, over plain HTTP.

use anyhow::Result;
use mission_control_tests::eventually;
use serde_json::json;

use crate::house::{House, LONG};

#[tokio::test]
async fn an_agent_needs_nothing_but_http() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let id = control.create(&json!({"title": "far away", "input": {"n": 7}})).await?;
    let agent = control.agent("atlas").await?;
    let claimed = control.ask(&agent, "claim", &json!({"wait_seconds": 30})).await?;
    let claimed = &claimed["missions"][0];
    assert_eq!(
        (&claimed["mission"]["id"], &claimed["mission"]["input"]["n"]),
        (&json!(id), &json!(7))
    );
    let lease = &claimed["lease_id"];
    let held = json!([{"mission_id": id, "lease_id": lease, "progress": 50, "tokens_used": 10}]);
    let beat = control.ask(&agent, "heartbeat", &json!({"running": held})).await?;
    assert_eq!(beat["leases"][0]["mission_id"], json!(id));
    assert_eq!(control.mission(&id).await?["progress"], 50.0);
    let report =
        json!({"mission_id": id, "lease_id": lease, "kind": "complete", "result": {"n": 8}});
    let told = control.ask(&agent, "report", &json!({"reports": [report]})).await?;
    assert_eq!(told["outcomes"][0]["ok"], true);
    assert_eq!(control.mission(&id).await?["result"], json!({"n": 8}));
    Ok(())
}

#[tokio::test]
async fn a_silent_agent_loses_its_mission_to_the_next_one() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let id = control.create(&json!({"title": "slippery", "backoff": "none"})).await?;
    let (silent, next) = (control.agent("silent").await?, control.agent("next").await?);
    let want = json!({"wait_seconds": 30, "lease_seconds": 1});
    let first = control.ask(&silent, "claim", &want).await?["missions"][0].clone();
    let second = eventually("the mission is taken again", LONG, async || {
        let claimed = control.ask(&next, "claim", &json!({"wait_seconds": 30})).await;
        let claimed = claimed.map_err(|error| format!("{error:#}"))?["missions"][0].clone();
        if claimed.is_null() { Err("nothing".to_owned()) } else { Ok(claimed) }
    })
    .await;
    assert_eq!((&second["mission"]["id"], &second["attempt"]), (&json!(id), &json!(2)));
    assert!(second["lease_id"].as_i64() > first["lease_id"].as_i64());
    let late = json!({"mission_id": id, "lease_id": first["lease_id"], "kind": "complete"});
    let told = control.ask(&silent, "report", &json!({"reports": [late]})).await?;
    assert_eq!(told["outcomes"][0]["code"], "lease_lost");
    assert_eq!(control.mission(&id).await?["status"], "running");
    Ok(())
}

#[tokio::test]
async fn a_failure_is_tried_again_until_the_attempts_are_used_up() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let body = json!({"title": "hopeless", "backoff": "none", "max_attempts": 2});
    let id = control.create(&body).await?;
    let agent = control.agent("atlas").await?;
    for attempt in 1..=2 {
        let claimed = control.ask(&agent, "claim", &json!({"wait_seconds": 30})).await?;
        let claimed = &claimed["missions"][0];
        assert_eq!(claimed["attempt"], attempt);
        let report = json!({
            "mission_id": id, "lease_id": claimed["lease_id"], "kind": "fail",
            "error_message": "no luck", "class": "transient",
        });
        control.ask(&agent, "report", &json!({"reports": [report]})).await?;
    }
    let failed = control.mission(&id).await?;
    assert_eq!((&failed["status"], &failed["dead_letter"]), (&json!("failed"), &json!(true)));
    assert_eq!(failed["error_message"], "no luck");
    assert_eq!(control.act(&id, "retry").await?["status"], "pending");
    Ok(())
}
