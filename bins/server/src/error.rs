//! Why a server does not start, each in a sentence that says what to do.

use std::io;
use std::net::SocketAddr;

use mission_control::kernel::{Invalid, StoreError};
use mission_control_executors::ProfileError;
use mission_control_persistence::{postgres, sqlite};
use mission_control_runtime::DataFolderError;
use mission_control_transport::http::RouteTableError;

use crate::demo::DemoError;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The port cannot be had.
    #[error("{}", port(address, source))]
    Port {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The socket does not know its own address.
    #[error("the listening socket has no address: {0}")]
    Address(io::Error),
    /// The data folder or a secret in it cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The SQLite file cannot be used.
    #[error(transparent)]
    Sqlite(#[from] sqlite::OpenError),
    /// The PostgreSQL database cannot be used.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// The store failed while it was read for the first time.
    #[error("the store could not be read: {0}")]
    Store(#[from] StoreError),
    /// The demo cannot write its files.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The profile file cannot be used.
    #[error(transparent)]
    Profiles(#[from] ProfileError),
    /// A name that no client can use, or an origin that no page has.
    #[error("the allowed host or origin {host} {reason}")]
    Host {
        /// Which.
        host: String,
        /// Why.
        reason: Invalid,
    },
    /// A mistake in the program.
    #[error("the table of routes is wrong: {0}")]
    Routes(#[from] RouteTableError),
}

fn port(address: &SocketAddr, source: &io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    match source.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {port} on {ip} is taken by another program; stop it, or choose another port \
             with --port"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "port {port} on {ip} is only for privileged users; choose one above 1023 with --port"
        ),
        _ => format!("cannot listen on {address}: {source}; choose another --host or --port"),
    }
}
