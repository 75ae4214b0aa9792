//! HTTP as this service speaks it: a table of routes with their policies, strict requests, replies
//! and problems.
//!
//! A request passes [`Dispatcher`] (who may knock, who asks, what they may do, what they sent) and
//! arrives at a handler as a [`Request`] in which everything has been looked at once. A handler
//! answers with a [`Reply`] or a [`Problem`]; what it needs besides, it captures. [`routes`] is the
//! whole API: `endpoints/table.rs` shows it on one screen.

mod addresses;
mod arrival;
mod body;
mod cors;
mod description;
mod dispatch;
mod doors;
mod endpoints;
mod headers;
mod idempotency;
mod json;
mod limits;
mod percent;
mod preconditions;
mod problem;
mod projects;
mod query;
mod refusals;
mod reply;
mod request;
mod request_id;
mod route;
mod routes;

pub use addresses::{Proxies, Source};
pub use dispatch::{Deadlines, Dispatcher};
pub use doors::Doors;
pub(crate) use endpoints::on;
pub use endpoints::{Services, routes};
pub(crate) use limits::Budget;
pub use limits::{Charges, RateLimits};
pub use preconditions::IfMatch;
pub use problem::{FieldError, Problem};
pub use projects::Projects;
pub use query::{DEFAULT_LIMIT, MAX_LIMIT, Query};
pub use reply::{Reply, ReplyBody};
pub use request::Request;
pub use request_id::RequestId;
pub use route::{BodyKind, Handler, HandlerFuture, Route};
pub use routes::{RouteTable, RouteTableError};
