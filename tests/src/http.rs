//! A client of the public API.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::sse::EventStream;

/// A server that takes longer has hung: no route may, and a test wants to know which one did.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// No answer of the API is larger; exports are read as streams.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// How often a question is asked: on a machine that is busy with other tests a server may need some
/// seconds until it can answer exactly.
pub const ASKED: u32 = 15;

/// What a server's `Retry-After` says.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Keeps its connections alive; cheap to clone, clones share them.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    headers: HeaderMap,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

impl Client {
    /// Of the server at `base`, such as `http://127.0.0.1:5002`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new()).build(connector);
        Self { base: base.trim_end_matches('/').to_owned(), headers: HeaderMap::new(), pool }
    }

    /// A client that sends this header with every request, over the same connections.
    #[must_use]
    pub fn with(&self, name: HeaderName, value: HeaderValue) -> Self {
        let mut client = self.clone();
        client.headers.insert(name, value);
        client
    }

    /// Where the server is, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A header that is sent with every request.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.headers.get(name)
    }

    /// Starts a request; `path` begins with `/` and may carry a query.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Call<'_> {
        let mut builder = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(headers) = builder.headers_mut() {
            headers.extend(self.headers.clone());
        }
        Call { client: self, builder, body: Bytes::new() }
    }

    /// `GET path`, asked again while the server says that it cannot answer yet, at most [`ASKED`]
    /// times; the last refusal is the answer. Whoever wants to see the first one sends a
    /// [`Self::request`].
    ///
    /// # Errors
    /// When no complete answer comes.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        let mut again = interval(ASK_AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for _ in 1..ASKED {
            again.tick().await;
            let reply = self.request(Method::GET, path).send().await?;
            if !reply.is_put_off() {
                return Ok(reply);
            }
        }
        again.tick().await;
        self.request(Method::GET, path).send().await
    }

    /// `POST path` with a JSON body.
    ///
    /// # Errors
    /// When no complete answer comes.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.request(Method::POST, path).json(body).send().await
    }
}

/// A request that is being put together.
#[derive(Debug)]
pub struct Call<'a> {
    client: &'a Client,
    builder: http::request::Builder,
    body: Bytes,
}

impl Call<'_> {
    /// Adds a header; one that is malformed shows when the request is sent.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Sends `body` as JSON.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.builder = self.builder.header(CONTENT_TYPE, "application/json");
        self.bytes(body.to_string())
    }

    /// Sends these bytes as they are, with no content type of their own.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    /// When no complete answer comes; a refusal by the server is an answer.
    pub async fn send(self) -> Result<Reply> {
        let what = self.described();
        let answer = async {
            let (head, body) = self.open().await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?;
            anyhow::Ok(Reply { status: head.status, headers: head.headers, body: body.to_bytes() })
        };
        timeout(ANSWER_WITHIN, answer)
            .await
            .with_context(|| format!("{what} was not answered within {ANSWER_WITHIN:?}"))?
            .with_context(|| format!("{what} failed"))
    }

    /// Sends it and reads the answer as a stream of server-sent events.
    ///
    /// # Errors
    /// When the answer is anything else.
    pub async fn events(self) -> Result<EventStream> {
        let what = self.described();
        let call = self.header("accept", "text/event-stream");
        let answer = timeout(ANSWER_WITHIN, call.open())
            .await
            .with_context(|| format!("{what} was not answered within {ANSWER_WITHIN:?}"))?
            .with_context(|| format!("{what} failed"))?;
        let kind = answer.headers().get(CONTENT_TYPE).cloned();
        let streams =
            kind.as_ref().is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
        if answer.status() != StatusCode::OK || !streams {
            bail!("{what} gave {} {kind:?} where events were expected", answer.status());
        }
        Ok(EventStream::new(answer.into_body()))
    }

    async fn open(self) -> Result<Response<Incoming>> {
        let request = self.builder.body(Full::new(self.body)).context("a malformed request")?;
        Ok(self.client.pool.request(request).await?)
    }

    fn described(&self) -> String {
        let method = self.builder.method_ref().map_or("?", Method::as_str);
        let uri = self.builder.uri_ref().map(ToString::to_string).unwrap_or_default();
        format!("{method} {uri}")
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as it came.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none; the error carries status and text.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| {
            format!("{} with a body that is no JSON: {}", self.status, self.text())
        })
    }

    /// The body as text, for a sentence about it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, given the status that was expected.
    ///
    /// # Errors
    /// When the status is another one, or the body is no JSON; the error carries both.
    pub fn expect(&self, status: StatusCode) -> Result<Value> {
        if self.status != status {
            bail!("expected {status}, got {}: {}", self.status, self.text());
        }
        self.json()
    }

    /// Whether it says that the same question may be answered soon.
    fn is_put_off(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE && self.headers.contains_key(RETRY_AFTER)
    }

    /// One header as text; `None` if it is absent or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests;
