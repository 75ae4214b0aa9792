//! Reading a body within its bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use super::Problem;

/// The most that is set aside because a client says it will send it; the rest grows as it comes.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// Reads at most `limit` bytes within `deadline`, counted for the whole body: a byte now and then
/// does not extend it.
///
/// # Errors
/// 413 `body_too_large`, 408 `body_too_slow`, 400 `incomplete_body`.
pub(super) async fn read(
    body: Incoming,
    limit: usize,
    deadline: Duration,
) -> Result<Bytes, Problem> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::body_too_large(limit));
    }
    timeout(deadline, collect(body, limit)).await.unwrap_or_else(|_| Err(Problem::body_too_slow()))
}

/// Whether a body that is there is plain JSON.
///
/// # Errors
/// 415.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let essence = types
        .next()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    let json = essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if json && plain && types.next().is_none() {
        Ok(())
    } else {
        Err(Problem::unsupported_media_type())
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Problem> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(limit);
    while let Some(frame) = body.frame().await {
        let incomplete = |_| Problem::malformed("incomplete_body", "the body ended too early");
        let Ok(data) = frame.map_err(incomplete)?.into_data() else { continue };
        if data.len() > limit - first.len().max(whole.len()) {
            return Err(Problem::body_too_large(limit));
        }
        if first.is_empty() && whole.is_empty() {
            // Most bodies come in one piece, which needs no copy.
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.reserve(announced.min(TRUSTED_LENGTH));
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_json_is_a_body() {
        let table: [(&[&str], Option<&str>, bool); 8] = [
            (&["application/json"], None, true),
            (&["Application/JSON; charset=utf-8"], Some("identity"), true),
            (&[], None, false),
            (&["text/plain"], None, false),
            (&["application/jsonp"], None, false),
            (&["application/x-www-form-urlencoded"], None, false),
            (&["application/json", "text/plain"], None, false),
            (&["application/json"], Some("gzip"), false),
        ];
        for (types, encoding, good) in table {
            let mut headers = HeaderMap::new();
            for kind in types {
                headers.append(CONTENT_TYPE, kind.parse().unwrap());
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
            }
            assert_eq!(expect_json(&headers).is_ok(), good, "{types:?} {encoding:?}");
        }
    }
}
