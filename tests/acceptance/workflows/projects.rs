//! A run of another project is not there.

use anyhow::Result;
use http::header::HeaderName;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::stage::on_both;

const PROJECT: HeaderName = HeaderName::from_static("x-project");

#[tokio::test]
async fn a_run_of_another_project_is_not_there() -> Result<()> {
    on_both(async |stage| {
        let admin = &stage.control.admin;
        admin.post("/api/projects", &json!({"id": "lab"})).await?.expect(StatusCode::CREATED)?;
        let lab = admin.with(PROJECT, HeaderValue::from_static("lab"));
        let flow = json!({"name": "flow", "steps": [{"key": "a"}]});
        lab.post("/api/workflows", &flow).await?.expect(StatusCode::CREATED)?;
        let made = lab.post("/api/workflows/flow/runs", &json!({})).await?;
        let id =
            made.expect(StatusCode::CREATED)?["run_id"].as_str().unwrap_or_default().to_owned();

        for path in [format!("/api/runs/{id}"), "/api/workflows/flow".to_owned()] {
            assert_eq!(admin.get(&path).await?.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(lab.get(&path).await?.status, StatusCode::OK, "{path}");
        }
        let asked = ["cancel", "retry", "pause", "resume"].map(|it| format!("/api/runs/{id}/{it}"));
        let asked = asked.into_iter().chain(["/api/workflows/flow/runs".to_owned()]);
        for path in asked {
            let got = admin.post(&path, &json!({})).await?;
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}: {}", got.text());
        }
        for path in ["/api/runs", "/api/runs?workflow=flow", "/api/workflows"] {
            let list = admin.get(path).await?.expect(StatusCode::OK)?;
            let entries = list.get("runs").or_else(|| list.get("workflows"));
            assert_eq!(entries, Some(&json!([])), "{path}");
        }
        let run = lab.get(&format!("/api/runs/{id}")).await?.expect(StatusCode::OK)?["run"].clone();
        assert_eq!((&run["state"], &run["paused"]), (&json!("pending"), &json!(false)));
        assert!(
            stage.nothing_is_ready().await?,
            "an agent of one project takes nothing of another"
        );
        // The same name is another workflow here.
        let here = stage.define("flow", json!([{"key": "b"}])).await?;
        assert_eq!(here["version"], 1);
        Ok(())
    })
    .await
}
