//! One token, one administrator: what a process has before anything is stored.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_identity::{Identities, IdentityError, Principal, TokenDigest};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The digest under which a token is known.
#[must_use]
pub fn digest(token: &str) -> TokenDigest {
    TokenDigest::new(Sha256::digest(token).into())
}

/// Lets in whoever holds one token, as the administrator of the process.
#[derive(Debug)]
pub struct FixedAdmin {
    digest: TokenDigest,
    administrator: Arc<Principal>,
}

impl FixedAdmin {
    /// With the digest of the token.
    #[must_use]
    pub fn new(digest: TokenDigest) -> Self {
        Self { digest, administrator: Arc::new(Principal::administrator()) }
    }
}

#[async_trait]
impl Identities for FixedAdmin {
    async fn authenticate(
        &self,
        digest: &TokenDigest,
    ) -> Result<Option<Arc<Principal>>, IdentityError> {
        let same = self.digest.as_bytes().ct_eq(digest.as_bytes());
        Ok(bool::from(same).then(|| Arc::clone(&self.administrator)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_token_lets_in_and_nothing_like_it_does() {
        let admin = FixedAdmin::new(digest("s3cret"));
        let someone = admin.authenticate(&digest("s3cret")).await.unwrap();
        assert_eq!(someone.map(|someone| someone.id.to_string()).as_deref(), Some("admin"));
        for token in ["", "s3cre", "s3crets", "S3cret", "s3creu"] {
            assert_eq!(admin.authenticate(&digest(token)).await.unwrap(), None, "{token}");
        }
    }
}
