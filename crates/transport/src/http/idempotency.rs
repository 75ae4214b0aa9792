//! Requests that are sent again because their answer never came.

use http::{HeaderName, HeaderValue, StatusCode};
use mission_control::MissionControl;
use mission_control::kernel::{ProjectId, Timestamp};
use mission_control::missions::{Once, Receipt, Refusal, Rendered};
use mission_control_identity as identity;
use mission_control_wire::EncodeError;
use sha2::{Digest, Sha256};

use super::{Problem, Reply, Request};
use crate::Signer;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the one that was given before.
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Room for any client's ids, too short to fill a table with.
pub(super) const LONGEST_KEY: usize = 255;

/// What digests of requests about people are made for.
const PEOPLE: &str = "requests about people";

/// A key under which the answer to one request is kept.
pub(super) struct Key {
    project: ProjectId,
    principal: String,
    key: String,
    request_digest: [u8; 32],
}

impl Key {
    /// The key that a request brings, if it brings one.
    ///
    /// # Errors
    /// 400 `invalid_idempotency_key`.
    pub(super) fn of(request: &Request) -> Result<Option<Self>, Problem> {
        let Some(key) = given(request)? else { return Ok(None) };
        Ok(Some(Self {
            project: request.project()?.clone(),
            principal: request.principal()?.id.to_string(),
            key,
            request_digest: digest(request),
        }))
    }

    /// The key as it was sent and the digest of the request, for what keeps receipts of its own.
    pub(super) fn into_name(self) -> (String, [u8; 32]) {
        (self.key, self.request_digest)
    }

    /// The receipt that keeps what `render` writes, under the status that goes with it.
    pub(super) fn receipt<T>(
        self,
        status: StatusCode,
        render: impl Fn(&T) -> Result<Vec<u8>, EncodeError> + Send + Sync + 'static,
    ) -> Receipt<T> {
        self.receipt_by(move |_| status, render)
    }

    /// The same where what was done tells the status.
    pub(super) fn receipt_by<T>(
        self,
        status: impl Fn(&T) -> StatusCode + Send + Sync + 'static,
        render: impl Fn(&T) -> Result<Vec<u8>, EncodeError> + Send + Sync + 'static,
    ) -> Receipt<T> {
        let render = move |told: &T| {
            let (status, body) = encoded(status(told), render(told));
            Rendered { status, body }
        };
        let Self { project, principal, key, request_digest } = self;
        Receipt { project, principal, key, request_digest, render: Box::new(render) }
    }
}

/// The key of a request about people and what is theirs, which is about no project, and in whose body a
/// password may stand.
pub(super) struct PeopleKey {
    principal: identity::PrincipalId,
    key: String,
    request_digest: [u8; 32],
}

impl PeopleKey {
    /// The key that a request brings, if it brings one. Its digest is made with the key of the service:
    /// from one that anybody can make, a password would be guessed as fast as a machine can.
    ///
    /// # Errors
    /// 400 `invalid_idempotency_key`.
    pub(super) fn of(request: &Request, signer: &Signer) -> Result<Option<Self>, Problem> {
        let Some(key) = given(request)? else { return Ok(None) };
        let request_digest = signer.digest(PEOPLE, &digest(request));
        Ok(Some(Self { principal: request.principal()?.id.clone(), key, request_digest }))
    }

    /// The receipt that keeps what `render` writes with 201, without any secret.
    pub(super) fn receipt(
        self,
        render: impl Fn(Timestamp) -> Result<Vec<u8>, EncodeError> + Send + Sync + 'static,
    ) -> identity::Receipt {
        let render = move |at| {
            let (status, body) = encoded(StatusCode::CREATED, render(at));
            identity::Rendered { status, body }
        };
        let Self { principal, key, request_digest } = self;
        identity::Receipt { principal, key, request_digest, render: Box::new(render) }
    }
}

/// What the header says.
fn given(request: &Request) -> Result<Option<String>, Problem> {
    let mut values = request.head.headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if values.next().is_some() || !(1..=LONGEST_KEY).contains(&text.len()) {
        let detail = "Idempotency-Key must be given once, with 1 to 255 visible characters";
        return Err(Problem::malformed("invalid_idempotency_key", detail));
    }
    Ok(Some(text.to_owned()))
}

/// What is kept of an answer that was to be given with `status`.
fn encoded(status: StatusCode, body: Result<Vec<u8>, EncodeError>) -> (u16, Vec<u8>) {
    match body {
        Ok(body) => (status.as_u16(), body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be encoded");
            (StatusCode::INTERNAL_SERVER_ERROR.as_u16(), Vec::new())
        }
    }
}

/// The answer as it was kept.
pub(super) fn kept(rendered: Rendered) -> Result<Reply, Problem> {
    let status = StatusCode::from_u16(rendered.status).map_err(|_| Problem::internal())?;
    if status.is_server_error() {
        return Err(Problem::internal());
    }
    Ok(Reply::json_text(rendered.body).status(status))
}

/// What was answered to this request before, if it brings a key. It is asked before anything that the
/// request names is looked up: that may have changed since.
///
/// # Errors
/// 400 `invalid_idempotency_key`, 422 `idempotency_key_reused`.
pub(super) async fn answered(
    request: &Request,
    control: &MissionControl,
) -> Result<Option<Reply>, Problem> {
    let Some(key) = Key::of(request)? else { return Ok(None) };
    match control.kept_answer(&key.project, &key.principal, &key.key).await? {
        None => Ok(None),
        Some(kept) if kept.request_digest == key.request_digest => {
            replayed(kept.rendered).map(Some)
        }
        Some(_) => Err(Refusal::KeyReused.into()),
    }
}

/// The answer to what is done once: `fresh` where that is now.
pub(super) fn once<T>(
    done: Once<T>,
    fresh: impl FnOnce(T) -> Result<Reply, Problem>,
) -> Result<Reply, Problem> {
    match done {
        Once::Now(told) => fresh(told),
        Once::Before(rendered) => replayed(rendered),
        Once::KeyReused => Err(Refusal::KeyReused.into()),
    }
}

/// The answer that was given before.
pub(super) fn replayed(rendered: Rendered) -> Result<Reply, Problem> {
    Ok(kept(rendered)?.header(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true")))
}

/// Of all that makes two requests the same. A zero byte stands in neither a method nor a path, so
/// nothing can move from one part into the next.
fn digest(request: &Request) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(request.method().as_str());
    digest.update([0]);
    digest.update(request.path());
    digest.update([0]);
    digest.update(request.body());
    digest.finalize().into()
}
