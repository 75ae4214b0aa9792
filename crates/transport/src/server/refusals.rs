//! What is said of bytes that are no request.
//!
//! The HTTP library answers a head that it cannot read by itself, with a status and no body, and has
//! no hook for it. So the stream recognises such an answer on its way out and sends a better one in
//! its place.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{Response, StatusCode};
use tokio::io::AsyncWrite;

type Explain = Box<dyn Fn(StatusCode) -> Option<Response<Bytes>> + Send + Sync>;

/// Longer than any answer that the library gives by itself.
const LONGEST_OWN: usize = 256;

/// Writes explained refusals in place of bare ones.
pub(super) struct Refusals {
    explain: Explain,
    under_way: Option<Instead>,
    refused: bool,
}

/// What is written, and how many bytes it stands for.
struct Instead {
    bytes: Bytes,
    stands_for: usize,
}

impl Refusals {
    pub(super) fn new(
        explain: impl Fn(StatusCode) -> Option<Response<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self { explain: Box::new(explain), under_way: None, refused: false }
    }

    /// Whether something else is to be written in place of `bytes`.
    pub(super) fn replaces(&mut self, bytes: &[u8]) -> bool {
        if self.under_way.is_none() {
            let explained = bare_refusal(bytes).and_then(|status| (self.explain)(status));
            self.under_way = explained
                .map(|response| Instead { bytes: written(&response), stands_for: bytes.len() });
        }
        self.refused |= self.under_way.is_some();
        self.under_way.is_some()
    }

    /// Whether anything was refused so.
    pub(super) const fn has_refused(&self) -> bool {
        self.refused
    }

    /// Writes it to the end; says how many bytes of the bare one are done with.
    pub(super) fn poll_write<W: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut W,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let Some(instead) = &mut self.under_way else { return Poll::Ready(Ok(0)) };
        while instead.bytes.has_remaining() {
            let count = ready!(Pin::new(&mut *stream).poll_write(cx, &instead.bytes))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            instead.bytes.advance(count);
        }
        let stands_for = instead.stands_for;
        self.under_way = None;
        Poll::Ready(Ok(stands_for))
    }
}

/// The status of an answer that the library gave by itself: a head without a body that does not name
/// a request, as each of ours does.
fn bare_refusal(bytes: &[u8]) -> Option<StatusCode> {
    if bytes.len() > LONGEST_OWN {
        return None;
    }
    let head = str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?.to_ascii_lowercase();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("http/1.")?.split(' ').nth(1)?.parse().ok()?;
    let bare = lines.clone().any(|line| line == "content-length: 0")
        && !lines.any(|line| line.starts_with("x-request-id:"));
    Some(status).filter(|status: &StatusCode| bare && status.is_client_error())
}

/// The response as HTTP/1.1 writes it. Nothing more can be read from this connection.
fn written(response: &Response<Bytes>) -> Bytes {
    let mut out = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    let mut header = |name: &str, value: &[u8]| {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            out.extend_from_slice(part);
        }
    };
    for (name, value) in response.headers() {
        header(name.as_str(), value.as_bytes());
    }
    header(CONNECTION.as_str(), b"close");
    header(CONTENT_LENGTH.as_str(), response.body().len().to_string().as_bytes());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(response.body());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_library_says_by_itself_is_replaced() {
        let table = [
            ("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.0 431 Too Large\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false),
            ("HTTP/1.1 404 Not Found\r\nX-Request-Id: a\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.1 404 Not Found\r\ncontent-length: 1\r\n\r\n", false),
            ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n", false),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            ("", false),
        ];
        for (bytes, replaced) in table {
            assert_eq!(bare_refusal(bytes.as_bytes()).is_some(), replaced, "{bytes:?}");
        }
        let long = format!("HTTP/1.1 400 {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(LONGEST_OWN));
        assert_eq!(bare_refusal(long.as_bytes()), None);
    }
}
