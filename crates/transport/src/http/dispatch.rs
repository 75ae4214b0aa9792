//! The way of a request from the socket to its handler and back.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use http::header::{CONTENT_LENGTH, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::upgrade::OnUpgrade;
use mission_control_identity::{
    Access, Denial, Identities, Principal, PrincipalId, authorize, choose_project,
};
use mission_control_kernel::{Clock, Ids, ProjectId};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::query::PROJECT;
use super::request::Caller;
use super::request_id::X_REQUEST_ID;
use super::routes::Found;
use super::{
    Doors, Problem, Query, Reply, ReplyBody, Request, RequestId, Route, RouteTable, body, headers,
};
use crate::auth::{Credential, Lasting, Sessions};
use crate::metrics::RoutePattern;
use crate::server::Answer;

/// The header that names a project, and seed 003's name for it.
static PROJECT_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("x-project"), HeaderName::from_static("x-tenant-id")];
/// What stands in the log for a request that found no route.
const NO_ROUTE: &str = "-";
/// After this, a client asks again whether the records of tokens or a busy handler have recovered.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// How long the parts of a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For the whole body to arrive: 30 s, a megabyte over a bad line.
    pub body: Duration,
    /// For a handler that asks for no deadline of its own: 10 s, as long as a statement may take.
    pub handler: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { body: Duration::from_secs(30), handler: Duration::from_secs(10) }
    }
}

/// Lets requests in, one check after the other, and runs their handlers.
///
/// A handler runs in a task of its own that a client cannot cancel by hanging up, so that no
/// transaction is ever left half-way by it; only the handler's own deadline ends it.
pub struct Dispatcher {
    routes: RouteTable,
    doors: Doors,
    identities: Arc<dyn Identities>,
    sessions: Option<Arc<Sessions>>,
    projects: Option<Vec<ProjectId>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    deadlines: Deadlines,
    handlers: TaskTracker,
}

impl Dispatcher {
    /// Over `routes`, answering to the names of `doors`. `clock` and `ids` make request ids.
    #[must_use]
    pub fn new(
        routes: RouteTable,
        doors: Doors,
        identities: Arc<dyn Identities>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let (deadlines, handlers) = (Deadlines::default(), TaskTracker::new());
        Self {
            routes,
            doors,
            identities,
            sessions: None,
            projects: None,
            clock,
            ids,
            deadlines,
            handlers,
        }
    }

    /// The same, which also lets in whoever has signed in from a browser.
    #[must_use]
    pub fn with_sessions(mut self, sessions: Arc<Sessions>) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// The same where only these projects exist: any other is answered as one that is outside.
    #[must_use]
    pub fn with_projects(mut self, projects: Vec<ProjectId>) -> Self {
        self.projects = Some(projects);
        self
    }

    /// The same with other deadlines.
    #[must_use]
    pub const fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// The routes.
    #[must_use]
    pub const fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// Waits for the handlers that are still running, also those whose clients are gone. To be
    /// asked after draining, before what the handlers use is closed.
    pub async fn settled(&self) {
        self.handlers.close();
        self.handlers.wait().await;
    }

    async fn perform(
        &self,
        request: http::Request<Incoming>,
        arrival: &mut Arrival,
    ) -> Result<Reply, Problem> {
        let (head, body, upgrade) = take_apart(request);
        let cookie = self.sessions.as_ref().map_or("", |sessions| sessions.cookie());
        let credential = Credential::of(&head.headers, cookie);
        self.doors.check(&head, credential.as_ref())?;
        let Found { route, spans } = self.routes.find(&head.method, head.uri.path())?;
        arrival.route = route.path;
        let query = Query::parse(head.uri.query(), route.query);
        let requested = requested_project(&head.headers, query.as_ref().ok());
        let caller = self.admit(&route, credential, requested).await?;
        arrival.principal = caller.as_ref().map(|caller| caller.principal.id.clone());
        let query = query?;
        let body = body::read(body, route.body.limit(), self.deadlines.body).await?;
        if !body.is_empty() {
            body::expect_json(&head.headers)?;
        }
        let hung_up = CancellationToken::new();
        let _guard = hung_up.clone().drop_guard();
        let (id, peer) = (arrival.id.clone(), arrival.peer);
        let stay = self.handlers.token();
        let request =
            Request { head, spans, query, caller, id, peer, body, upgrade, hung_up, stay };
        self.run(route, request).await
    }

    /// Finds out who asks and whether they may; `None` on open routes, which ask nobody.
    async fn admit(
        &self,
        route: &Route,
        credential: Option<Credential>,
        requested: Result<Option<ProjectId>, Problem>,
    ) -> Result<Option<Caller>, Problem> {
        if matches!(route.access, Access::Open | Access::Denied) {
            authorize(None, route.access, None)?;
            return Ok(None);
        }
        let (principal, session) = self.identify(credential).await?;
        let requested = requested?;
        let project = choose_project(&principal, requested.as_ref());
        let exists = |project: &ProjectId| {
            self.projects.as_ref().is_none_or(|known| known.contains(project))
        };
        let project = project.filter(exists);
        authorize(Some(&principal), route.access, project.as_ref())?;
        Ok(Some(Caller { principal, project, session }))
    }

