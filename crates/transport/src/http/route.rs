//! One route: what it answers to, whom it lets in, what it takes, and what does it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use mission_control_identity::Access;

use super::{Charges, Problem, Reply, Request};

/// What a handler returns.
pub type HandlerFuture = Pin<Box<dyn Future<Output = Result<Reply, Problem>> + Send>>;

/// Does what a route is for. Every `async fn(Request) -> Result<Reply, Problem>` is one, and so is
/// every closure that captures what it needs and returns such a future.
pub trait Handler: Send + Sync + 'static {
    /// Begins to do it.
    fn call(&self, request: Request) -> HandlerFuture;
}

impl<F, R> Handler for F
where
    F: Fn(Request) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    fn call(&self, request: Request) -> HandlerFuture {
        Box::pin(self(request))
    }
}

/// How large a body a route takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum BodyKind {
    /// None at all.
    #[default]
    None,
    /// 64 KiB: commands, settings, names.
    Small,
    /// 1 MiB: where a mission, a result or a report travels.
    Mission,
    /// 8 MiB: batches, lists of reports, and definitions of workflows, in which a thousand steps have
    /// 8 KiB each.
    Batch,
}

impl BodyKind {
    /// The most bytes.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::None => 0,
            Self::Small => 64 * 1024,
            Self::Mission => 1024 * 1024,
            Self::Batch => 8 * 1024 * 1024,
        }
    }
}

/// One row of the route table. It cannot be made without saying whom it lets in.
pub struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) operation: &'static str,
    pub(super) summary: &'static str,
    pub(super) access: Access,
    pub(super) body: BodyKind,
    pub(super) query: &'static [&'static str],
    pub(super) exact: bool,
    pub(super) any_word: bool,
    pub(super) deadline: Option<Duration>,
    pub(super) charges: Charges,
    pub(super) handler: Arc<dyn Handler>,
}

impl Route {
    /// A route for `method` on `path`, where `{name}` stands for a parameter and `{*rest}` for
    /// everything that follows. `operation` is its unique name in the API description.
    pub fn new(
        method: Method,
        path: &'static str,
        operation: &'static str,
        access: Access,
        handler: impl Handler,
    ) -> Self {
        Self {
            method,
            path,
            operation,
            summary: "",
            access,
            body: BodyKind::None,
            query: &[],
            exact: false,
            any_word: false,
            deadline: None,
            charges: Charges::of(access),
            handler: Arc::new(handler),
        }
    }

    /// A route that reads. It answers HEAD too.
    pub fn get(
        path: &'static str,
        operation: &'static str,
        access: Access,
        handler: impl Handler,
    ) -> Self {
        Self::new(Method::GET, path, operation, access, handler)
    }

    /// A route that creates or acts, with a [`BodyKind::Small`] body.
    pub fn post(
        path: &'static str,
        operation: &'static str,
        access: Access,
        handler: impl Handler,
    ) -> Self {
        Self::new(Method::POST, path, operation, access, handler).body(BodyKind::Small)
    }

    /// The same with what it does, in one sentence.
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// The same with another body.
    #[must_use]
    pub const fn body(mut self, body: BodyKind) -> Self {
        self.body = body;
        self
    }

    /// The same with the query parameters that it takes; all others are refused.
    #[must_use]
    pub const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }

    /// The same, but a trailing slash matters, because `path` with and without one are two routes.
    #[must_use]
    pub const fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// The same, whose parameters take any word: also where a route that has that word itself stands
    /// in its way, but for another method.
    #[must_use]
    pub const fn any_word(mut self) -> Self {
        self.any_word = true;
        self
    }

    /// The same with a deadline of its own for the handler, for calls that wait for something.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same, which takes other requests from a budget than its policy suggests.
    #[must_use]
    pub const fn charging(mut self, charges: Charges) -> Self {
        self.charges = charges;
        self
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path, with its parameters in braces: also the route's name in logs and metrics.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Its unique name in the API description.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// What it does, in one sentence.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.summary
    }

    /// Whom it lets in.
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }

    /// How large a body it takes.
    #[must_use]
    pub const fn body_kind(&self) -> BodyKind {
        self.body
    }

    /// Whose requests it takes from a budget.
    #[must_use]
    pub const fn charges(&self) -> Charges {
        self.charges
    }

    /// The query parameters it takes.
    #[must_use]
    pub const fn parameters(&self) -> &'static [&'static str] {
        self.query
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?} {:?}", self.method, self.path, self.access, self.body)
    }
}
