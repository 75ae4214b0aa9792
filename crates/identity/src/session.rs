//! Sessions of browsers, as the records know them.

use std::time::Duration;

use mission_control_kernel::Timestamp;

use crate::{Login, Principal, PrincipalId, SecretDigest, TokenId};

/// Without a request for so long a session is over: a night and a day, so that a screen that is
/// looked at each morning stays signed in.
pub const SESSION_IDLE: Duration = Duration::from_hours(36);
/// However busy, a session is over after this: a working week, so that a screen on a wall lasts it.
pub const SESSION_LONGEST: Duration = Duration::from_hours(7 * 24);

/// As whom somebody has signed in.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SignedInAs {
    /// A person.
    User(Login),
    /// The bearer of an API token.
    Token(TokenId),
    /// The bearer of the administrator's token of the settings, which has this digest. The store
    /// knows nothing of that token: whoever asks compares.
    FixedAdmin(SecretDigest),
}

/// One that is to begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSession {
    /// The digest of its secret id.
    pub digest: SecretDigest,
    /// As whom.
    pub who: SignedInAs,
    /// What the browser says it is, at most 200 characters, for whoever looks through their sessions.
    pub user_agent: String,
}

/// One that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// The digest of its secret id.
    pub digest: SecretDigest,
    /// As whom.
    pub who: SignedInAs,
    /// What the browser says it is.
    pub user_agent: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, to the minute or so.
    pub last_used_at: Timestamp,
}

impl Session {
    /// When it is over if it is not used again.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.last_used_at.plus(SESSION_IDLE).min(self.created_at.plus(SESSION_LONGEST))
    }
}

/// Who comes in with a credential of the records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entrant {
    /// What they may do, as of now; `None` for a session of [`SignedInAs::FixedAdmin`], whose
    /// principal is not in the records.
    pub principal: Option<Principal>,
    /// As whom.
    pub who: SignedInAs,
    /// The person behind it: whoever signed in, or made the token. All that is theirs is counted
    /// together.
    pub owner: PrincipalId,
    /// When the credential is over by itself; `None` for never.
    pub ends_at: Option<Timestamp>,
}
