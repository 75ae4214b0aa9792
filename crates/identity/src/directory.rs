//! The port to the records of people, their sessions, tokens and projects.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};

use crate::{
    Added, Addition, ApiToken, Entrant, Login, NewSession, NewToken, NewUser, PasswordHash,
    PrincipalId, Receipt, SecretDigest, Session, SignedInAs, TokenId, User, UserChange,
};

/// The most people, tokens of one owner, sessions of one person, and projects that are told at once,
/// and that there may be.
pub const MOST_TOLD: usize = 1_000;

/// How long a session is kept once it is over, for whoever looks into why it ended.
pub const SESSIONS_KEPT: Duration = Duration::from_hours(24);
/// How long a token is kept once it is over or revoked, for whoever finds it somewhere.
pub const TOKENS_KEPT: Duration = Duration::from_hours(30 * 24);

/// A space that missions belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Project {
    /// Its name.
    pub id: ProjectId,
    /// Since when.
    pub created_at: Timestamp,
}

/// What became of a change that may be refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// What was to be changed is not there.
    Missing,
    /// What was to be made is there already.
    Taken,
    /// There are as many as there may be.
    Full,
    /// Nobody would be left who may do everything everywhere and can sign in.
    LastAdministrator,
    /// What was to be changed is no longer as whoever asks has seen it: [`UserChange::is_stale`].
    Stale,
}

/// What was used lately, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Used {
    /// A session, by its digest.
    Session(SecretDigest),
    /// A token.
    Token(TokenId),
}

/// Who may come in.
///
/// Every implementation MUST:
/// - judge by its own clock whether a session or a token is over, and answer for one that is over,
///   revoked, or of a person who is kept out as for one that never was;
/// - raise [`Self::revision`] in the same transaction as every change that may take something from
///   somebody: a change of a person, the end of a session, the revocation of a token;
/// - take in a change of a person, and end their sessions, in one transaction;
/// - keep the receipt of an addition in the transaction that makes it;
/// - refuse, under a lock, to take away the last administrator who can sign in with a password.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// A number that grows whenever somebody may have lost something. What was asked before is
    /// not to be believed once it has moved.
    async fn revision(&self) -> Result<i64, StoreError>;

    /// Who comes in with a session. It MUST NOT answer for a session that is over.
    async fn by_session(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError>;

    /// Who comes in with an API token. An owner who is the administrator of the settings may do
    /// everything; the records do not know what the settings say now, so that whoever asks MUST judge
    /// whether that [owner](Entrant::owner) is still one. Any other owner who is no person of the
    /// records may do nothing.
    async fn by_token(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError>;

    /// Notes what was used, at most a few thousand at a time; what is not there any more, or is over, is
    /// skipped. It MUST NOT move a time back, nor ahead of the store's clock.
    async fn note_used(&self, used: &[(Used, Timestamp)]) -> Result<(), StoreError>;

    /// Everybody, in order of their logins, at most [`MOST_TOLD`].
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// One person, and the hash of their password.
    async fn user(&self, login: &Login)
    -> Result<Option<(User, Option<PasswordHash>)>, StoreError>;

    /// Makes something, once under the key of its receipt: whoever asks again with the same request is
    /// told what was answered, also while the first one is under way, and makes nothing. What is
    /// refused leaves no receipt.
    async fn add(&self, what: Addition, receipt: Option<Receipt>) -> Result<Added, StoreError>;

    /// Makes a person known. [`Outcome::Taken`] and [`Outcome::Full`] may be.
    async fn add_user(&self, user: NewUser) -> Result<Outcome, StoreError> {
        Ok(self.add(Addition::User(user), None).await?.outcome())
    }

    /// Changes a person, and ends their sessions but `keep` where [`UserChange::ends_sessions`]. One
    /// that keeps somebody out revokes their tokens as well. [`UserChange::is_stale`] MUST
    /// be asked about the row that is locked. [`Outcome::Missing`], [`Outcome::Stale`] and
    /// [`Outcome::LastAdministrator`] may be.
    async fn change_user(
        &self,
        login: &Login,
        change: UserChange,
        keep: Option<&SecretDigest>,
    ) -> Result<Outcome, StoreError>;

    /// Begins a session. Of one person's sessions, or of those of one token, the oldest end where
    /// there are more than [`MOST_TOLD`].
    ///
    /// It comes before or after a change of the person, never between: who verified a password before
    /// and finds the same hash again afterwards has begun a session that any later change ends.
    async fn begin_session(&self, session: NewSession) -> Result<Session, StoreError>;

    /// Ends a session; nothing happens where there is none.
    async fn end_session(&self, digest: &SecretDigest) -> Result<(), StoreError>;

    /// Ends all sessions of a person, or of the bearers of a token.
    async fn end_sessions(&self, who: &SignedInAs) -> Result<(), StoreError>;

    /// The sessions of a person that hold, newest first.
    async fn sessions(&self, login: &Login) -> Result<Vec<Session>, StoreError>;

    /// Removes some of the sessions and tokens that have been over for [`SESSIONS_KEPT`] and
    /// [`TOKENS_KEPT`]; says how many, 0 when none are left. Idempotent.
    async fn sweep(&self) -> Result<u64, StoreError>;

    /// The tokens of `owner`, or of everybody, that are not revoked, newest first, at most
    /// [`MOST_TOLD`].
    async fn tokens(&self, owner: Option<&PrincipalId>) -> Result<Vec<ApiToken>, StoreError>;

    /// Makes a token count. [`Outcome::Full`] may be, and [`Outcome::Missing`] where its owner is kept
    /// out.
    async fn add_token(&self, token: NewToken) -> Result<Outcome, StoreError> {
        Ok(self.add(Addition::Token(token), None).await?.outcome())
    }

    /// Takes a token back, of `owner` alone where one is given. [`Outcome::Missing`] may be.
    async fn revoke_token(
        &self,
        id: TokenId,
        owner: Option<&PrincipalId>,
    ) -> Result<Outcome, StoreError>;

    /// Every project, in order of their names, at most [`MOST_TOLD`].
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;

    /// Makes a project. [`Outcome::Taken`] and [`Outcome::Full`] may be.
    async fn add_project(&self, id: &ProjectId) -> Result<Outcome, StoreError> {
        Ok(self.add(Addition::Project(id.clone()), None).await?.outcome())
    }
}
