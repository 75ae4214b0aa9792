//! People, their sessions and tokens, in the words of the suite.

use std::sync::Arc;
use std::time::Duration;

use mission_control_identity::{
    Directory, Entrant, Grants, Login, NewSession, NewToken, NewUser, Outcome, PasswordHash,
    PrincipalId, Role, SecretDigest, Session, SignedInAs, TokenId, TokenScope, User, UserChange,
};
use mission_control_kernel::{ProjectId, StoreError};

use crate::draft::{project, text};
use crate::stage::Stage;

/// How often one asks again for what many want at a time.
const TRIES: u32 = 100;

/// The directory through one or two handles.
pub(crate) async fn doors(stage: &Stage) -> anyhow::Result<[Arc<dyn Directory>; 2]> {
    let here = Arc::clone(&stage.store.stores.directory);
    let there = match stage.next_door().await? {
        Some(other) => Arc::clone(&other.store.stores.directory),
        None => Arc::clone(&here),
    };
    Ok([here, there])
}

/// What becomes of something that many ask for at a time: a store that is busy is asked again, as all
/// who use it do.
pub(crate) async fn patiently<T, Asked>(ask: impl Fn() -> Asked) -> Result<T, StoreError>
where
    Asked: Future<Output = Result<T, StoreError>>,
{
    let mut answer = ask().await;
    for _ in 1..TRIES {
        if !matches!(answer, Err(StoreError::Unavailable(_) | StoreError::Busy(_))) {
            break;
        }
        answer = ask().await;
    }
    answer
}

pub(crate) fn login(name: &str) -> Login {
    name.parse().expect("written as a login")
}

pub(crate) fn principal(name: &str) -> PrincipalId {
    name.parse().expect("written as an id")
}

pub(crate) fn digest(n: u64) -> SecretDigest {
    let mut bytes = [0xa5; 32];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    SecretDigest::new(bytes)
}

pub(crate) fn within(roles: &[(&str, Role)]) -> Grants {
    Grants::within(roles.iter().map(|(name, role)| (project(name), *role)))
}

/// A person with a password.
pub(crate) fn person(name: &str, grants: Grants) -> NewUser {
    let password = Some(hash(name));
    NewUser { login: login(name), name: text(&format!("Name of {name}")), grants, password }
}

pub(crate) fn hash(word: &str) -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1${word}"))
}

pub(crate) fn new_grants(grants: Grants) -> UserChange {
    UserChange { grants: Some(grants), ..UserChange::default() }
}

pub(crate) fn disabled(disabled: bool) -> UserChange {
    UserChange { disabled: Some(disabled), ..UserChange::default() }
}

pub(crate) fn new_session(n: u64, who: SignedInAs) -> NewSession {
    NewSession { digest: digest(n), who, user_agent: format!("browser {n}") }
}

/// A token of `owner`, whose id and digest follow from `n`.
pub(crate) fn new_token(n: u64, owner: &str, scope: TokenScope) -> NewToken {
    NewToken {
        id: TokenId::new(u128::from(n)),
        digest: digest(n),
        hint: format!("mc_{n}"),
        name: text(&format!("Token {n}")),
        owner: principal(owner),
        scope,
        expires_at: None,
    }
}

/// What a token may do in one project, or in all of them.
pub(crate) fn scope(role: Role, project: Option<ProjectId>) -> TokenScope {
    TokenScope { role, project, agent: None }
}

/// People and how they come in.
impl Stage {
    pub(crate) fn directory(&self) -> &dyn Directory {
        &*self.store.stores.directory
    }

    /// Lets time pass as far as credentials are concerned.
    pub(crate) fn wait(&self, span: Duration) {
        self.store.clock.advance(span);
    }

    pub(crate) async fn admit(&self, user: NewUser) -> anyhow::Result<Login> {
        let login = user.login.clone();
        assert_eq!(self.directory().add_user(user).await?, Outcome::Done);
        Ok(login)
    }

    pub(crate) async fn user(&self, login: &Login) -> anyhow::Result<User> {
        let (user, _) = self.directory().user(login).await?.expect("they are known");
        Ok(user)
    }

    pub(crate) async fn change(&self, login: &Login, change: UserChange) -> anyhow::Result<()> {
        assert_eq!(self.directory().change_user(login, change, None).await?, Outcome::Done);
        Ok(())
    }

    pub(crate) async fn sign_in(&self, n: u64, login: &Login) -> anyhow::Result<Session> {
        let session = new_session(n, SignedInAs::User(login.clone()));
        Ok(self.directory().begin_session(session).await?)
    }

    pub(crate) async fn mint(&self, token: NewToken) -> anyhow::Result<TokenId> {
        let id = token.id;
        assert_eq!(self.directory().add_token(token).await?, Outcome::Done);
        Ok(id)
    }

    /// Who comes in with session `n`.
    pub(crate) async fn by_session(&self, n: u64) -> anyhow::Result<Option<Entrant>> {
        Ok(self.directory().by_session(&digest(n)).await?)
    }

    /// Who comes in with token `n`.
    pub(crate) async fn by_token(&self, n: u64) -> anyhow::Result<Option<Entrant>> {
        Ok(self.directory().by_token(&digest(n)).await?)
    }

    pub(crate) async fn revision(&self) -> anyhow::Result<i64> {
        Ok(self.directory().revision().await?)
    }
}
