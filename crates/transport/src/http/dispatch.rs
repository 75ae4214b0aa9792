//! The way of a request from the socket to its handler and back.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use http::header::{CONTENT_LENGTH, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::upgrade::OnUpgrade;
use mission_control_identity::{Access, Denial, authorize, choose_project};
use mission_control_kernel::{Clock, Ids, ProjectId};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::arrival::Arrival;
use super::limits::{Allowance, Who};
use super::projects::{self, Projects};
use super::request::Caller;
use super::request_id::X_REQUEST_ID;
use super::routes::Found;
use super::{
    Charges, Doors, Problem, Proxies, Query, RateLimits, Reply, ReplyBody, Request, RequestId,
    Route, RouteTable, body, cors, headers,
};
use crate::auth::{Authenticator, Credential, Known, says_tls};
use crate::server::Answer;

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
    proxies: Proxies,
    limits: RateLimits,
    authenticator: Arc<Authenticator>,
    projects: Option<Arc<Projects>>,
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
        authenticator: Arc<Authenticator>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let (deadlines, handlers) = (Deadlines::default(), TaskTracker::new());
        Self {
            routes,
            doors,
            proxies: Proxies::default(),
            limits: RateLimits::default(),
            authenticator,
            projects: None,
            clock,
            ids,
            deadlines,
            handlers,
        }
    }

    /// The same where only these projects exist: any other is answered as one that is outside.
    #[must_use]
    pub fn with_projects(mut self, projects: Arc<Projects>) -> Self {
        self.projects = Some(projects);
        self
    }

    /// The same, which takes the word of these proxies for where a request comes from.
    #[must_use]
    pub fn with_proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// The same, which lets in so many requests and no more.
    #[must_use]
    pub fn with_limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
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
        let host = self.doors.host(&head)?;
        arrival.guest = self.doors.guest(&head.headers).cloned();
        if let (Some(_), Some(asked)) = (&arrival.guest, cors::asked_for(&head)) {
            let found = self.routes.find(&cors::method(asked)?, head.uri.path())?;
            arrival.route = found.route.path;
            return cors::answer(&found.route);
        }
        let by_tls = arrival.source.is_secure() || says_tls(&head.headers);
        let credential = Credential::of(&head.headers, self.authenticator.cookie(), by_tls);
        self.doors.check(&head, host, credential.as_ref())?;
        // What is not found is counted too: no spelling of a path is free.
        let found = self.routes.find(&head.method, head.uri.path());
        let route = found.as_ref().ok().map(|found| &*found.route);
        let known = self.charge(route, credential, arrival).await?;
        let Found { route, spans } = found?;
        arrival.route = route.path;
        let query = Query::parse(head.uri.query(), route.query);
        let requested = projects::requested(&head, &spans, query.as_ref().ok());
        let caller = self.admit(&route, known, requested).await?;
        let query = query?;
        let body = body::read(body, route.body.limit(), self.deadlines.body).await?;
        let caller = self.admit_again(&route, caller, credential).await?;
        if !body.is_empty() {
            body::expect_json(&head.headers)?;
        }
        let hung_up = CancellationToken::new();
        let _guard = hung_up.clone().drop_guard();
        let (id, peer, source) = (arrival.id.clone(), arrival.peer, arrival.source);
        let stay = self.handlers.token();
        let request =
            Request { head, spans, query, caller, id, peer, source, body, upgrade, hung_up, stay };
        self.run(route, request).await
    }

    /// Finds out who asks, unless nothing hangs on it, and takes the request from their budget.
    ///
    /// Whoever has a good credential is not held up by others at the same address. Where that has
    /// spent its budget, the records are asked no more for what was never found good here: guesses
    /// would keep them busy. Work under a lease is looked up all the same.
    async fn charge(
        &self,
        route: Option<&Route>,
        credential: Option<Credential>,
        arrival: &mut Arrival,
    ) -> Result<Option<Known>, Problem> {
        let charges = route.map_or_else(Charges::default, Route::charges);
        let asks_nobody =
            route.is_none_or(|route| matches!(route.access, Access::Open | Access::Denied));
        if charges == Charges::Nobody && asks_nobody {
            return Ok(None);
        }
        let address = arrival.source.address();
        if self.authenticator.is_strange(credential.as_ref()) {
            arrival.allowance = self.limits.spent(charges, address, Instant::now());
            arrival.allowance.as_ref().map_or(Ok(()), Allowance::check)?;
        }
        let known = match self.authenticator.authenticate(credential.as_ref()).await {
            Ok(known) => known,
            // Who signs in, or finds nothing, needs no records to be counted.
            Err(_) if asks_nobody => None,
            Err(unavailable) => return Err(unavailable.into()),
        };
        arrival.principal = known.as_ref().map(|known| known.principal.id.clone());
        let who = known.as_ref().map(Who::of);
        arrival.allowance = self.limits.count(charges, who, address, Instant::now());
        arrival.allowance.as_ref().map_or(Ok(()), Allowance::check)?;
        Ok(known)
    }

    /// Whether whoever asks may; `None` on open routes, which ask nobody.
    async fn admit(
        &self,
        route: &Route,
        known: Option<Known>,
        requested: Result<Option<ProjectId>, Problem>,
    ) -> Result<Option<Caller>, Problem> {
        if matches!(route.access, Access::Open | Access::Denied) {
            authorize(None, route.access, None)?;
            return Ok(None);
        }
        let known = known.ok_or(Denial::Unauthenticated)?;
        let requested = requested?;
        let project = choose_project(&known.principal, requested.as_ref());
        let project = self.existing(project).await?;
        authorize(Some(&known.principal), route.access, project.as_ref())?;
        Ok(Some(Caller { known, project }))
    }

    /// The same caller, judged by what they may do now: a body may take its time, and what was taken
    /// from them meanwhile is gone.
    async fn admit_again(
        &self,
        route: &Route,
        caller: Option<Caller>,
        credential: Option<Credential>,
    ) -> Result<Option<Caller>, Problem> {
        let Some(caller) = caller else { return Ok(None) };
        if caller.known.over.still().await? {
            return Ok(Some(caller));
        }
        let known = self.authenticator.authenticate(credential.as_ref()).await?;
        self.admit(route, known, Ok(caller.project)).await
    }

    /// The project, if it is there.
    async fn existing(&self, project: Option<ProjectId>) -> Result<Option<ProjectId>, Problem> {
        let (Some(project), Some(projects)) = (&project, &self.projects) else {
            return Ok(project);
        };
        let known = projects.has(project).await?;
        Ok(known.then(|| project.clone()))
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
        let source = self.proxies.source(peer.ip(), request.headers());
        let mut arrival = Arrival::new(id, peer, source);
        let mut response = match self.perform(request, &mut arrival).await {
            Ok(reply) => reply.into_response(),
            Err(problem) => problem.into_response(target.path(), &arrival.id),
        };
        arrival.complete(&mut response, self.doors.has_guests());
        if method == Method::HEAD {
            response = without_body(response);
        }
        arrival.log(&method, response.status(), started.elapsed());
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

fn take_apart(mut request: http::Request<Incoming>) -> (Parts, Incoming, Option<OnUpgrade>) {
    let asked = request.headers().contains_key(UPGRADE);
    let upgrade = asked.then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    (head, body, upgrade)
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
