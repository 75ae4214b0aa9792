//! The id under which a request is found in the logs.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Room for any tracing system's ids, too short to flood a log.
const LONGEST: usize = 64;

/// A request's id: the client's own when it is sane, else a fresh one.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's `X-Request-Id` if it is 1–64 of letters, digits, `-`, `_`, `.`; else `fresh`.
    pub(super) fn of(headers: &HeaderMap, fresh: impl FnOnce() -> Uuid) -> Self {
        if let Some(theirs) = headers.get(X_REQUEST_ID)
            && is_sane(theirs.as_bytes())
        {
            return Self(theirs.clone());
        }
        let ours = HeaderValue::try_from(fresh().to_string()).expect("a UUID is visible ASCII");
        Self(ours)
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().expect("made of visible ASCII alone")
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_sane(id: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&id.len()) && id.iter().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sane_id_of_the_client_is_kept_and_any_other_replaced() {
        let long = "x".repeat(LONGEST + 1);
        let table =
            [("abc-1.2_3", true), ("", false), ("a b", false), ("a\"", false), (&long, false)];
        for (theirs, kept) in table {
            let headers = HeaderMap::from_iter([(X_REQUEST_ID, theirs.parse().unwrap())]);
            let id = RequestId::of(&headers, Uuid::nil);
            assert_eq!(id.as_str() == theirs, kept, "{theirs:?}");
        }
        assert_eq!(RequestId::of(&HeaderMap::new(), Uuid::nil).as_str().len(), 36);
    }
}
