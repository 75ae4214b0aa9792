//! The end of a connection whose client may still be sending.
//!
//! A socket that is closed while bytes come in is reset, and a reset takes with it what the client
//! has not read yet: the very answer that says what was wrong with its request. So our own side is
//! ended first, and what still comes is thrown away until the client ends its side too (a lingering
//! close, as RFC 9112, section 9.6, asks for).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// What is thrown away at a time.
const SCRAP: usize = 16 * 1024;

/// How far a farewell has come.
pub(super) struct Farewell {
    longest: Duration,
    /// Since our own side has ended: until when the other may send.
    until: Option<Pin<Box<Sleep>>>,
}

impl Farewell {
    /// One that lets the client send for `longest` at most.
    pub(super) const fn new(longest: Duration) -> Self {
        Self { longest, until: None }
    }

    /// Ends our side of `stream` and, where the client may be `sending`, waits for its end.
    pub(super) fn poll<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        sending: bool,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.until.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            if !sending {
                return Poll::Ready(Ok(()));
            }
        }
        let longest = self.longest;
        let until =
            self.until.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + longest)));
        let mut scrap = [0; SCRAP];
        while until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scrap);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                // A client that resets the connection has ended it as well.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
