//! A server in a folder of its own, and its administrator before a browser.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::StatusCode;
use http::header::AUTHORIZATION;
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;

/// Only a real failure takes so long.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Below the ports that systems give to connections: one that was free stays so until it is taken
/// again after a restart.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The page is connected, whether there is room for the word or not.
pub(crate) const LIVE: &str = ".connection.link-live";

/// The list has its first answer: what is made from now on, it is told.
const LOADED: &str = ".list[aria-busy=false]";

/// What clients of the API come with; the page is opened by people.
pub(crate) const ADMIN_TOKEN: &str = "browser-tests.7f3K9q2M5x8W1z6V4b0N";

/// Long enough for anybody, and for everybody in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What the server prints before the code of its link.
const ENTER: &str = "/enter#";

/// A server, and clients of its API and of its page.
pub(crate) struct Stage {
    pub(crate) server: ServerProcess,
    pub(crate) admin: Client,
    pub(crate) browser: Browser,
    folder: TempDir,
}

impl Stage {
    /// A server without a worker, so that missions stay as they were made, and a browser that has
    /// opened nothing.
    pub(crate) async fn set() -> Result<Self> {
        Self::set_with(&["--no-worker"]).await
    }

    /// The same with these flags.
    pub(crate) async fn set_with(flags: &[&str]) -> Result<Self> {
        Self::set_on(flags, 0).await
    }

    /// The same, with somebody of this name and role in every project who has a [`PASSWORD`].
    pub(crate) async fn set_for(login: &str, role: &str) -> Result<Self> {
        let stage = Self::set().await?;
        stage.know(&json!({"login": login, "password": PASSWORD, "role": role})).await?;
        Ok(stage)
    }

    /// The same, and they are signed in and see the missions, live.
    pub(crate) async fn open_for(login: &str, role: &str) -> Result<Self> {
        let stage = Self::set_for(login, role).await?;
        stage.sign_in("/login", login).await?;
        stage.browser.counts(LIVE, 1).await;
        stage.browser.counts(LOADED, 1).await;
        Ok(stage)
    }

    /// A server on a port that another one finds free after it, and a browser that is signed in.
    pub(crate) async fn open_to_restart() -> Result<Self> {
        let stage = Self::set_on(&["--no-worker"], free_port()?).await?;
        stage.enter().await?;
        Ok(stage)
    }

    async fn set_on(flags: &[&str], port: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let command = flags.iter().fold(ServerCommand::new(&data)?, |it, flag| it.arg(flag));
        let mut command = command
            .env("MISSION_DASHBOARD_PORT", port.to_string())
            .env("MISSION_CONTROL_ADMIN_TOKEN", ADMIN_TOKEN);
        // A server that asks nobody has no other names.
        if !flags.contains(&"--no-auth") {
            command = command.env("MISSION_CONTROL_ALLOWED_HOSTS", "app.test");
        }
        let server = command.start().await?;
        let admin = administrator(&server)?;
        let browser = Browser::start().await?;
        Ok(Self { server, admin, browser, folder })
    }

    /// A server, and a browser that is signed in and shows the missions, live.
    pub(crate) async fn open() -> Result<Self> {
        let stage = Self::set().await?;
        stage.enter().await?;
        Ok(stage)
    }

    /// Opens the link that the server printed.
    pub(crate) async fn enter(&self) -> Result<()> {
        let link = self.link().await;
        self.browser.go(&link).await?;
        self.browser.counts(LIVE, 1).await;
        self.browser.counts(LOADED, 1).await;
        Ok(())
    }

    /// Opens a page once the one before it has its connection: a browser complains of one that is
    /// given up while it is being made.
    pub(crate) async fn visit(&self, path: &str) -> Result<()> {
        self.browser.counts(LIVE, 1).await;
        self.browser.go(&self.url(path)).await
    }

    /// The link that the server printed.
    pub(crate) async fn link(&self) -> String {
        eventually("the server prints a link", LONG, async || {
            let log = self.server.log();
            let link = log.split_whitespace().find(|word| word.contains(ENTER));
            link.map(str::to_owned).ok_or(log)
        })
        .await
    }

