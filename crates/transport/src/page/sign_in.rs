//! Trading a token, or the code of a link, for a session.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ORIGIN, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use mission_control_wire::request::{Empty, SignIn};

use super::Page;
use crate::auth::{Credential, HOST_ONLY, digest};
use crate::http::{Problem, Reply, Request};

/// After this, somebody who could not be recognised may try again.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// A session that the browser is to forget.
const OVER: &str = "Max-Age=0";

/// 204 and the cookie.
pub(super) async fn login(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let now = page.clock.now();
    let token = match request.json()? {
        SignIn { token: Some(token), code: None } => digest(&token),
        SignIn { token: None, code: Some(code) } => {
            // Whoever reads the terminal sits before this machine.
            let near = request.peer().ip().to_canonical().is_loopback();
            near.then(|| page.sessions.redeem(&code, now)).flatten().ok_or_else(spent)?
        }
        SignIn { .. } => {
            let detail = "send either a token or a code";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "missing_field", detail));
        }
    };
    let known = page.identities.authenticate(&token).await.map_err(|error| {
        Problem::unavailable("identities_unavailable", error.to_string(), TRY_AGAIN)
    })?;
    if known.is_none() {
        let detail = "nobody has this token";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unknown_token", detail));
    }
    let session = page.sessions.begin(&token, now, page.ids.next(now));
    let life = format!("Max-Age={}", crate::auth::SESSION.as_secs());
    cookie(&page, &request, &session, &life)
}

/// 204; the session is over here, with the streams that are open on it, and the browser forgets it.
pub(super) async fn logout(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    request.json::<Empty>()?;
    if let Some(Credential::Session(text)) = request.credential(page.sessions.cookie()) {
        page.sessions.end(&text, page.clock.now());
    }
    cookie(&page, &request, "", OVER)
}

fn cookie(page: &Page, request: &Request, value: &str, life: &str) -> Result<Reply, Problem> {
    // A browser that reached us through TLS, here or at a proxy, says so in its origin.
    let secure = request.header(&ORIGIN).is_some_and(|origin| origin.starts_with("https://"));
    let (before, behind) = if secure { (HOST_ONLY, "; Secure") } else { ("", "") };
    let name = page.sessions.cookie();
    let text = format!("{before}{name}={value}; Path=/; {life}; HttpOnly; SameSite=Strict{behind}");
    let text = HeaderValue::try_from(text).map_err(|_| Problem::internal())?;
    Ok(Reply::empty().header(SET_COOKIE, text))
}

fn spent() -> Problem {
    let detail = "this link was used before, is older than 15 minutes, or is not for this machine: \
                  start the server again for a new one, or sign in with a token";
    Problem::new(StatusCode::UNAUTHORIZED, "spent_code", detail)
}
