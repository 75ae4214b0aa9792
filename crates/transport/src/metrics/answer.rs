//! Requests and connections, counted around whatever answers them.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;

use super::Metrics;
use super::recent::Recent;
use super::registering::{Registering, Shape};
use crate::http::Budget;
use crate::server::Answer;

/// From a look into memory to the longest wait that a claim may ask for, in seconds.
const SECONDS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 10.0, 45.0];

/// What stands for a method that no route has.
const OTHER_METHOD: &str = "OTHER";

/// The pattern of the route that answered, told by the dispatcher with the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoutePattern(pub(crate) &'static str);

/// From which budget a request was turned away, told with the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateLimited(pub(crate) Budget);

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Exhausted {
    budget: &'static str,
}

/// Which requests are counted together.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Of {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

/// What is counted of HTTP.
#[derive(Clone)]
pub(super) struct HttpMetrics {
    requests: Family<Of, Histogram, fn() -> Histogram>,
    rate_limited: Family<Exhausted, Counter>,
    connections: Gauge,
    accepted: Counter,
    /// Of the last minute.
    pub(super) recent: Arc<Recent>,
}

impl HttpMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let requests: Family<Of, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let (connections, accepted) = (Gauge::default(), Counter::default());
        registering.add(
            ("http_request_duration_seconds", Shape::Histogram),
            &["method", "route", "status"],
            "Requests, from their heads to those of their answers, by pattern of the route and \
             class of the status; `-` found no route",
            requests.clone(),
        );
        let rate_limited = Family::<Exhausted, Counter>::default();
        for budget in [Budget::Anonymous, Budget::Principal] {
            drop(rate_limited.get_or_create(&Exhausted { budget: budget.as_str() }));
        }
        registering.add(
            ("http_rate_limited", Shape::Counter),
            &["budget"],
            "Requests that were turned away because the budget of an address (anonymous) or of \
             whoever asks (principal) was spent",
            rate_limited.clone(),
        );
        registering.add(
            ("http_connections", Shape::Gauge),
            &[],
            "Connections that are open, upgraded ones not counted",
            connections.clone(),
        );
        registering.add(
            ("http_connections_accepted", Shape::Counter),
            &[],
            "Connections that were let in",
            accepted.clone(),
        );
        let recent = Arc::new(Recent::new(Instant::now()));
        Self { requests, rate_limited, connections, accepted, recent }
    }

    /// How many connections are open.
    pub(super) fn connections(&self) -> u64 {
        u64::try_from(self.connections.get()).unwrap_or(0)
    }
}

/// Answers as what it is around, and counts.
#[derive(Clone)]
pub struct MeasuredAnswer<A> {
    inner: Arc<A>,
    metrics: Metrics,
}

impl<A> MeasuredAnswer<A> {
    /// Around `inner`.
    #[must_use]
    pub const fn new(inner: Arc<A>, metrics: Metrics) -> Self {
        Self { inner, metrics }
    }
}

impl<A: Answer> Answer for MeasuredAnswer<A> {
    type Body = A::Body;

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Self::Body> {
        let (started, method) = (Instant::now(), method(request.method()));
        let response = self.inner.answer(request, peer).await;
        let route = response.extensions().get().map_or("-", |RoutePattern(pattern)| pattern);
        let of = Of { method, route, status: class(response.status().as_u16()) };
        let (now, http) = (Instant::now(), &self.metrics.0.http);
        let took = now.duration_since(started);
        http.recent.note(route, took, response.status().is_server_error(), now);
        if let Some(RateLimited(budget)) = response.extensions().get() {
            http.rate_limited.get_or_create(&Exhausted { budget: budget.as_str() }).inc();
        }
        http.requests.get_or_create(&of).observe(took.as_secs_f64());
        response
    }

    fn unreadable(&self, status: StatusCode) -> Option<Response<Bytes>> {
        self.inner.unreadable(status)
    }

    fn connected(&self) {
        self.metrics.0.http.accepted.inc();
        self.metrics.0.http.connections.inc();
        self.inner.connected();
    }

    fn disconnected(&self) {
        self.metrics.0.http.connections.dec();
        self.inner.disconnected();
    }
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER_METHOD,
    }
}

const fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
