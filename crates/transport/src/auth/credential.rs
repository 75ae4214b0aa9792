//! What a request brings to show who asks.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use mission_control_identity::TokenDigest;

use super::digest;

/// Longer than any token we give out.
const LONGEST_TOKEN: usize = 512;

/// A credential, not yet found good. Sessions of browsers will be the second kind: then whoever
/// exempts tokens from the check of origins has to say so for each kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Credential {
    /// `Authorization: Bearer <token>`, hashed at once so that the token itself goes nowhere.
    Bearer(TokenDigest),
}

impl Credential {
    /// The credential of a request; `None` when there is none, or two, or it is malformed.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
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
        good.then(|| Self::Bearer(digest(token)))
    }
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
            assert_eq!(Credential::of(&headers).is_some(), good, "{values:?}");
        }
    }
}
