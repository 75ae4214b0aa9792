//! The two places where a connection is observed: its stream and its reply bodies.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::activity::{Activity, InFlight};
use super::admission::Permit;
use super::farewell::Farewell;
use super::refusals::Refusals;

/// A stream that tells its [`Activity`] about bytes, and holds the connection's place.
pub(super) struct WatchedStream {
    stream: TcpStream,
    activity: Arc<Activity>,
    stalled: bool,
    permit: Permit,
    refusals: Refusals,
    farewell: Farewell,
}

/// A reply body that keeps its request in flight until it is sent or dropped.
pub(super) struct WatchedBody<B> {
    body: B,
    _in_flight: InFlight,
}

impl WatchedStream {
    pub(super) fn new(
        stream: TcpStream,
        activity: Arc<Activity>,
        permit: Permit,
        refusals: Refusals,
        farewell: Farewell,
    ) -> Self {
        Self { stream, activity, stalled: false, permit, refusals, farewell }
    }

    /// The stream and its place, unobserved from now on.
    pub(super) fn into_parts(self) -> (TcpStream, Permit) {
        (self.stream, self.permit)
    }

    fn wrote<T>(&mut self, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let stalled = outcome.is_pending();
        if stalled != self.stalled {
            self.stalled = stalled;
            self.activity.stalled(stalled.then(Instant::now));
        }
        outcome
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.activity.received(Instant::now());
        }
        outcome
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let outcome = if this.refusals.replaces(buf) {
            this.refusals.poll_write(&mut this.stream, cx)
        } else {
            Pin::new(&mut this.stream).poll_write(cx, buf)
        };
        self.wrote(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let mut filled = bufs.iter().filter(|buf| !buf.is_empty());
        let only = filled.next().filter(|_| filled.next().is_none());
        let outcome = if only.is_some_and(|buf| this.refusals.replaces(buf)) {
            this.refusals.poll_write(&mut this.stream, cx)
        } else {
            Pin::new(&mut this.stream).poll_write_vectored(cx, bufs)
        };
        self.wrote(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let sending = this.activity.may_be_sending() || this.refusals.has_refused();
        this.farewell.poll(&mut this.stream, sending, cx)
    }
}

impl<B> WatchedBody<B> {
    pub(super) const fn new(body: B, in_flight: InFlight) -> Self {
        Self { body, _in_flight: in_flight }
    }
}

impl<B: Body + Unpin> Body for WatchedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
