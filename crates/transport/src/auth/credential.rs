//! What a request brings to show who asks.

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use mission_control_identity::SecretDigest;

use super::secrets::{digest, is_session_id};
use super::token;

/// Before the name of a cookie that browsers take only from this very host, over TLS: no other name
/// of the site can put one of its own in its place.
pub(crate) const HOST_ONLY: &str = "__Host-";
/// Longer than any token we give out.
const LONGEST_TOKEN: usize = 512;

/// A credential, not yet found good. It is hashed at once, so that the secret itself goes nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credential {
    /// `Authorization: Bearer <token>`.
    Bearer(Bearer),
    /// The cookie of a session, which browsers send along whoever wrote the page that asks.
    Session(SecretDigest),
}

/// A token that somebody shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearer {
    /// Its digest.
    pub digest: SecretDigest,
    /// Whether it looks like one that was made here; nothing else is worth asking the records for.
    pub looks_ours: bool,
}

impl Bearer {
    /// Of the token itself.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self { digest: digest(token), looks_ours: token::looks_ours(token) }
    }
}

impl Credential {
    /// The credential of a request; `None` when there is none, or two, or it is malformed. A token
    /// counts more than the session in `cookie`. Where the request came `by_tls`, only a cookie that
    /// is bound to this host counts: any other name of the site, and whoever stands between where
    /// there is no TLS, can put a loose one in its place.
    #[must_use]
    pub fn of(headers: &HeaderMap, cookie: &str, by_tls: bool) -> Option<Self> {
        if headers.contains_key(AUTHORIZATION) {
            bearer(headers)
        } else {
            session(headers, cookie, by_tls)
        }
    }
}

/// Whether the browser says that it reached us through TLS.
pub(crate) fn says_tls(headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}

fn bearer(headers: &HeaderMap) -> Option<Credential> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    // The alphabet of RFC 6750, section 2.1, and what else an administrator's own token may have.
    let good = scheme.eq_ignore_ascii_case("bearer")
        && (1..=LONGEST_TOKEN).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    good.then(|| Credential::Bearer(Bearer::of(token)))
}

/// The first cookie of the name (RFC 6265, section 4.2.1), one that is bound to the host before any
/// other.
fn session(headers: &HeaderMap, name: &str, bound: bool) -> Option<Credential> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut loose = None;
    for (key, value) in pairs {
        match key.trim().strip_prefix(HOST_ONLY) {
            Some(key) if key == name => return of_cookie(value),
            None if key.trim() == name && !bound => loose = loose.or(Some(value)),
            _ => {}
        }
    }
    loose.and_then(of_cookie)
}

fn of_cookie(value: &str) -> Option<Credential> {
    let id = value.trim();
    is_session_id(id).then(|| Credential::Session(digest(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const TWO: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

    #[test]
    fn only_one_well_formed_bearer_token_is_a_credential() {
        let long = format!("Bearer {}", "x".repeat(LONGEST_TOKEN + 1));
        let table: [(&[&str], bool); 12] = [
            (&["Bearer abc.DEF-123_~+/="], true),
            (&["Bearer a#token!of(the$settings)"], true),
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
            assert_eq!(Credential::of(&headers, "c", false).is_some(), good, "{values:?}");
        }
    }

    #[test]
    fn a_session_counts_when_no_token_is_there() {
        let by = |by_tls: bool, headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                let value = value.replace("ONE", ONE).replace("TWO", TWO);
                map.append(*name, value.parse().unwrap());
            }
            Credential::of(&map, "c", by_tls)
        };
        let of = |headers: &[(&'static str, &str)]| by(false, headers);
        let session = |text: &str| Some(Credential::Session(digest(text)));
        assert_eq!(of(&[("cookie", "a=1; c=ONE; d")]), session(ONE));
        assert_eq!(of(&[("cookie", "a=1"), ("cookie", "c=TWO")]), session(TWO));
        assert_eq!(of(&[("cookie", "c=ONE; __Host-c=TWO; c=ONE")]), session(TWO));
        assert_eq!(by(true, &[("cookie", "c=ONE; __Host-c=TWO")]), session(TWO));
        assert_eq!(by(true, &[("cookie", "c=ONE")]), None, "anybody may have put it there");
        assert_eq!(of(&[("cookie", "cc=ONE; C=TWO; c")]), None);
        assert_eq!(of(&[("cookie", "c=ONEA")]), None, "no id is so long");
        assert_eq!(of(&[("cookie", "c=ONE"), ("authorization", "Basic x")]), None);
        assert!(matches!(
            of(&[("cookie", "c=ONE"), ("authorization", "Bearer x")]),
            Some(Credential::Bearer(_))
        ));
    }
}
