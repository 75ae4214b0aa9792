//! What pages of other origins may do: those that the settings name, with a token and nothing else.
//!
//! Such a page is told what it may send and may read the answers. It never acts on a session: there
//! is no `Access-Control-Allow-Credentials`, and what comes with a cookie has to come from our own
//! origin. To all other origins nothing is said, so that a browser keeps every answer from them.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use super::description::request_headers;
use super::{Problem, Reply, Route};

/// How long a browser keeps what it was told: ten minutes, so that a change of the settings is soon
/// seen, and a page that asks every second asks once.
const KEPT: HeaderValue = HeaderValue::from_static("600");
/// What a page may read besides the body and the media type.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Allow, Content-Disposition, ETag, Idempotency-Replayed, Link, Location, RateLimit, \
     RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id",
);
const BY_ORIGIN: HeaderValue = HeaderValue::from_static("origin");

/// The method for which a browser asks whether a page may use it (Fetch, section 3.3.2).
pub(super) fn asked_for(head: &Parts) -> Option<&HeaderValue> {
    let asked = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD);
    asked.filter(|_| head.method == Method::OPTIONS)
}

/// The method as one; what is none is on no route.
pub(super) fn method(asked: &HeaderValue) -> Result<Method, Problem> {
    Method::from_bytes(asked.as_bytes()).map_err(|_| Problem::not_found())
}

/// What a page may send to this route.
pub(super) fn answer(route: &Route) -> Result<Reply, Problem> {
    let methods = match *route.method() {
        Method::GET => "GET, HEAD",
        ref method => method.as_str(),
    };
    let [methods, headers] = [methods.to_owned(), request_headers(route).join(", ")]
        .map(|text| HeaderValue::try_from(text).map_err(|_| Problem::internal()));
    Ok(Reply::empty()
        .header(ACCESS_CONTROL_ALLOW_METHODS, methods?)
        .header(ACCESS_CONTROL_ALLOW_HEADERS, headers?)
        .header(ACCESS_CONTROL_MAX_AGE, KEPT))
}

/// Lets a page of `guest`, an origin that may, read the answer.
pub(super) fn share(headers: &mut HeaderMap, guest: Option<&HeaderValue>) {
    // Also where nobody may: a cache does not know who asks next.
    headers.append(VARY, BY_ORIGIN);
    if let Some(guest) = guest {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, guest.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}
