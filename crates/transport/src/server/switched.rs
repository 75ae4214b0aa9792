//! Connections that have gone on from HTTP to another protocol.

use std::io;

use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use tokio::net::TcpStream;

use super::admission::Permit;
use super::watched::WatchedStream;

/// The bare connection, in its place among all others, without what HTTP needed around it.
pub(crate) struct Switched {
    stream: TcpStream,
    _permit: Permit,
}

impl Switched {
    /// The connection of a request that was answered with 101, and what the client has already said
    /// behind it; `None` when it is gone.
    pub(crate) async fn of(upgrade: OnUpgrade) -> Option<(Self, Bytes)> {
        let upgraded: Upgraded = upgrade.await.ok()?;
        let parts = downcast::<TokioIo<WatchedStream>>(upgraded).ok()?;
        let (stream, permit) = parts.io.into_inner().into_parts();
        Some((Self { stream, _permit: permit }, parts.read_buf))
    }

    /// Waits until something can be read.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.stream.readable().await
    }

    /// Waits until something can be written.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Reads what is there.
    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.try_read(buffer)
    }

    /// Writes what goes without waiting.
    pub(crate) fn try_write_vectored(&self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.stream.try_write_vectored(parts)
    }
}
