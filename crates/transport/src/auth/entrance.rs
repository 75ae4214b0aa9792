//! Coming in and leaving: what a browser trades for a session, and how it ends one.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use mission_control_identity::{
    Directory, Grants, Login, NewSession, NewUser, Outcome, PasswordHash, PrincipalName, Role,
    SecretDigest, SignedInAs, UserChange,
};
use mission_control_kernel::{Clock, Secret, StoreError, Text};

use super::guesses::{Guesses, Place};
use super::passwords::Turn;
use super::secrets::{digest, random_id};
use super::setup::SetupCode;
use super::{Authenticator, Bearer, Credential, Crowded, IdentityError, Password, Passwords};

/// What is kept of what a browser says it is.
const USER_AGENT_CHARS: usize = 200;

/// The door for people: how they come in, and how often they may try.
pub struct Entrance {
    records: Arc<dyn Directory>,
    authenticator: Arc<Authenticator>,
    passwords: Arc<Passwords>,
    guesses: Guesses,
    setup: SetupCode,
    clock: Arc<dyn Clock>,
}

/// Who stands before it.
#[derive(Clone, Debug)]
pub struct Knock {
    /// Where from.
    pub address: IpAddr,
    /// Whether that is this very machine.
    pub near: bool,
    /// What the browser says it is.
    pub user_agent: String,
    /// The session of the same browser, not yet found good.
    pub session: Option<SecretDigest>,
}

/// Somebody has come in.
#[derive(PartialEq, Eq, Debug)]
pub struct Entered {
    /// The id of their new session, for their cookie alone.
    pub session: Secret,
}

