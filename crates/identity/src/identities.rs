//! The port to the records of who may come in.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Principal, TokenDigest};

/// Knows which token belongs to whom.
#[async_trait]
pub trait Identities: Send + Sync + 'static {
    /// The principal whose token has this digest.
    ///
    /// It MUST answer `None` for a token that is unknown, revoked or expired, without telling these
    /// apart, and MUST see a revocation within one second on every replica. How long it takes MUST
    /// NOT depend on how much of the digest is right.
    ///
    /// # Errors
    /// [`IdentityError::Unavailable`] when the records cannot be read now.
    async fn authenticate(
        &self,
        digest: &TokenDigest,
    ) -> Result<Option<Arc<Principal>>, IdentityError>;
}

/// Why nobody can say who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentityError {
    /// The records are away; the same question may be answered later.
    #[error("the records of tokens cannot be read now")]
    Unavailable,
}
