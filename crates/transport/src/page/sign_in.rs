//! Coming in, for a session in a cookie, and leaving.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderValue, StatusCode};
use mission_control_identity::{SESSION_LONGEST, SecretDigest};
use mission_control_kernel::Secret;
use mission_control_wire::request::{SignIn, SignOut};

use super::Page;
use crate::auth::{Credential, Entered, HOST_ONLY, Knock, NotIn, Password};
use crate::http::{Problem, Reply, Request};

/// A session that the browser is to forget.
const OVER: &str = "Max-Age=0";

/// 204 and the cookie.
pub(super) async fn login(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let knock = knock(&page, &request);
    let entrance = &page.entrance;
    let entered = match request.json()? {
        SignIn { user: Some(user), password: Some(password), token: None, code: None } => {
            let password = password_of(Password::typed(password), "password")?;
            entrance.by_password(&user, password, &knock).await
        }
        SignIn { token: Some(token), user: None, password: None, code: None } => {
            entrance.by_token(&token, &knock).await
        }
        SignIn { code: Some(code), user: None, password: None, token: None } => {
            entrance.by_code(&code, &knock).await
        }
        SignIn { .. } => return Err(incomplete()),
    };
    if entered == Err(NotIn::Wrong) {
        // The name is not told: people type a password where it belongs.
        tracing::info!(from = %knock.address, request_id = %request.id(), "somebody was not let in");
    }
    with_cookie(&page, &request, &entered?)
}

/// 204; the session is over, everywhere, with all that is open on it, and the browser forgets it.
pub(super) async fn logout(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let everywhere = request.json::<SignOut>()?.everywhere.unwrap_or(false);
    if let Some(session) = session_of(&page, &request) {
        page.entrance.leave(&session, everywhere).await?;
    }
    cookie(&page, &request, &Secret::new(""), OVER)
}

/// 204 and the cookie of a session that has just begun.
pub(super) fn with_cookie(
    page: &Page,
    request: &Request,
    entered: &Entered,
) -> Result<Reply, Problem> {
    let life = format!("Max-Age={}", SESSION_LONGEST.as_secs());
    cookie(page, request, &entered.session, &life)
}

/// Who asks, before anything of it has been found good.
pub(super) fn knock(page: &Page, request: &Request) -> Knock {
    let source = request.source();
    let address: IpAddr = source.address();
    let user_agent = request.header(&USER_AGENT).unwrap_or_default().to_owned();
    Knock { address, near: source.is_near(), user_agent, session: session_of(page, request) }
}

/// A password that can be one; else what is wrong with the field.
pub(super) fn password_of(
    parsed: Result<Password, mission_control_kernel::Invalid>,
    field: &str,
) -> Result<Password, Problem> {
    parsed.map_err(|invalid| Problem::invalid(field, invalid))
}

fn session_of(page: &Page, request: &Request) -> Option<SecretDigest> {
    match request.credential(page.authenticator.cookie()) {
        Some(Credential::Session(digest)) => Some(digest),
        Some(Credential::Bearer(_)) | None => None,
    }
}

fn cookie(page: &Page, request: &Request, value: &Secret, life: &str) -> Result<Reply, Problem> {
    let (before, behind) = if request.came_by_tls() { (HOST_ONLY, "; Secure") } else { ("", "") };
    let (name, value) = (page.authenticator.cookie(), value.expose());
    let text = format!("{before}{name}={value}; Path=/; {life}; HttpOnly; SameSite=Strict{behind}");
    let mut text = HeaderValue::try_from(text).map_err(|_| Problem::internal())?;
    text.set_sensitive(true);
    Ok(Reply::empty().header(SET_COOKIE, text))
}

fn incomplete() -> Problem {
    let detail = "send either user and password, or a token, or a code";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "missing_field", detail)
}
