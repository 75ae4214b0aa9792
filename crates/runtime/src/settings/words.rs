//! The words that settings are made of.

use std::fmt;
use std::net::IpAddr;

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

/// An origin as browsers write it: `https://tools.example.org`, `http://localhost:8080`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// The origin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) const fn new(origin: String) -> Self {
        Self(origin)
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    /// The first of them: nothing but zeros behind the prefix.
    pub address: IpAddr,
    /// How many bits are the same, 1 to 32 or 128.
    pub prefix: u8,
}

impl Network {
    pub(super) const fn new(address: IpAddr, prefix: u8) -> Self {
        Self { address, prefix }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}