/// Why somebody did not come in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotIn {
    /// What they showed lets nobody in. Nothing more is said about it.
    #[error("these credentials let nobody in")]
    Wrong,
    /// They have tried too often.
    #[error("too many tries")]
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// Too many others come in at this moment.
    #[error(transparent)]
    Crowded(#[from] Crowded),
    /// Nobody can say who they are: the records are away.
    #[error(transparent)]
    Unknown(#[from] IdentityError),
    /// The records failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Entrance {
    /// To what `authenticator` knows, over the same records.
    #[must_use]
    pub fn new(
        records: Arc<dyn Directory>,
        authenticator: Arc<Authenticator>,
        passwords: Arc<Passwords>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (guesses, setup) = (Guesses::default(), SetupCode::default());
        Self { records, authenticator, passwords, guesses, setup, clock }
    }

    /// For the bearer of a password. The same is done, and the same answered, whether nobody is called
    /// so, the password is another, or they are kept out.
    ///
    /// # Errors
    /// [`NotIn`].
    pub async fn by_password(
        &self,
        name: &str,
        password: Password,
        knock: &Knock,
    ) -> Result<Entered, NotIn> {
        let name = name.trim().to_ascii_lowercase();
        let login = name.parse().ok();
        let place = self.place(login.as_ref(), knock).await?;
        let tried = self.guesses.at_account(&name, place, self.clock.now());
        let tried = tried.map_err(|retry_after| NotIn::TooMany { retry_after })?;
        let entered = match self.passwords.turn() {
            Ok(turn) => self.with_password(login, password, turn, knock).await,
            Err(crowded) => Err(crowded.into()),
        };
        if !matches!(entered, Err(NotIn::Wrong)) {
            tried.take_back();
        }
        entered
    }

    /// For the bearer of a token, as which they stay for as long as it counts.
    ///
    /// # Errors
    /// [`NotIn`].
    pub async fn by_token(&self, token: &Secret, knock: &Knock) -> Result<Entered, NotIn> {
        self.at_secret(knock, async {
            let bearer = Credential::Bearer(Bearer::of(token.expose()));
            let known = self.authenticator.authenticate(Some(&bearer)).await?;
            let who = known.and_then(|known| known.who).ok_or(NotIn::Wrong)?;
            self.begin(who, knock).await
        })
        .await
    }

    /// For the bearer of the code of [`Self::setup_code`], who sits before this machine: as the first
    /// administrator, who is made for it.
    ///
    /// # Errors
    /// [`NotIn`].
    pub async fn by_code(&self, code: &Secret, knock: &Knock) -> Result<Entered, NotIn> {
        self.at_secret(knock, async {
            if !knock.near || self.needs_no_setup().await? {
                return Err(NotIn::Wrong);
            }
            let spent = self.setup.redeem(code.expose(), self.clock.now()).ok_or(NotIn::Wrong)?;
            let entered = self.as_first_administrator(knock).await;
            if entered.is_err() {
                self.setup.put_back(spent);
            }
            entered
        })
        .await
    }

    /// A code that lets its bearer in as the first administrator, once, from this machine, within a
    /// quarter of an hour. `None` as soon as an administrator can sign in with a password, or the person
    /// `admin` can.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub async fn setup_code(&self) -> Result<Option<Secret>, StoreError> {
        let needed = !self.needs_no_setup().await?;
        Ok(needed.then(|| self.setup.issue(self.clock.now())))
    }

    /// Ends a session, and `everywhere` all others of the same person, or of the same token, with all
    /// that is open on them. Nothing happens where the session lets nobody in.
    ///
    /// # Errors
    /// [`NotIn::Unknown`], [`NotIn::Store`].
    pub async fn leave(&self, session: &SecretDigest, everywhere: bool) -> Result<(), NotIn> {
        let known = self.authenticator.authenticate(Some(&Credential::Session(*session))).await?;
        let Some(who) = known.and_then(|known| known.who) else { return Ok(()) };
        if everywhere {
            self.records.end_sessions(&who).await?;
        } else {
            self.records.end_session(session).await?;
        }
        self.authenticator.forget();
        Ok(())
    }

    /// Gives a person another password, which ends all their sessions, and begins a new one for
    /// whoever asks, in the session of `knock`. One who has a password has to know it.
    ///
    /// # Errors
    /// [`NotIn::Wrong`] where `current` is not their password.
    pub async fn change_password(
        &self,
        login: &Login,
        current: Option<Password>,
        new: Password,
        knock: &Knock,
    ) -> Result<Entered, NotIn> {
        let (_, hash) = self.records.user(login).await?.ok_or(NotIn::Wrong)?;
        if let Some(hash) = hash.clone() {
            let current = current.ok_or(NotIn::Wrong)?;
            self.prove(login, current, hash, knock).await?;
        }
        let password = Some(self.passwords.hash(new).await?);
        let change = UserChange { password, password_seen: Some(hash), ..UserChange::default() };
        match self.records.change_user(login, change, None).await? {
            Outcome::Done => {}
            // An administrator was faster: what was verified is their password no longer.
            Outcome::Stale => return Err(NotIn::Wrong),
            outcome => return Err(unexpected("a new password", outcome)),
        }
        self.authenticator.forget();
        self.begin(SignedInAs::User(login.clone()), &Knock { session: None, ..knock.clone() }).await
    }

    async fn prove(
        &self,
        login: &Login,
        current: Password,
        hash: PasswordHash,
        knock: &Knock,
    ) -> Result<(), NotIn> {
        let place = knock.session.map_or(Place::Address(knock.address), Place::Session);
        let tried = self.guesses.at_account(login.as_str(), place, self.clock.now());
        let tried = tried.map_err(|retry_after| NotIn::TooMany { retry_after })?;
        let right = self.passwords.is_right(current, Some(hash)).await;
        if right != Ok(false) {
            tried.take_back();
        }
        if right? { Ok(()) } else { Err(NotIn::Wrong) }
    }

    async fn with_password(
        &self,
        login: Option<Login>,
        password: Password,
        turn: Turn,
        knock: &Knock,
    ) -> Result<Entered, NotIn> {
        let known = match &login {
            Some(login) => self.records.user(login).await?,
            None => None,
        };
        let hash = known.and_then(|(user, hash)| hash.filter(|_| !user.disabled));
        let right = turn.verify(password, hash.clone()).await?;
        let Some(login) = login.filter(|_| right) else { return Err(NotIn::Wrong) };
        let entered = self.begin(SignedInAs::User(login.clone()), knock).await?;
        // Whoever has changed the password meanwhile has ended the sessions that there were then.
        let now = self.records.user(&login).await?.and_then(|(_, hash)| hash);
        if now != hash {
            self.records.end_session(&digest(entered.session.expose())).await?;
            return Err(NotIn::Wrong);
        }
        Ok(entered)
    }

    async fn as_first_administrator(&self, knock: &Knock) -> Result<Entered, NotIn> {
        let login = Login::first_administrator();
        let grants = Grants::everywhere(Role::Admin);
        let name: PrincipalName = Text::parse("Administrator").expect("a literal within bounds");
        let user = NewUser { login: login.clone(), name, grants: grants.clone(), password: None };
        let outcome = match self.records.add_user(user).await? {
            Outcome::Taken => {
                let change = UserChange {
                    grants: Some(grants),
                    disabled: Some(false),
                    ..UserChange::default()
                };
                self.records.change_user(&login, change, None).await?
            }
            outcome => outcome,
        };
        if outcome != Outcome::Done {
            return Err(unexpected("the first administrator", outcome));
        }
        self.authenticator.forget();
        self.begin(SignedInAs::User(login), knock).await
    }

    /// Always a session of its own, and the one that the browser had before is over.
    async fn begin(&self, who: SignedInAs, knock: &Knock) -> Result<Entered, NotIn> {
        if let Some(old) = &knock.session {
            self.records.end_session(old).await?;
            self.authenticator.forget();
        }
        let session = random_id();
        let user_agent = knock.user_agent.chars().take(USER_AGENT_CHARS).collect();
        let digest = digest(session.expose());
        self.records.begin_session(NewSession { digest, who, user_agent }).await?;
        Ok(Entered { session })
    }

    /// Tries with a secret that nobody guesses.
    async fn at_secret(
        &self,
        knock: &Knock,
        enter: impl Future<Output = Result<Entered, NotIn>>,
    ) -> Result<Entered, NotIn> {
        let tried = self.guesses.at_secret(knock.address, self.clock.now());
        let tried = tried.map_err(|retry_after| NotIn::TooMany { retry_after })?;
        let entered = enter.await;
        if !matches!(entered, Err(NotIn::Wrong)) {
            tried.take_back();
        }
        entered
    }

    /// Where whoever wants to come in as `login` tries from: a session of theirs that holds is a place
    /// of its own, where the tries of others do not count.
    async fn place(&self, login: Option<&Login>, knock: &Knock) -> Result<Place, NotIn> {
        let elsewhere = Place::Address(knock.address);
        let (Some(session), Some(login)) = (knock.session, login) else { return Ok(elsewhere) };
        let known = self.authenticator.authenticate(Some(&Credential::Session(session))).await?;
        let own = known.is_some_and(|known| known.who == Some(SignedInAs::User(login.clone())));
        Ok(if own { Place::Session(session) } else { elsewhere })
    }

    /// Also where the person `admin` may do less, but has a password: who knows it is not to become an
    /// administrator by a code that somebody else was given.
    async fn needs_no_setup(&self) -> Result<bool, StoreError> {
        let first = Login::first_administrator();
        let users = self.records.users().await?;
        Ok(users
            .iter()
            .any(|user| user.has_password && (user.is_administrator() || user.login == first)))
    }
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entrance").finish_non_exhaustive()
    }
}

fn unexpected(what: &str, outcome: Outcome) -> NotIn {
    StoreError::Defect(format!("{what} gave {outcome:?}")).into()
}
