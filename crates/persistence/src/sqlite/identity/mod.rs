//! Who may come in: people, their sessions, tokens and projects.

mod additions;
mod entrants;
mod people;
mod projects;
mod sessions;
mod tokens;

use async_trait::async_trait;
use mission_control_identity::{
    Added, Addition, ApiToken, Directory, Entrant, Login, NewSession, Outcome, PasswordHash,
    PrincipalId, Project, Receipt, SecretDigest, Session, SignedInAs, TokenId, Used, User,
    UserChange,
};
use mission_control_kernel::{StoreError, Timestamp};

use super::fault::{Fault, exactly_one};
use super::job::Turn;
use super::writer::Tx;
use super::{Sqlite, sql};
use crate::row::{LastUses, MOST};

#[async_trait]
impl Directory for Sqlite {
    async fn revision(&self) -> Result<i64, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql!("identity_revision"))?;
            Ok(statement.query_row((), |row| row.get(0))?)
        })
        .await
    }

    async fn by_session(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError> {
        let (digest, now) = (*digest, self.now());
        self.read(move |connection| entrants::by_session(connection, &digest, now)).await
    }

    async fn by_token(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError> {
        let (digest, now) = (*digest, self.now());
        self.read(move |connection| entrants::by_token(connection, &digest, now)).await
    }

    async fn note_used(&self, used: &[(Used, Timestamp)]) -> Result<(), StoreError> {
        let uses = LastUses::of(used);
        self.write(Turn::Plain, move |tx| entrants::note_used(tx, &uses)).await
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.read(people::all).await
    }

    async fn user(
        &self,
        login: &Login,
    ) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
        let login = login.clone();
        self.read(move |connection| people::one(connection, &login)).await
    }

    async fn add(&self, what: Addition, receipt: Option<Receipt>) -> Result<Added, StoreError> {
        let adding = move |tx: &mut Tx<'_>| additions::add(tx, &what, receipt.as_ref());
        self.write(Turn::Plain, adding).await
    }

    async fn change_user(
        &self,
        login: &Login,
        change: UserChange,
        keep: Option<&SecretDigest>,
    ) -> Result<Outcome, StoreError> {
        let (login, keep) = (login.clone(), keep.copied());
        self.write(Turn::Plain, move |tx| people::change(tx, &login, &change, keep.as_ref())).await
    }

    async fn begin_session(&self, session: NewSession) -> Result<Session, StoreError> {
        self.write(Turn::Plain, move |tx| sessions::begin(tx, &session)).await
    }

    async fn end_session(&self, digest: &SecretDigest) -> Result<(), StoreError> {
        let digest = *digest;
        self.write(Turn::Plain, move |tx| sessions::end(tx, &digest)).await
    }

    async fn end_sessions(&self, who: &SignedInAs) -> Result<(), StoreError> {
        let who = who.clone();
        self.write(Turn::Plain, move |tx| sessions::end_all(tx, &who)).await
    }

    async fn sessions(&self, login: &Login) -> Result<Vec<Session>, StoreError> {
        let (login, now) = (login.clone(), self.now());
        self.read(move |connection| sessions::of(connection, &login, now)).await
    }

    async fn sweep(&self) -> Result<u64, StoreError> {
        self.write(Turn::Plain, |tx| Ok(sessions::remove(tx)? + tokens::remove(tx)?)).await
    }

    async fn tokens(&self, owner: Option<&PrincipalId>) -> Result<Vec<ApiToken>, StoreError> {
        let owner = owner.cloned();
        self.read(move |connection| tokens::of(connection, owner.as_ref())).await
    }

    async fn revoke_token(
        &self,
        id: TokenId,
        owner: Option<&PrincipalId>,
    ) -> Result<Outcome, StoreError> {
        let owner = owner.cloned();
        self.write(Turn::Plain, move |tx| tokens::revoke(tx, id, owner.as_ref())).await
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.read(projects::all).await
    }
}

/// Says that somebody may have lost something.
fn raise_revision(tx: &Tx<'_>) -> Result<(), Fault> {
    exactly_one(tx.connection.prepare_cached(sql!("raise_revision"))?.execute(())?, "the revision")
}

/// Why there is no room for one more of something, if so; `statement` counts them and says whether `key`
/// is there already.
fn no_room(tx: &Tx<'_>, statement: &str, key: &str) -> Result<Option<Outcome>, Fault> {
    let (count, taken): (i64, bool) = tx
        .connection
        .prepare_cached(statement)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(if taken { Some(Outcome::Taken) } else { (count >= MOST).then_some(Outcome::Full) })
}
