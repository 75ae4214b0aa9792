//! Chromium without a window, over WebDriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use mission_control_tests::eventually;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use crate::stage::LONG;

/// A browser that takes longer to start on the busiest machine has hung.
const START_WITHIN: Duration = Duration::from_secs(120);

/// A driver that takes longer to end its browsers is ended itself.
const END_WITHIN: Duration = Duration::from_secs(20);

/// So many drivers never choose badly in a row.
const MOST_TRIES: u32 = 10;

/// Other sites, without leaving the machine: every name below `test` (RFC 2606) is this machine.
const SITES: &str = "--host-resolver-rules=MAP *.test 127.0.0.1";

/// Words before the port in what the driver prints.
const ON_PORT: &str = "started successfully on port ";

/// A browser with one window.
pub(crate) struct Browser {
    client: Client,
    _driver: Driver,
}

/// The driver's process; it takes its browsers with it.
struct Driver(Child);

impl Driver {
    /// A driver and its port. Two that start at once may choose the same one, and then one of them
    /// ends.
    async fn start() -> Result<(Self, u16)> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::try_to_start().await {
                Err(_) if tries < MOST_TRIES => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_to_start() -> Result<(Self, u16)> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting chromedriver, of Debian's package chromium-driver")?;
        let stdout = child.stdout.take().context("its output")?;
        let driver = Self(child);
        let port = tokio::task::spawn_blocking(move || port_of(BufReader::new(stdout)));
        let port = timeout(START_WITHIN, port).await.context("no port in time")???;
        Ok((driver, port))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let Ok(pid) = i32::try_from(self.0.id()).map(Pid::from_raw) else { return };
        // Asked, not killed: only then does it end its browsers.
        let _asked = kill(pid, Signal::SIGTERM);
        let (ended, told) = mpsc::channel::<()>();
        let guard = std::thread::spawn(move || {
            if told.recv_timeout(END_WITHIN) == Err(RecvTimeoutError::Timeout) {
                let _killed = kill(pid, Signal::SIGKILL);
            }
        });
        let _ended = self.0.wait();
        drop(ended);
        let _over = guard.join();
    }
}

impl Browser {
    /// A window as wide as a desk's.
    pub(crate) async fn start() -> Result<Self> {
        let (driver, port) = Driver::start().await?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let address = format!("http://127.0.0.1:{port}");
        let connected = Box::pin(builder.capabilities(capabilities()).connect(&address));
        let client = timeout(START_WITHIN, connected).await;
        let client = client.context("Chromium did not start in time")??;
        Ok(Self { client, _driver: driver })
    }

    /// Opens an address.
    pub(crate) async fn go(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Where it is, whole.
    pub(crate) async fn address(&self) -> Result<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Where it is.
    pub(crate) async fn path(&self) -> Result<String> {
        let url = self.client.current_url().await?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(format!("{}{query}", url.path()))
    }

    /// Waits until the first element of `css` shows `words`, whatever else; letters in any case.
    pub(crate) async fn sees(&self, css: &str, words: &str) {
        let what = format!("{css} shows {words:?}");
        let wanted = words.to_lowercase();
        eventually(&what, LONG, async || match self.text(css).await {
            Ok(text) if text.to_lowercase().contains(&wanted) => Ok(()),
            seen => Err(seen.map_err(|error| format!("{error:#}"))),
        })
        .await;
    }

    /// Waits until `count` elements match `css`.
    pub(crate) async fn counts(&self, css: &str, count: usize) {
        eventually(&format!("{count} × {css}"), LONG, async || {
            match self.client.find_all(Locator::Css(css)).await {
                Ok(found) if found.len() == count => Ok(()),
                found => Err(found.map(|found| found.len()).map_err(|error| error.to_string())),
            }
        })
        .await;
    }

    /// Waits until the script, the body of a function, returns true.
    pub(crate) async fn holds(&self, what: &str, script: &str) {
        eventually(what, LONG, async || match self.run(script).await {
            Ok(Value::Bool(true)) => Ok(()),
            seen => Err(seen.map_err(|error| format!("{error:#}"))),
        })
        .await;
    }

    /// The text that the first element of `css` shows.
    pub(crate) async fn text(&self, css: &str) -> Result<String> {
        Ok(self.client.find(Locator::Css(css)).await?.text().await?)
    }

    /// Clicks the first element of `css`, once it is there and nothing covers it.
    pub(crate) async fn click(&self, css: &str) {
        eventually(&format!("{css} can be clicked"), LONG, async || {
            let click = async { self.client.find(Locator::Css(css)).await?.click().await };
            click.await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// Types into whatever has the focus.
    pub(crate) async fn types(&self, keys: &str) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(keys).await?)
    }

    /// Empties the field of `css` and types into it.
    pub(crate) async fn fills(&self, css: &str, text: &str) -> Result<()> {
        self.click(css).await;
        let field = self.client.find(Locator::Css(css)).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// The tab that is looked at.
    pub(crate) async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.client.window().await?)
    }

    /// Another tab of the same browser, which is looked at from now on; gives the one before.
    pub(crate) async fn open_tab(&self) -> Result<WindowHandle> {
        let before = self.tab().await?;
        let tab = self.client.new_window(true).await?;
        self.client.switch_to_window(tab.handle).await?;
        Ok(before)
    }

    /// Looks at a tab.
    pub(crate) async fn look_at(&self, tab: WindowHandle) -> Result<()> {
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// What a script, the body of a function, returns.
    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// What a script gives to the function that is its last argument.
    pub(crate) async fn run_async(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute_async(script, Vec::new()).await?)
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let body = json!({"cmd": command, "params": parameters});
        let path = "goog/cdp/execute";
        Ok(self.client.issue_cmd(Raw { path, body }).await?)
    }

    /// The screen as wide as this, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let parameters =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", parameters).await?;
        Ok(())
    }

    /// Warnings and errors that the console has got since it was last asked.
    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        let body = json!({"type": "browser"});
        let lines = self.client.issue_cmd(Raw { path: "se/log", body }).await?;
        let lines = lines.as_array().context("a list of lines")?;
        let bad =
            lines.iter().filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        Ok(bad.map(|line| line["message"].to_string()).collect())
    }

    /// Closes the window.
    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}

/// A command that WebDriver has not, below the session.
#[derive(Debug)]
struct Raw {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn port_of(output: impl BufRead) -> Result<u16> {
    for line in output.lines() {
        let line = line?;
        if let Some((_, port)) = line.split_once(ON_PORT) {
            return port.trim_end_matches('.').parse().context(line.clone());
        }
    }
    anyhow::bail!("chromedriver ended before it said its port")
}

fn capabilities() -> Map<String, Value> {
    let flags = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--force-color-profile=srgb",
        "--window-size=1440,900",
        SITES,
    ];
    let wanted = json!({
        "goog:chromeOptions": {"args": flags},
        "goog:loggingPrefs": {"browser": "ALL"},
    });
    wanted.as_object().cloned().unwrap_or_default()
}