    async fn identify(
        &self,
        credential: Option<Credential>,
    ) -> Result<(Arc<Principal>, Option<Lasting>), Problem> {
        let known = match (credential, &self.sessions) {
            (Some(Credential::Bearer(digest)), _) => Some((digest, None)),
            (Some(Credential::Session(text)), Some(sessions)) => {
                let session = sessions.read(&text, self.clock.now());
                session.map(|session| (session.token, Some(session.lasting)))
            }
            (Some(Credential::Session(_)), None) | (None, _) => None,
        };
        let (digest, session) = known.ok_or(Denial::Unauthenticated)?;
        let known = self.identities.authenticate(&digest).await.map_err(|error| {
            Problem::unavailable("identities_unavailable", error.to_string(), TRY_AGAIN)
        })?;
        known.map(|known| (known, session)).ok_or_else(|| Denial::Unauthenticated.into())
    }

    async fn run(&self, route: Arc<Route>, request: Request) -> Result<Reply, Problem> {
        let deadline = route.deadline.unwrap_or(self.deadlines.handler);
        let (id, path) = (request.id.clone(), route.path);
        let span = tracing::info_span!("request", request_id = %id, route = path);
        let handler = async move {
            // Also the call itself may panic, before there is a future.
            let handled = async { route.handler.call(request).await };
            match AssertUnwindSafe(timeout(deadline, handled)).catch_unwind().await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => {
                    tracing::warn!(request_id = %id, route = path, "a handler took too long");
                    let detail = "this took too long and was given up; it may have been done";
                    Err(Problem::unavailable("deadline_exceeded", detail, TRY_AGAIN))
                }
                Err(panic) => {
                    let message = panic_message(&*panic);
                    tracing::error!(request_id = %id, route = path, message, "a handler panicked");
                    Err(Problem::internal())
                }
            }
        };
        let task = self.handlers.spawn(handler.instrument(span));
        task.await.unwrap_or_else(|_| Err(Problem::internal()))
    }
}

impl Answer for Dispatcher {
    type Body = ReplyBody;

    async fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<ReplyBody> {
        let started = Instant::now();
        let id = RequestId::of(request.headers(), || self.ids.next(self.clock.now()));
        let (method, target) = (request.method().clone(), request.uri().clone());
        let mut arrival = Arrival { id, peer, route: NO_ROUTE, principal: None };
        let mut response = match self.perform(request, &mut arrival).await {
            Ok(reply) => reply.into_response(),
            Err(problem) => problem.into_response(target.path(), &arrival.id),
        };
        headers::harden(response.headers_mut());
        response.headers_mut().insert(X_REQUEST_ID, arrival.id.header());
        response.extensions_mut().insert(RoutePattern(arrival.route));
        if method == Method::HEAD {
            response = without_body(response);
        }
        log(&method, &arrival, response.status(), started.elapsed());
        response
    }

    fn unreadable(&self, status: StatusCode) -> Option<Response<Bytes>> {
        let problem = Problem::unreadable(status)?;
        let id = RequestId::of(&HeaderMap::new(), || self.ids.next(self.clock.now()));
        tracing::debug!(request_id = %id, status = status.as_u16(), "what came is no request");
        let mut response = problem.into_response("", &id);
        headers::harden(response.headers_mut());
        response.headers_mut().insert(X_REQUEST_ID, id.header());
        Some(response.map(ReplyBody::into_bytes))
    }
}

/// What is known of a request while it is being answered.
struct Arrival {
    id: RequestId,
    peer: SocketAddr,
    route: &'static str,
    principal: Option<PrincipalId>,
}

fn take_apart(mut request: http::Request<Incoming>) -> (Parts, Incoming, Option<OnUpgrade>) {
    let asked = request.headers().contains_key(UPGRADE);
    let upgrade = asked.then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    (head, body, upgrade)
}

/// The project that a request names; a name that no project can have names one that is not there.
fn requested_project(
    headers: &HeaderMap,
    query: Option<&Query>,
) -> Result<Option<ProjectId>, Problem> {
    let named = PROJECT_HEADERS
        .iter()
        .flat_map(|name| headers.get_all(name))
        .map(|value| value.to_str().unwrap_or_default())
        .chain(query.and_then(|query| query.text(PROJECT)));
    let mut requested: Option<&str> = None;
    for name in named {
        if requested.is_some_and(|other| other != name) {
            let detail = "the request names two projects";
            return Err(Problem::malformed("ambiguous_project", detail));
        }
        requested = Some(name);
    }
    let parse = |name: &str| name.parse().map_err(|_| Denial::NoSuchProject.into());
    requested.map(parse).transpose()
}

/// HTTP/2 would send the body of an answer to HEAD; its length has to be told all the same.
fn without_body(mut response: Response<ReplyBody>) -> Response<ReplyBody> {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    response.map(|_| ReplyBody::whole(bytes::Bytes::new()))
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&'static str>().copied()).unwrap_or("no message")
}

/// One line for each request, under a target of its own: `info,requests=debug` shows all of them.
fn log(method: &Method, arrival: &Arrival, status: http::StatusCode, took: Duration) {
    let Arrival { id, peer, route, principal } = arrival;
    let (status, milliseconds) = (status.as_u16(), took.as_micros() as f64 / 1_000.0);
    let principal = principal.as_ref().map(tracing::field::display);
    if status >= 500 {
        tracing::info!(
            target: "requests",
            request_id = %id, %peer, principal, %method, route, status, milliseconds,
            "answered badly"
        );
    } else {
        tracing::debug!(
            target: "requests",
            request_id = %id, %peer, principal, %method, route, status, milliseconds,
            "answered"
        );
    }
}
