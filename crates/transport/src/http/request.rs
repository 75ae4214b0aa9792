//! A request as a handler gets it: everything has been looked at once.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Method};
use hyper::upgrade::OnUpgrade;
use mission_control::missions::Actor;
use mission_control_identity::{Principal, SecretDigest};
use mission_control_kernel::{Invalid, ProjectId, Scope};
use mission_control_wire::Body;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::percent::{Plus, decode};
use super::routes::Spans;
use super::{IfMatch, Problem, Query, RequestId, Source, json};
use crate::auth::{Credential, Known, says_tls};

/// Who asks, and about which project. Requests to open routes have none.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) known: Known,
    pub(super) project: Option<ProjectId>,
}

/// One request that has been let in.
pub struct Request {
    pub(super) head: Parts,
    pub(super) spans: Spans,
    pub(super) query: Query,
    pub(super) caller: Option<Caller>,
    pub(super) id: RequestId,
    pub(super) peer: SocketAddr,
    pub(super) source: Source,
    pub(super) body: Bytes,
    pub(super) upgrade: Option<OnUpgrade>,
    pub(super) hung_up: CancellationToken,
    pub(super) stay: TaskTrackerToken,
}

impl Request {
    /// The method; HEAD where a reading route is asked for its headers alone.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.head.method
    }

    /// The raw path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// A path parameter that names a thing.
    ///
    /// # Errors
    /// 404 when it is no such name: a thing that cannot exist does not.
    pub fn param<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<T, Problem> {
        let text = self.raw_param(name).and_then(|raw| decode(raw, Plus::Literal));
        text.and_then(|text| text.parse().ok()).ok_or_else(Problem::not_found)
    }

    /// A path parameter that names a thing to be made.
    ///
    /// # Errors
    /// 422, naming it, when it is no such name.
    pub fn new_name<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<T, Problem> {
        let text = self.raw_param(name).and_then(|raw| decode(raw, Plus::Literal));
        let text = text.ok_or_else(Problem::not_found)?;
        text.parse().map_err(|invalid| Problem::invalid(name, invalid))
    }

    /// The query.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The query as it was sent, still percent-encoded.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// A header that is given once and is visible ASCII; `None` otherwise.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        let mut values = self.head.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    /// What `If-Match` asks for, which a change of something with an `ETag` must say.
    ///
    /// # Errors
    /// 428 when it is missing, 400 when it is malformed.
    pub fn if_match(&self) -> Result<IfMatch, Problem> {
        IfMatch::of(&self.head.headers)
    }

    /// Who asks.
    ///
    /// # Errors
    /// 401 on an open route, which asks nobody who they are.
    pub fn principal(&self) -> Result<&Arc<Principal>, Problem> {
        let caller = self.caller.as_ref().ok_or_else(Problem::unauthenticated)?;
        Ok(&caller.known.principal)
    }

    /// Who asks, as they came in.
    ///
    /// # Errors
    /// As [`Self::principal`].
    pub(crate) fn known(&self) -> Result<&Known, Problem> {
        let caller = self.caller.as_ref().ok_or_else(Problem::unauthenticated)?;
        Ok(&caller.known)
    }

    /// The session that lets them in; `None` for a token.
    #[must_use]
    pub fn session(&self) -> Option<&SecretDigest> {
        self.caller.as_ref()?.known.session.as_ref()
    }

    /// Whether a proxy of ours, or the browser itself, says that it reached us through TLS.
    pub(crate) fn came_by_tls(&self) -> bool {
        self.source.is_secure() || says_tls(&self.head.headers)
    }

    /// What was brought to show who asks, not yet found good; a session lies in `cookie`.
    pub(crate) fn credential(&self, cookie: &str) -> Option<Credential> {
        Credential::of(&self.head.headers, cookie, self.came_by_tls())
    }

    /// Who asks, as the journal keeps it.
    ///
    /// # Errors
    /// As [`Self::principal`].
    pub fn actor(&self) -> Result<Actor, Problem> {
        Ok(Actor::Principal(self.principal()?.signature()))
    }

    /// The project that the request is about, which the caller may see.
    ///
    /// # Errors
    /// 401 on an open route, 404 when the caller sees no project.
    pub fn project(&self) -> Result<&ProjectId, Problem> {
        let caller = self.caller.as_ref().ok_or_else(Problem::unauthenticated)?;
        caller.project.as_ref().ok_or_else(Problem::not_found)
    }

    /// What the request may see: its project alone.
    ///
    /// # Errors
    /// As [`Self::project`].
    pub fn scope(&self) -> Result<Scope, Problem> {
        Ok(Scope::one(self.project()?.clone()))
    }

    /// The id under which the request is logged.
    #[must_use]
    pub const fn id(&self) -> &RequestId {
        &self.id
    }

    /// The other end of the socket.
    #[must_use]
    pub const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Where the request comes from: the other end of the socket, or what is behind proxies that are
    /// trusted.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The body, at most what the route takes; JSON by its content type unless it is empty.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as one of the shapes of the wire.
    ///
    /// # Errors
    /// 400 when it is no JSON, 422 with the field when it does not fit.
    pub fn json<T: Body>(&self) -> Result<T, Problem> {
        json::decode(&self.body)
    }

    /// The connection, to go on in another protocol after [`Reply::switching_protocols`]; `None`
    /// when the client did not ask for it.
    ///
    /// [`Reply::switching_protocols`]: super::Reply::switching_protocols
    pub const fn take_upgrade(&mut self) -> Option<OnUpgrade> {
        self.upgrade.take()
    }

    /// Cancelled when the client is gone, and after the answer. The handler runs on regardless: one
    /// that waits for something to hand out should stop waiting, and nothing else.
    #[must_use]
    pub const fn hung_up(&self) -> &CancellationToken {
        &self.hung_up
    }

    /// The process does not end before this is dropped, within reason: for whoever goes on after
    /// the answer.
    pub fn stay(&self) -> TaskTrackerToken {
        self.stay.clone()
    }

    fn raw_param(&self, name: &str) -> Option<&str> {
        let (_, span) = self.spans.iter().find(|(known, _)| *known == name)?;
        self.path().get(span.clone())
    }
}

impl fmt::Debug for Request {
    /// Hides headers, query and body, also from whoever prints it in a panic: what somebody shows lies
    /// in the ones, and a password may lie in the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, path) = (self.method(), self.path());
        let mut shown = f.debug_struct("Request");
        shown.field("id", &self.id).field("method", method).field("path", &path);
        shown.finish_non_exhaustive()
    }
}
