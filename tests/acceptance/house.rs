//! A server in a folder of its own, and its administrator.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use http::StatusCode;
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Only a real failure takes so long.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A data folder and what stands beside it, which outlive the servers that use them.
pub(crate) struct House {
    folder: TempDir,
    data: PathBuf,
}

/// A server that runs in a house, and its administrator as a client.
pub(crate) struct Control {
    pub(crate) server: ServerProcess,
    pub(crate) admin: Client,
}

impl House {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        Ok(Self { folder, data })
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A server with a worker inside.
    pub(crate) async fn start(&self) -> Result<Control> {
        self.start_with(&[]).await
    }

    /// A server with these flags.
    pub(crate) async fn start_with(&self, flags: &[&str]) -> Result<Control> {
        self.run(ServerCommand::new(self.data())?, flags).await
    }

    /// A server with these flags on a PostgreSQL.
    pub(crate) async fn start_on(&self, dsn: impl AsRef<OsStr>, flags: &[&str]) -> Result<Control> {
        self.run(ServerCommand::new(self.data())?.env("POSTGRES_DSN", dsn), flags).await
    }

    async fn run(&self, command: ServerCommand, flags: &[&str]) -> Result<Control> {
        let command = flags.iter().fold(command, |it, flag| it.arg(flag));
        let server = command.start().await?;
        let admin = server.administrator();
        Ok(Control { server, admin })
    }

    /// The flag that gives the worker this profile file.
    pub(crate) fn profiles(&self, toml: &str) -> Result<String> {
        let path = self.folder.path().join("profiles.toml");
        std::fs::write(&path, toml)?;
        Ok(format!("--profiles={}", path.display()))
    }
}

impl Control {
    /// A mission with this body, by its id.
    pub(crate) async fn create(&self, body: &Value) -> Result<String> {
        let made = self.admin.post("/api/missions", body).await?.expect(StatusCode::CREATED)?;
        text(&made["mission_id"])
    }

    pub(crate) async fn mission(&self, id: &str) -> Result<Value> {
        let got = self.admin.get(&format!("/api/missions/{id}")).await?.expect(StatusCode::OK)?;
        Ok(got["mission"].clone())
    }

    /// The mission, once it has this status.
    pub(crate) async fn mission_in(&self, id: &str, status: &str) -> Value {
        eventually(&format!("the mission is {status}"), LONG, async || {
            let mission = self.mission(id).await.map_err(|error| format!("{error:#}"))?;
            if mission["status"] == status { Ok(mission) } else { Err(mission.to_string()) }
        })
        .await
    }

    /// Does something to a mission.
    pub(crate) async fn act(&self, id: &str, action: &str) -> Result<Value> {
        let got = self.admin.post(&format!("/api/missions/{id}/{action}"), &json!({})).await?;
        Ok(got.expect(StatusCode::OK)?["mission"].clone())
    }

    /// A registered agent, by its id.
    pub(crate) async fn agent(&self, name: &str) -> Result<String> {
        let body = json!({"name": name, "type": "worker"});
        let got = self.admin.post("/api/agents", &body).await?.json()?;
        text(&got["agent"]["id"])
    }

    /// What an agent says or asks, and the answer.
    pub(crate) async fn ask(&self, agent: &str, what: &str, body: &Value) -> Result<Value> {
        let got = self.admin.post(&format!("/api/agents/{agent}/{what}"), body).await?;
        got.expect(StatusCode::OK)
    }
}

pub(crate) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}
