//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Limits;
use super::activity::{Activity, Due};
use super::admission::Permit;
use super::farewell::Farewell;
use super::refusals::Refusals;
use super::watched::{WatchedBody, WatchedStream};

/// Pings find an HTTP/2 peer that is gone without a word; shorter would keep radios awake.
const PING_EVERY: Duration = Duration::from_secs(20);

/// What turns requests into responses.
pub trait Answer: Send + Sync + 'static {
    /// The body of its responses.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static;

    /// Answers one request from `peer`, the other end of the socket. The future is dropped when the
    /// client hangs up.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;

    /// The answer to what is no request that can be read: HTTP itself gives it the status and
    /// nothing to read, which `None` leaves so.
    fn unreadable(&self, status: StatusCode) -> Option<Response<Bytes>> {
        let _ = status;
        None
    }

    /// A connection was let in.
    fn connected(&self) {}

    /// One that was let in is over.
    fn disconnected(&self) {}
}

/// Tells of a connection that is over, however it came to its end.
struct Connected<A: Answer>(Arc<A>);

impl<A: Answer> Connected<A> {
    fn begin(answer: &Arc<A>) -> Self {
        answer.connected();
        Self(Arc::clone(answer))
    }
}

impl<A: Answer> Drop for Connected<A> {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}

/// The settings of HTTP itself, made once for all connections.
pub(super) fn protocol(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // One watch sees slow heads, silence and idleness alike: the loop below.
        .header_read_timeout(None)
        .max_buf_size(limits.head_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}

/// Serves `stream` until either side ends it. Returns early, cutting it, when `abort` is cancelled.
pub(super) async fn run<A: Answer>(
    stream: TcpStream,
    peer: SocketAddr,
    permit: Permit,
    answer: Arc<A>,
    settings: &(Limits, Builder<TokioExecutor>),
    (drain, abort): (CancellationToken, CancellationToken),
) {
    let (limits, protocol) = settings;
    let _connected = Connected::begin(&answer);
    let activity = Activity::new(Instant::now());
    let explained = Arc::clone(&answer);
    let refusals = Refusals::new(move |status| explained.unreadable(status));
    let farewell = Farewell::new(limits.farewell);
    let stream = WatchedStream::new(stream, Arc::clone(&activity), permit, refusals, farewell);
    let stream = TokioIo::new(stream);
    let service = service_fn(|request: Request<Incoming>| {
        let in_flight = activity.begin(request.version(), !request.body().is_end_stream());
        let answer = Arc::clone(&answer);
        async move {
            let response = answer.answer(request, peer).await;
            Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, in_flight)))
        }
    });
    let mut connection = pin!(protocol.serve_connection_with_upgrades(stream, service));
    let mut alarm = pin!(sleep_until(Instant::now() + limits.head));
    let mut draining = false;
    let mut closing: Option<Instant> = None;
    loop {
        tokio::select! {
            biased;
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(%peer, error = &*error, "connection ended badly");
                }
                return;
            }
            () = abort.cancelled() => return,
            () = drain.cancelled(), if !draining => {
                draining = true;
                activity.settle();
                connection.as_mut().graceful_shutdown();
            }
            () = activity.nearer() => {}
            () = alarm.as_mut() => {}
        }
        let now = Instant::now();
        let next = match activity.due(now, limits) {
            Due::NotBefore(at) => at,
            Due::Close if closing.is_none_or(|by| now < by) => {
                // HTTP/2 says goodbye and waits for the peer to agree, which it may never do.
                let by = *closing.get_or_insert(now + limits.head);
                activity.settle();
                connection.as_mut().graceful_shutdown();
                by
            }
            Due::Close | Due::Abort => {
                tracing::debug!(%peer, "connection cut: its client held it without using it");
                return;
            }
        };
        if next < alarm.deadline() || alarm.is_elapsed() {
            alarm.as_mut().reset(next);
        }
    }
}
