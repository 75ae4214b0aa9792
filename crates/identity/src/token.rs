//! Tokens as the records know them.

use std::fmt;

/// The SHA-256 of a token, computed by whoever received the token.
///
/// A fast hash is right here, since a token is 256 random bits and cannot be guessed from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
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

impl fmt::Debug for TokenDigest {
    /// Hides the digest: it is what a thief of the records would look for in the logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_print_itself() {
        assert_eq!(format!("{:?}", TokenDigest::new([0xab; 32])), "TokenDigest(…)");
    }
}