    /// Makes somebody known.
    pub(crate) async fn know(&self, person: &Value) -> Result<()> {
        self.admin.post("/api/users", person).await?.expect(StatusCode::CREATED)?;
        Ok(())
    }

    /// Signs in on the page at this path, which leads to the form.
    pub(crate) async fn sign_in(&self, path: &str, login: &str) -> Result<()> {
        self.browser.go(&self.url(path)).await?;
        self.fill_in(login, PASSWORD).await
    }

    /// Fills in the form and sends it.
    pub(crate) async fn fill_in(&self, login: &str, password: &str) -> Result<()> {
        self.browser.fills("[name=user]", login).await?;
        self.browser.fills("[name=password]", &format!("{password}\n")).await
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// An address of the page.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    /// Starts another server on the same folder and the same port.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        let port = self.server.base_url().rsplit(':').next().context("a port")?.to_owned();
        let command = ServerCommand::new(&self.data())?.arg("--no-worker");
        let command = command.env("MISSION_CONTROL_ADMIN_TOKEN", ADMIN_TOKEN);
        self.server = command.env("MISSION_DASHBOARD_PORT", port).start().await?;
        self.admin = administrator(&self.server)?;
        Ok(())
    }

    /// A mission with this body, by its id.
    pub(crate) async fn create(&self, body: &Value) -> Result<String> {
        let made = self.admin.post("/api/missions", body).await?.expect(StatusCode::CREATED)?;
        Ok(made["mission_id"].as_str().context("an id")?.to_owned())
    }

    /// Does something to a mission.
    pub(crate) async fn act(&self, id: &str, action: &str, body: &Value) -> Result<()> {
        let path = format!("/api/missions/{id}/{action}");
        self.admin.post(&path, body).await?.expect(StatusCode::OK)?;
        Ok(())
    }

    /// Writes lines into the log of a mission.
    pub(crate) async fn log(&self, id: &str, lines: &[&str]) -> Result<()> {
        let line = |text| json!({"at": "2026-01-01T00:00:00Z", "level": "info", "text": text});
        let lines: Vec<Value> = lines.iter().map(line).collect();
        let path = format!("/api/missions/{id}/logs");
        let answer = self.admin.post(&path, &json!({"lines": lines})).await?;
        ensure!(answer.status.is_success(), "{}", answer.text());
        Ok(())
    }

    /// A mission of this title that is driven from outside and runs.
    pub(crate) async fn running(&self, title: &str) -> Result<String> {
        let id = self.create(&json!({"title": title, "kind": "external"})).await?;
        self.act(&id, "start", &json!({})).await?;
        Ok(id)
    }

    /// Ends the test: nothing was wrong in the console, and nothing was forbidden by the policy.
    pub(crate) async fn ends_quietly(self) -> Result<()> {
        let said = self.browser.console().await?;
        assert!(said.is_empty(), "the console says: {said:#?}");
        self.browser.close().await
    }

    /// The same after somebody has signed in, before which the page asks in vain who they are.
    pub(crate) async fn ends_quietly_but_for_signing_in(self) -> Result<()> {
        let mut said = self.browser.console().await?;
        said.retain(|line| !is_of_a_stranger(line));
        assert!(said.is_empty(), "the console says: {said:#?}");
        self.browser.close().await
    }
}

/// Whether a line of the console says that nobody was signed in yet, which a page finds out by asking.
fn is_of_a_stranger(line: &str) -> bool {
    line.contains("/api/me") && line.contains("401")
}

fn free_port() -> Result<u16> {
    // Tests run in several threads and processes: each begins its search elsewhere.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 1_000)? * 11;
    for _ in PORTS {
        let step = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + step % (PORTS.end - PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free between {} and {}", PORTS.start, PORTS.end)
}

fn administrator(server: &ServerProcess) -> Result<Client> {
    let bearer = format!("Bearer {ADMIN_TOKEN}").parse().context("the token as a header")?;
    Ok(server.client().with(AUTHORIZATION, bearer))
}
