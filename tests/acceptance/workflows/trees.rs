//! Missions that a running mission makes below itself.

use anyhow::Result;
use http::StatusCode;
use serde_json::{Value, json};

use super::stage::{Stage, on_both};

/// The titles of a tree, nearest first.
async fn tree(stage: &Stage, id: &str) -> Result<Vec<String>> {
    let path = format!("/api/missions/{id}/tree");
    let got = stage.control.admin.get(&path).await?.expect(StatusCode::OK)?;
    let missions = got["missions"].as_array().into_iter().flatten();
    Ok(missions.map(|it| it["title"].as_str().unwrap_or_default().to_owned()).collect())
}

async fn progress(stage: &Stage, id: &str) -> Result<Value> {
    Ok(stage.control.mission(id).await?["progress"].clone())
}

#[tokio::test]
async fn an_agent_hands_on_parts_of_its_mission_and_their_completion_is_its_progress() -> Result<()>
{
    on_both(async |stage| {
        let top = stage.control.create(&json!({"title": "top"})).await?;
        let parent = stage.take().await?;
        assert_eq!(parent.id, top);
        let mut below = Vec::new();
        for n in 0..4 {
            let body = json!({"title": format!("part {n}"), "backoff": "none"});
            below.push(stage.child(&parent, body).await?);
        }
        let first = stage.take().await?;
        assert_eq!(first.id, below[0]);
        let deeper = stage.child(&first, json!({"title": "deeper"})).await?;
        let child = stage.control.mission(&deeper).await?;
        assert_eq!((&child["parent_id"], &child["root_id"]), (&json!(first.id), &json!(top)));
        let all = ["top", "part 0", "part 1", "part 2", "part 3", "deeper"];
        assert_eq!(tree(stage, &top).await?, all);
        assert_eq!(tree(stage, &first.id).await?, ["part 0", "deeper"]);

        assert_eq!(progress(stage, &top).await?, 0.0);
        stage.complete(&first, json!(1)).await?;
        assert_eq!(progress(stage, &top).await?, 20.0, "one of five below it");
        assert_eq!(progress(stage, &first.id).await?, 0.0, "itself is not counted");
        let second = stage.take().await?;
        stage.fail(&second).await?;
        assert_eq!(progress(stage, &top).await?, 20.0, "what failed stays in the count");
        for _ in 0..3 {
            let part = stage.take().await?;
            stage.complete(&part, Value::Null).await?;
        }
        assert_eq!(progress(stage, &top).await?, 80.0);
        stage.complete(&parent, json!("done")).await?;
        let ended = stage.control.mission(&top).await?;
        assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(80.0)));
        let late = format!("/api/missions/{top}/children");
        let late = stage.control.admin.post(&late, &json!({"title": "late"})).await?;
        assert_eq!(late.expect(StatusCode::CONFLICT)?["code"], "parent_finished");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_cancel_takes_the_subtree_when_it_is_asked_to() -> Result<()> {
    on_both(async |stage| {
        let top = stage.control.create(&json!({"title": "top"})).await?;
        let parent = stage.take().await?;
        let one = stage.child(&parent, json!({"title": "one"})).await?;
        let under_way = stage.take().await?;
        assert_eq!(under_way.id, one);
        let deep = stage.child(&under_way, json!({"title": "deep"})).await?;
        let two = stage.child(&parent, json!({"title": "two", "held": true})).await?;
        let beside = stage.control.create(&json!({"title": "beside", "held": true})).await?;

        // Without being asked, it takes nothing with it.
        let path = |id: &str| format!("/api/missions/{id}/cancel");
        stage.control.admin.post(&path(&two), &json!({})).await?.expect(StatusCode::OK)?;
        assert_eq!(stage.control.mission(&deep).await?["status"], "pending");
        let body = json!({"children": true, "reason": "not any more"});
        stage.control.admin.post(&path(&top), &body).await?.expect(StatusCode::OK)?;
        for id in [&top, &one, &deep] {
            stage.control.mission_in(id, "cancelled").await;
        }
        for taken in [&parent, &under_way] {
            assert_eq!(stage.beat(taken).await?["cancelled"], json!([taken.id]));
        }
        assert_eq!(stage.control.mission(&beside).await?["status"], "pending");
        assert!(stage.nothing_is_ready().await?);
        Ok(())
    })
    .await
}
