//! The words that settings are made of.

use std::fmt;

/// Which of the programs is to be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Program {
    /// API, page and worker in one process.
    Server,
    /// A worker of its own, on a store that is shared.
    Worker,
}

/// How much a process insists on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Environment {
    /// One person's machine: what is missing is made up where that is safe.
    Development,
    /// A secret key is required, logs are JSON.
    Production,
}

/// How a log line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object on each line, for machines.
    Json,
}

/// A name by which clients reach the server, as a `Host` header has it: lower-case, without a port,
/// IPv6 in brackets.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct HostName(String);

impl HostName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn new(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
