//! What is made by somebody who may not hear that it was made, and asks again.

use std::fmt;

use mission_control_kernel::{ProjectId, Timestamp};

use crate::{NewToken, NewUser, Outcome, PrincipalId};

/// Something that is to be in the records from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Addition {
    /// A person who is to be known.
    User(NewUser),
    /// A token that is to count.
    Token(NewToken),
    /// A project that is to be there.
    Project(ProjectId),
}

/// The key under which an addition is asked for, and what the same request is answered again.
pub struct Receipt {
    /// Who sent it.
    pub principal: PrincipalId,
    /// The key that they chose.
    pub key: String,
    /// What tells the request from another one under the same key. The request may hold a password,
    /// so that this MUST NOT be a digest that somebody without the key of the service can compute:
    /// who steals the records would guess at it as fast as they like.
    pub request_digest: [u8; 32],
    /// Makes the answer that is kept, from the instant since which the addition is there; no secret
    /// may be in it. It may be called more than once, when a transaction has to be tried again.
    pub render: Box<dyn Fn(Timestamp) -> Rendered + Send + Sync>,
}

/// An answer as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// HTTP status, or whatever the caller counts in.
    pub status: u16,
    /// The bytes of the answer.
    pub body: Vec<u8>,
}

/// What became of an addition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Added {
    /// It is there, since then.
    Now(Timestamp),
    /// The same request has made it before, and was answered this.
    Before(Rendered),
    /// Another request has the key.
    KeyReused,
    /// It was not made; nothing is kept under the key, which may be used again.
    Not(Outcome),
}

impl Added {
    /// What became of it where no key was given.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Now(_) | Self::Before(_) => Outcome::Done,
            Self::KeyReused => Outcome::Taken,
            Self::Not(outcome) => *outcome,
        }
    }
}

impl fmt::Debug for Receipt {
    /// Hides the digest, which tells two requests apart that may differ in a password alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("principal", &self.principal).finish_non_exhaustive()
    }
}
