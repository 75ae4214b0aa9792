//! What a request brings to show who asks.

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use mission_control_identity::TokenDigest;

use super::digest;

/// Before the name of a cookie that browsers take only from this very host, over TLS: no other name
/// of the site can put one of its own in its place.
pub(crate) const HOST_ONLY: &str = "__Host-";
/// Longer than any token we give out.
const LONGEST_TOKEN: usize = 512;

/// A credential, not yet found good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Credential {
    /// `Authorization: Bearer <token>`, hashed at once so that the token itself goes nowhere.
    Bearer(TokenDigest),
    /// The cookie of a session, which browsers send along whoever wrote the page that asks.
    Session(String),
}

impl Credential {
    /// The credential of a request; `None` when there is none, or two, or it is malformed. A token
    /// counts more than the session in `cookie`.
    pub(crate) fn of(headers: &HeaderMap, cookie: &str) -> Option<Self> {
        if headers.contains_key(AUTHORIZATION) { bearer(headers) } else { session(headers, cookie) }
    }
}

fn bearer(headers: &HeaderMap) -> Option<Credential> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    // The alphabet of RFC 6750, section 2.1.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let good = scheme.eq_ignore_ascii_case("bearer")
        && (1..=LONGEST_TOKEN).contains(&token.len())
        && token.bytes().all(allowed);
    good.then(|| Credential::Bearer(digest(token)))
}

/// The first cookie of the name (RFC 6265, section 4.2.1), one that is bound to the host before any
/// other.
fn session(headers: &HeaderMap, name: &str) -> Option<Credential> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut loose = None;
    for (key, value) in pairs {
        match key.trim().strip_prefix(HOST_ONLY) {
            Some(key) if key == name => return Some(Credential::Session(value.trim().to_owned())),
            None if key.trim() == name => loose = loose.or(Some(value)),
            _ => {}
        }
    }
    loose.map(|value| Credential::Session(value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_well_formed_bearer_token_is_a_credential() {
        let long = format!("Bearer {}", "x".repeat(LONGEST_TOKEN + 1));
        let table: [(&[&str], bool); 11] = [
            (&["Bearer abc.DEF-123_~+/="], true),
            (&["bearer abc"], true),
            (&[], false),
            (&["Bearer"], false),
            (&["Bearer "], false),
            (&["Bearer  x"], false),
            (&["Bearer a b"], false),
            (&["Basic YTpi"], false),
            (&["Bearer a,b"], false),
            (&[&long], false),
            (&["Bearer a", "Bearer a"], false),
        ];
        for (values, good) in table {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(Credential::of(&headers, "c").is_some(), good, "{values:?}");
        }
    }

    #[test]
    fn a_session_counts_when_no_token_is_there() {
        let of = |headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            Credential::of(&map, "c")
        };
        let session = |text: &str| Some(Credential::Session(text.to_owned()));
        assert_eq!(of(&[("cookie", "a=1; c=x=y; d")]), session("x=y"));
        assert_eq!(of(&[("cookie", "a=1"), ("cookie", "c=2")]), session("2"));
        assert_eq!(of(&[("cookie", "c=1; __Host-c=2; c=3")]), session("2"));
        assert_eq!(of(&[("cookie", "cc=1; C=2; c")]), None);
        assert_eq!(of(&[("cookie", "c=1"), ("authorization", "Basic x")]), None);
        assert!(matches!(
            of(&[("cookie", "c=1"), ("authorization", "Bearer x")]),
            Some(Credential::Bearer(_))
        ));
    }
}
