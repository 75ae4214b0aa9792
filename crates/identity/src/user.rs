//! People, and what is kept of them.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, ProjectId, Timestamp};

use crate::{Grants, Principal, PrincipalId, PrincipalName};

/// The name that a person signs in with: 1–64 characters of `a-z 0-9 . _ - @`, beginning with a
/// letter or a digit, in lower case.
///
/// It is the person's lasting id as well, never changed and never given to anybody else: what
/// somebody did stays theirs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Login(String);

impl Login {
    /// The first administrator, whom the setup link makes.
    #[must_use]
    pub fn first_administrator() -> Self {
        Self("admin".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who acts under this name.
    #[must_use]
    pub fn principal_id(&self) -> PrincipalId {
        self.0.parse().expect("a login is within the bounds of a principal's id")
    }
}

impl FromStr for Login {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@".contains(&byte)
        };
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= 64 && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        let sentence = "must be 1 to 64 lower-case letters, digits, dots, dashes, underscores or @";
        Err(Invalid::new("invalid_login", sentence))
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password as the records know it: a PHC string of argon2id. It does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps what a hasher has made.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the store and for the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// What they sign in with; their lasting id.
    pub login: Login,
    /// Name for people.
    pub name: PrincipalName,
    /// What they may do, and where.
    pub grants: Grants,
    /// Whether they are kept out: no password, session or token of theirs counts.
    pub disabled: bool,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// Since when they are known here.
    pub created_at: Timestamp,
}

impl User {
    /// Whether they may do everything everywhere, now.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        !self.disabled && self.grants.role_everywhere() == Some(crate::Role::Admin)
    }

    /// Them as the principal of a request; `None` while they are kept out.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        (!self.disabled).then(|| Principal {
            id: self.login.principal_id(),
            name: self.name.clone(),
            default_project: self.grants.usual_project().unwrap_or_else(ProjectId::default_project),
            grants: self.grants.clone(),
            agent: None,
        })
    }
}

/// A person who is to be known from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewUser {
    /// What they sign in with.
    pub login: Login,
    /// Name for people.
    pub name: PrincipalName,
    /// What they may do, and where.
    pub grants: Grants,
    /// Their password; without one they sign in by nothing but a setup link.
    pub password: Option<PasswordHash>,
}

impl NewUser {
    /// Them as they are known since `created_at`.
    #[must_use]
    pub fn known_since(self, created_at: Timestamp) -> User {
        let Self { login, name, grants, password } = self;
        User { login, name, grants, disabled: false, has_password: password.is_some(), created_at }
    }
}

/// What is to be changed of a person; `None` leaves as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserChange {
    /// Name for people.
    pub name: Option<PrincipalName>,
    /// All that they may do from now on.
    pub grants: Option<Grants>,
    /// What they may do according to whoever asks: where it is something else by now, nothing
    /// changes, since `grants` was made from it and would give back what was taken meanwhile.
    pub seen: Option<Grants>,
    /// The hash of their password that whoever asks has verified, or that they had none: where it is
    /// another by now, or they are kept out, nothing changes.
    pub password_seen: Option<Option<PasswordHash>>,
    /// Whether they are kept out.
    pub disabled: Option<bool>,
    /// A new password.
    pub password: Option<PasswordHash>,
}

impl UserChange {
    /// Whether the person is no longer as whoever asks has seen them. `now` is read under the lock
    /// under which the change is written.
    #[must_use]
    pub fn is_stale(&self, now: &User, password: Option<&PasswordHash>) -> bool {
        let grants = self.seen.as_ref().is_some_and(|seen| now.grants != *seen);
        let verified = self.password_seen.as_ref();
        grants || verified.is_some_and(|seen| now.disabled || seen.as_ref() != password)
    }

    /// Whether anything of the person has to be as it was seen.
    #[must_use]
    pub const fn has_seen(&self) -> bool {
        self.seen.is_some() || self.password_seen.is_some()
    }

    /// Whether every session of theirs has to end: what a session was begun with no longer holds.
    /// Who is only given more than was [seen](Self::seen) keeps theirs.
    #[must_use]
    pub fn ends_sessions(&self) -> bool {
        let takes = |grants: &Grants| self.seen.as_ref().is_none_or(|seen| !grants.cover(seen));
        self.grants.as_ref().is_some_and(takes)
            || self.disabled.is_some()
            || self.password.is_some()
    }
}
