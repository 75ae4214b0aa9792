//! What a handler answers.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde::Serialize;

use super::Problem;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A good answer: status, headers and a body.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: ReplyBody,
}

/// The body of an answer.
pub struct ReplyBody(Inner);

enum Inner {
    Whole(Bytes),
    Stream(Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>),
}

impl Reply {
    /// 200 with `value` as JSON.
    ///
    /// # Errors
    /// 500 when a stored value in it is no JSON, which is logged.
    pub fn json(value: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self::json_text(mission_control_wire::to_bytes(value)?))
    }

    /// 200 with JSON that was encoded before.
    #[must_use]
    pub fn json_text(text: impl Into<Bytes>) -> Self {
        Self::bytes(JSON, text)
    }

    /// 200 with `bytes` of the media type `kind`.
    #[must_use]
    pub fn bytes(kind: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        Self::of(StatusCode::OK, ReplyBody::whole(bytes)).header(CONTENT_TYPE, kind)
    }

    /// 200 with a body that is produced while it is sent, of the media type `kind`. An error of the
    /// stream cuts the connection, so that a part is never taken for the whole.
    #[must_use]
    pub fn stream(
        kind: HeaderValue,
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        let body = ReplyBody(Inner::Stream(Box::pin(stream)));
        Self::of(StatusCode::OK, body).header(CONTENT_TYPE, kind)
    }

    /// 204.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(StatusCode::NO_CONTENT, ReplyBody::whole(Bytes::new()))
    }

    /// 101: the connection goes on in another protocol, which the handler has taken from the
    /// request with `take_upgrade`.
    #[must_use]
    pub fn switching_protocols() -> Self {
        Self::of(StatusCode::SWITCHING_PROTOCOLS, ReplyBody::whole(Bytes::new()))
    }

    /// The same with another status.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header, replacing one of that name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// 304: the client has what it asks for.
    #[must_use]
    pub fn not_modified() -> Self {
        Self::of(StatusCode::NOT_MODIFIED, ReplyBody::whole(Bytes::new()))
    }

    /// The same with an `ETag`.
    #[must_use]
    pub fn etag(self, tag: HeaderValue) -> Self {
        self.header(ETAG, tag)
    }

    /// The same as 201 with `Location`, a path of ours that is percent-encoded already.
    ///
    /// # Errors
    /// 500 when it is not, which is logged.
    pub fn created(self, location: &str) -> Result<Self, Problem> {
        match HeaderValue::from_str(location) {
            Ok(value) => Ok(self.status(StatusCode::CREATED).header(LOCATION, value)),
            Err(error) => {
                tracing::error!(%error, "a location could not be encoded");
                Err(Problem::internal())
            }
        }
    }

    pub(super) fn into_response(self) -> Response<ReplyBody> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    fn of(status: StatusCode, body: ReplyBody) -> Self {
        Self { status, headers: HeaderMap::new(), body }
    }
}

impl ReplyBody {
    pub(super) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Inner::Whole(bytes.into()))
    }

    /// The bytes of a body that is whole; none of one that is still produced.
    pub(super) fn into_bytes(self) -> Bytes {
        match self.0 {
            Inner::Whole(bytes) => bytes,
            Inner::Stream(_) => Bytes::new(),
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.0 {
            Inner::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream(stream) => {
                stream.as_mut().poll_next(cx).map(|item| item.map(|item| item.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.is_empty(),
            Inner::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Inner::Stream(_) => f.write_str("a stream"),
        }
    }
}
