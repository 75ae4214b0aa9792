//! The built server as a process of its own.

use std::ffi::OsStr;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use anyhow::Result;
use http::HeaderValue;
use http::header::AUTHORIZATION;

use crate::http::Client;
use crate::process::{Launch, Process};

/// What a server says when it answers; its base URL follows.
const READY: &str = "Mission Control is ready: ";

/// The administrator's token of servers that tests start, unless they say otherwise.
pub const ADMIN_TOKEN: &str = "tests.4hW8zQ2kV9xT6mB3pL7rY5nD1cJ0sG";

/// How a server is to be started: on loopback, on a free port, knowing nothing of the environment.
#[derive(Debug)]
pub struct ServerCommand(Launch);

impl ServerCommand {
    /// The built server with this data folder, whose administrator has the [`ADMIN_TOKEN`].
    ///
    /// # Errors
    /// When it has not been built.
    pub fn new(data_folder: &Path) -> Result<Self> {
        Ok(Self::fresh(data_folder)?.env("MISSION_CONTROL_ADMIN_TOKEN", ADMIN_TOKEN))
    }

    /// The same without anybody who could come in, but by the link that it prints.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn fresh(data_folder: &Path) -> Result<Self> {
        let launch = Launch::built("mission-control-server", "server", data_folder, READY)?
            .env("MISSION_DASHBOARD_HOST", "127.0.0.1")
            .env("MISSION_DASHBOARD_PORT", "0")
            .env("MISSION_CONTROL_DATA_DIR", data_folder);
        Ok(Self(launch))
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        Self(self.0.env(name, value))
    }

    /// Adds a flag or an argument.
    #[must_use]
    pub fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        Self(self.0.arg(argument))
    }

    /// Starts it and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it ends before, or stays silent; the error carries what it wrote.
    pub async fn start(self) -> Result<ServerProcess> {
        let (process, base_url) = self.0.start().await?;
        Ok(ServerProcess { base_url, process })
    }
}

/// A running server: a process with an address.
#[derive(Debug)]
pub struct ServerProcess {
    base_url: String,
    process: Process,
}

impl ServerProcess {
    /// Where it listens, such as `http://127.0.0.1:40213`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }

    /// The same as its administrator, with the [`ADMIN_TOKEN`].
    #[must_use]
    pub fn administrator(&self) -> Client {
        let bearer = format!("Bearer {ADMIN_TOKEN}");
        let bearer = HeaderValue::try_from(bearer).expect("a literal that fits a header");
        self.client().with(AUTHORIZATION, bearer)
    }
}

impl Deref for ServerProcess {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for ServerProcess {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}
