//! How a request becomes a socket.

use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderValue, Method, StatusCode};
use hyper::upgrade::OnUpgrade;
use tungstenite::handshake::derive_accept_key;

use crate::http::{Problem, Reply, Request};

/// The one version there is.
const VERSION: &str = "13";
/// What is spoken over the socket, for clients that name it.
const PROTOCOL: &str = "mission-control.v1";
/// Sixteen bytes in base 64.
const KEY_CHARS: usize = 24;

/// A handshake that may be answered.
pub(in crate::live) struct Accepted {
    /// The connection, once it is answered.
    pub(in crate::live) upgrade: OnUpgrade,
    /// The answer.
    pub(in crate::live) reply: Reply,
}

/// Looks at a handshake (RFC 6455, section 4.2.1).
///
/// # Errors
/// 426 for what is none, 400 for a malformed one.
pub(in crate::live) fn accept(request: &mut Request) -> Result<Accepted, Problem> {
    let asks = |name, wanted: &str| {
        let words = request.header(name).unwrap_or_default().split(',');
        words.map(str::trim).any(|word: &str| word.eq_ignore_ascii_case(wanted))
    };
    let is_handshake = *request.method() == Method::GET
        && asks(&UPGRADE, "websocket")
        && asks(&CONNECTION, "upgrade")
        && request.header(&SEC_WEBSOCKET_VERSION) == Some(VERSION);
    let named = request.header(&SEC_WEBSOCKET_PROTOCOL).is_some();
    if named && !asks(&SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        let detail = "the only subprotocol here is mission-control.v1";
        return Err(Problem::malformed("unknown_subprotocol", detail));
    }
    let key = request.header(&SEC_WEBSOCKET_KEY).unwrap_or_default();
    let (well_formed, answer) = (key.len() == KEY_CHARS, derive_accept_key(key.as_bytes()));
    let Some(upgrade) = request.take_upgrade().filter(|_| is_handshake) else {
        let detail = "this is a WebSocket: ask for it with HTTP/1.1 and version 13, \
                      or read /api/live/stream";
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail));
    };
    if !well_formed {
        let detail = "Sec-WebSocket-Key must be sixteen bytes in base 64";
        return Err(Problem::malformed("malformed_key", detail));
    }
    let answer = HeaderValue::try_from(answer).map_err(|_| Problem::internal())?;
    let mut reply = Reply::switching_protocols()
        .header(UPGRADE, HeaderValue::from_static("websocket"))
        .header(CONNECTION, HeaderValue::from_static("upgrade"))
        .header(SEC_WEBSOCKET_ACCEPT, answer);
    if named {
        reply = reply.header(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    Ok(Accepted { upgrade, reply })
}
