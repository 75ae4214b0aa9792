//! Somebody who has signed in, as their browser would ask.

use anyhow::{Context, Result, bail};
use http::header::{COOKIE, ORIGIN, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::http::{Client, Reply};

/// What the server prints before the code of its link.
const ENTER: &str = "/enter#";

/// The code of the link in what a server has said.
#[must_use]
pub fn code_in(log: &str) -> Option<&str> {
    let (_, rest) = log.split_once(ENTER)?;
    rest.split_whitespace().next()
}

/// Signs in with this body, as a page of the server that `client` calls.
///
/// # Errors
/// When it is refused.
pub async fn sign_in(client: &Client, with: &Value) -> Result<Client> {
    let reply = knock(client, with).await?;
    if reply.status != StatusCode::NO_CONTENT {
        bail!("signing in gave {}: {}", reply.status, reply.text());
    }
    with_cookie_of(client, &reply)
}

/// The answer to this body.
///
/// # Errors
/// When no complete answer comes.
pub async fn knock(client: &Client, with: &Value) -> Result<Reply> {
    let page = of_page(client)?;
    page.request(Method::POST, "/api/login").json(with).send().await
}

/// The same client, as a page of its server, with the cookie that an answer brings.
///
/// # Errors
/// When it brings none.
pub fn with_cookie_of(client: &Client, reply: &Reply) -> Result<Client> {
    let cookie = reply.header(SET_COOKIE.as_str()).context("a cookie")?;
    let pair = cookie.split(';').next().context("its name and value")?;
    Ok(of_page(client)?.with(COOKIE, HeaderValue::try_from(pair)?))
}

fn of_page(client: &Client) -> Result<Client> {
    let origin = HeaderValue::try_from(client.base()).context("an origin")?;
    Ok(client.with(ORIGIN, origin))
}
