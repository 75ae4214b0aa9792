//! The demo: life in every state, marked where it is simulated, gone when it is told to go.

use std::path::Path;

use anyhow::{Context, Result};
use http::StatusCode;
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::Value;

use crate::house::{House, LONG};

/// A server with a demo, and its administrator.
struct Demo {
    server: ServerProcess,
    admin: Client,
}

impl Demo {
    async fn start(house: &House) -> Result<Self> {
        let command = ServerCommand::new(house.data())?.arg("--demo").arg("--demo-seed=7");
        let server = command.start().await?;
        let admin = server.administrator();
        Ok(Self { server, admin })
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.admin.get(path).await?.expect(StatusCode::OK)
    }

    async fn total(&self, filter: &str) -> Result<u64> {
        let list = self.get(&format!("/api/missions?limit=1&{filter}")).await?;
        list["total"].as_u64().context("a total")
    }

    /// All agents, once all of them are there.
    async fn agents(&self) -> Vec<Value> {
        eventually("sixteen agents are at work", LONG, async || {
            let got = self.get("/api/agents").await.map_err(|error| format!("{error:#}"))?;
            let agents = got["agents"].as_array().cloned().unwrap_or_default();
            let online = agents.iter().filter(|agent| agent["status"] != "offline").count();
            if online == 16 { Ok(agents) } else { Err(got.to_string()) }
        })
        .await
    }
}

/// Processes whose command line or environment names a folder.
fn processes_of(folder: &Path) -> Result<Vec<String>> {
    let folder = folder.display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let process = entry?.path();
        for file in ["cmdline", "environ"] {
            // A process may end while it is looked at.
            let text = std::fs::read(process.join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            if text.contains(&folder) {
                found.push(format!("{}: {text}", process.display()));
            }
        }
    }
    Ok(found)
}

#[tokio::test]
async fn the_demo_has_life_in_every_state_and_marks_what_is_simulated() -> Result<()> {
    let house = House::new()?;
    let mut demo = Demo::start(&house).await?;
    let agents = demo.agents().await;
    for agent in &agents {
        let name = agent["name"].as_str().context("a name")?;
        assert_eq!(name.starts_with("sim-"), agent["type"] == "simulated", "{agent}");
    }
    let states = ["pending", "running", "completed", "failed", "cancelled"];
    let filters = states.map(|state| format!("status={state}"));
    for filter in filters.iter().map(String::as_str).chain(["held=true", "dead_letter=true"]) {
        eventually(&format!("there is something with {filter}"), LONG, async || {
            match demo.total(filter).await {
                Ok(1..) => Ok(()),
                other => Err(format!("{other:?}\n{}", demo.server.log())),
            }
        })
        .await;
    }
    let metrics = eventually("tokens are used and paid for", LONG, async || {
        let got = demo.get("/api/metrics").await.map_err(|error| format!("{error:#}"))?;
        let metrics = got["metrics"].clone();
        let used = metrics["total_tokens"].as_f64() > Some(0.0);
        if used && metrics["total_cost"].as_f64() > Some(0.0) { Ok(metrics) } else { Err(got) }
    })
    .await;
    assert!(metrics["completed_missions"].as_u64() >= Some(1), "{metrics}");
    let list = demo.get("/api/missions?limit=200").await?;
    for mission in list["missions"].as_array().context("a list")? {
        let labels = mission["labels"].as_array().context("labels")?;
        let marked = labels.iter().any(|label| label == "simulated");
        let kind = mission["kind"].as_str().context("a kind")?;
        assert_eq!(marked, kind.starts_with("simulated."), "{mission}");
        assert_eq!(marked, mission["metadata"]["simulated"] == true, "{mission}");
    }
    eventually("what has happened is counted", LONG, async || {
        let got = demo.admin.get("/metrics").await.map_err(|error| format!("{error:#}"))?;
        let exposed = String::from_utf8_lossy(&got.body).into_owned();
        for (series, least) in [
            (r#"mission_control_worker_attempt_duration_seconds_count{kind="checksum",outcome="completed"} "#, 1),
            (r#"mission_control_missions{project="default",status="cancelled"} "#, 1),
        ] {
            let value = exposed.lines().find_map(|line| line.strip_prefix(series)?.parse::<u64>().ok());
            if value < Some(least) {
                return Err(format!("{series} is {value:?} in:\n{exposed}"));
            }
        }
        Ok(())
    })
    .await;
    assert_eq!(demo.server.terminate().await?.code(), Some(0));
    eventually("none of its processes is left", LONG, async || {
        let left = processes_of(house.data()).map_err(|error| vec![format!("{error:#}")])?;
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn the_demo_goes_on_where_it_was_with_the_same_agents() -> Result<()> {
    let house = House::new()?;
    let mut demo = Demo::start(&house).await?;
    let mut names: Vec<_> = demo.agents().await.iter().map(|it| it["id"].to_string()).collect();
    eventually("the opening is made", LONG, async || match demo.total("status=cancelled").await {
        Ok(1..) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let failed = "q=2019.md";
    assert_eq!(demo.total(failed).await?, 1);
    assert_eq!(demo.server.terminate().await?.code(), Some(0));
    assert_eq!(demo.server.log().matches("This is the demo").count(), 1);
    assert_eq!(std::fs::read_dir(house.data())?.count(), 1, "all of it is in one folder");

    let demo = Demo::start(&house).await?;
    let mut again: Vec<_> = demo.agents().await.iter().map(|it| it["id"].to_string()).collect();
    names.sort();
    again.sort();
    assert_eq!(names, again);
    assert_eq!(demo.total(failed).await?, 1, "the opening is not repeated");
    Ok(())
}
