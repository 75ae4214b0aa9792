//! Refusals as RFC 9457 `application/problem+json`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use mission_control_identity::Denial;
use mission_control_kernel::Invalid;
use mission_control_wire::{reply, to_bytes};

use super::limits::Budget;
use super::{ReplyBody, RequestId};

/// Why a request was not done: a stable code to branch on and a sentence to read.
///
/// On the wire it has `type`, `title`, `status`, `detail`, `instance` (the path of the request),
/// `code`, `error` (the same sentence as `detail`), `request_id`, and `errors` when single fields
/// are at fault.
#[derive(Clone, Debug)]
pub struct Problem(Box<Content>);

/// Behind a pointer, since every result of every handler has room for one.
#[derive(Clone, Debug)]
struct Content {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: HeaderMap,
}

/// What is wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// Its path in the body (`missions[3].title`), or the name of the query parameter.
    pub field: String,
    /// What a program branches on.
    pub code: Cow<'static, str>,
    /// What a person reads.
    pub message: String,
}

impl Problem {
    /// A refusal with its status, its code and its sentence; the constructors below are better
    /// wherever one fits.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (code, detail) = (code.into(), detail.into());
        let (errors, headers) = (Vec::new(), HeaderMap::new());
        Self(Box::new(Content { status, code, detail, errors, headers }))
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub fn malformed(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// What is no request that can be read: 400, 414 or 431; `None` for any other status.
    #[must_use]
    pub fn unreadable(status: StatusCode) -> Option<Self> {
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("malformed_request", "what was sent is no HTTP request"),
            StatusCode::URI_TOO_LONG => {
                ("uri_too_long", "the address is longer than this server reads")
            }
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
                "headers_too_large",
                "the request line and headers are larger than this server reads, 16 KiB together",
            ),
            _ => return None,
        };
        Some(Self::new(status, code, detail))
    }

    /// 400 `unknown_field`: a query parameter that the route does not know.
    #[must_use]
    pub fn unknown_parameter(name: &str) -> Self {
        let message = format!("there is no query parameter `{name}` here");
        let mut problem = Self::malformed("unknown_field", message.clone());
        let (field, code) = (name.to_owned(), "unknown_field".into());
        problem.0.errors.push(FieldError { field, code, message });
        problem
    }

    /// 401 with `WWW-Authenticate`: no credential, or none that counts.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let detail = "this needs a valid token: send Authorization: Bearer <token>";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: known, but not allowed.
    #[must_use]
    pub fn forbidden(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404 `not_found`: no such thing, or none that the caller may see; never say which.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// 405 with `Allow`.
    #[must_use]
    pub fn method_not_allowed(allow: HeaderValue) -> Self {
        let detail = "this path does not take the method; the Allow header lists those it takes";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
            .with_header(ALLOW, allow)
    }

    /// 408: the body did not arrive in time.
    #[must_use]
    pub fn body_too_slow() -> Self {
        let detail = "the body did not arrive in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
    }

    /// 409: the state of things refuses it.
    #[must_use]
    pub fn conflict(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 412 `stale_revision`: somebody else has changed it since.
    #[must_use]
    pub fn stale_revision(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "stale_revision", detail)
    }

    /// 413: more bytes than the route takes.
    #[must_use]
    pub fn body_too_large(limit: usize) -> Self {
        let detail = match limit {
            0 => "this takes no body".to_owned(),
            limit => format!("the body is larger than {limit} bytes"),
        };
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    /// 415: the body is not JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        let detail = "send the body as plain JSON, with Content-Type: application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 421: not a name of this service.
    #[must_use]
    pub fn wrong_host() -> Self {
        let detail = "this service does not answer to that host name: add it to the allowed hosts, \
             --allowed-hosts or MISSION_CONTROL_ALLOWED_HOSTS";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail)
    }

    /// 422: one field is wrong. `field` is its path, the sentence of `invalid` follows it.
    #[must_use]
    pub fn invalid(field: impl Into<String>, invalid: Invalid) -> Self {
        let message = invalid.to_string();
        Self::wrong_field(FieldError { field: field.into(), code: invalid.code.into(), message })
    }

    /// 422: one field is wrong, said in full.
    #[must_use]
    pub fn wrong_field(error: FieldError) -> Self {
        let detail = format!("{} {}", error.field, error.message);
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code.clone(), detail);
        problem.0.errors.push(error);
        problem
    }

    /// Names one more field that is wrong; the code stays that of the first.
    #[must_use]
    pub fn and(mut self, error: FieldError) -> Self {
        self.0.errors.push(error);
        self
    }

    /// The same about fields that lie within another one.
    #[must_use]
    pub(crate) fn within(mut self, place: &str) -> Self {
        for error in &mut self.0.errors {
            let separator = if error.field.is_empty() { "" } else { "." };
            error.field = format!("{place}{separator}{}", error.field);
        }
        if let Some(first) = self.0.errors.first() {
            self.0.detail = format!("{} {}", first.field, first.message).into();
        }
        self
    }

    /// 428: a change without `If-Match`.
    #[must_use]
    pub fn precondition_required() -> Self {
        let detail = "send If-Match with the ETag you read, or * to change it whatever it is";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
    }

    /// 429 with `Retry-After`.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let detail = "too many requests: wait as long as Retry-After says";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
            .retry_after(retry_after)
    }

    /// 429 `rate_limited` with `Retry-After`: the budget of an address or a principal is spent.
    #[must_use]
    pub(super) fn rate_limited(budget: Budget, wait: Duration) -> Self {
        let detail = match budget {
            Budget::Anonymous => {
                "too many requests without a good credential from this address: wait as long as \
                 Retry-After says, or send a token"
            }
            Budget::Principal => {
                "you have sent too many requests: wait as long as Retry-After says"
            }
        };
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(wait)
    }

    /// 500: our fault. The log has the rest under the request id.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "something went wrong on our side; the log has it under this request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// 503 with `Retry-After`: what the answer needs is away.
    #[must_use]
    pub fn unavailable(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        retry_after: Duration,
    ) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(retry_after)
    }

    /// The same with `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, span: Duration) -> Self {
        let seconds = span.as_millis().div_ceil(1_000).clamp(1, u128::from(u32::MAX));
        let seconds = u32::try_from(seconds).expect("clamped to it");
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields that are wrong.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    pub(super) fn into_response(self, instance: &str, id: &RequestId) -> Response<ReplyBody> {
        let errors = self.0.errors.iter().map(|error| reply::FieldProblem {
            field: &error.field,
            code: &error.code,
            message: &error.message,
        });
        let problem = reply::Problem {
            problem_type: &format!("/docs/problems#{}", self.0.code),
            title: self.0.status.canonical_reason().unwrap_or("Error"),
            status: self.0.status.as_u16(),
            detail: &self.0.detail,
            instance,
            code: &self.0.code,
            request_id: id.as_str(),
            errors: errors.collect(),
        };
        let text = to_bytes(&problem).expect("strings and numbers always encode");
        let mut response = Response::new(ReplyBody::whole(text));
        *response.status_mut() = self.0.status;
        *response.headers_mut() = self.0.headers;
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }

    fn with_header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Unauthenticated => Self::unauthenticated(),
            Denial::Forbidden => Self::forbidden("forbidden", "your role does not allow this"),
            Denial::NoSuchProject => Self::not_found(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.code, self.0.detail)
    }
}

impl std::error::Error for Problem {}
