//! The document that every address of the page begins with.

use std::sync::Arc;

use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderName, HeaderValue};
use mission_control_dashboard::SHELL;

use super::{Page, assets};
use crate::http::{Problem, Reply, Request};

/// What the list of missions keeps in its address.
pub(super) const MISSIONS: &[&str] = &["status", "priority", "q", "sort", "tab"];

/// Where whoever signs in was going: the page alone reads it, and goes nowhere but to itself.
pub(super) const LOGIN: &[&str] = &["next"];

/// Nothing but our own files, no script in the document, no text that becomes markup.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// What a control room has no use for.
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");
/// Kept, and asked for again each time: the files it names change with it.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

pub(super) async fn show(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let reply = assets::reply(&page, SHELL, &request).await?;
    Ok(reply
        .header(CACHE_CONTROL, ASK_AGAIN)
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(PERMISSIONS_POLICY, PERMISSIONS))
}
