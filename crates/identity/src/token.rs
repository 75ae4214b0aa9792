//! Secrets as the records know them, and the ids of tokens.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::Invalid;

use crate::PrincipalId;
use crate::principal::TOKEN;

/// The SHA-256 of a token or of a session's id, computed by whoever received it.
///
/// A fast hash is right here, since a secret is 256 random bits and cannot be guessed from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Wraps a digest.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest, for the store and for comparison in constant time.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretDigest {
    /// Hides the digest: it is what a thief of the records would look for in the logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

/// The lasting id of an API token: a UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TokenId(u128);

impl TokenId {
    /// Wraps the bits of a UUID.
    #[must_use]
    pub const fn new(id: u128) -> Self {
        Self(id)
    }

    /// The bits of the UUID.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// Who acts with the token: `token:` and its id.
    #[must_use]
    pub fn principal_id(self) -> PrincipalId {
        format!("{TOKEN}{self}").parse().expect("42 characters are an id")
    }
}

impl fmt::Display for TokenId {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for TokenId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let id = (text.len() == 32 && text.bytes().all(hex))
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten();
        id.map(Self).ok_or(Invalid::new("invalid_token_id", "must be 32 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_that_is_a_token_says_which() {
        let id = TokenId::new(0xabc);
        assert_eq!(id.principal_id().token(), Some(id));
        for person in ["admin", "token", "token:", "token:7"] {
            assert_eq!(person.parse::<PrincipalId>().unwrap().token(), None, "{person}");
        }
    }

    #[test]
    fn a_digest_does_not_print_itself() {
        assert_eq!(format!("{:?}", SecretDigest::new([0xab; 32])), "SecretDigest(…)");
    }
}
