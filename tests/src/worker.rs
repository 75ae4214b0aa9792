//! The built worker as a process of its own.

use std::ffi::OsStr;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{Launch, Process};

/// What a worker says when it takes missions; its name and what it runs follow.
const READY: &str = "Mission Control worker ";

/// How a worker is to be started, knowing nothing of the environment.
#[derive(Debug)]
pub struct WorkerCommand(Launch);

impl WorkerCommand {
    /// The built worker with this data folder, which others may have too.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn new(data_folder: &Path) -> Result<Self> {
        let launch = Launch::built("mission-control-worker", "worker", data_folder, READY)?
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

    /// Starts it and waits until it says that it takes missions.
    ///
    /// # Errors
    /// When it ends before, or stays silent; the error carries what it wrote.
    pub async fn start(self) -> Result<WorkerProcess> {
        let (process, said) = self.0.start().await?;
        let (name, _) = said.split_once(' ').context("a name and more")?;
        Ok(WorkerProcess { name: name.to_owned(), process })
    }
}

/// A running worker: a process that is an agent.
#[derive(Debug)]
pub struct WorkerProcess {
    name: String,
    process: Process,
}

impl WorkerProcess {
    /// The name of its agent.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Deref for WorkerProcess {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for WorkerProcess {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}
