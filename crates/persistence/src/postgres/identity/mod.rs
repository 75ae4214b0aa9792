//! Who may come in: people, their sessions, tokens and projects.
//!
//! Several rows are locked in one order: the receipt of an addition, people by their logins, then
//! sessions by their digests, then tokens by their ids, the revision last. Whoever adds what there
//! may be a number of locks the revision before they count.

mod additions;
mod entrants;
mod people;
mod projects;
mod sessions;
mod tokens;

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use mission_control_identity::{
    Added, Addition, ApiToken, Directory, Entrant, Login, NewSession, Outcome, PasswordHash,
    PrincipalId, Project, Receipt, SecretDigest, Session, SignedInAs, TokenId, Used, User,
    UserChange,
};
use mission_control_kernel::{StoreError, Timestamp};
use tokio_postgres::Row;

use super::Postgres;
use super::link::refs;
use super::load::{Columns, sql};
use super::values::{Params, params, store_error};
use crate::row::{LastUses, MOST};

#[async_trait]
impl Directory for Postgres {
    async fn revision(&self) -> Result<i64, StoreError> {
        let rows = self.context.pool.query(sql!("identity_revision"), &Params::new()).await?;
        let row = rows.first().ok_or_else(|| StoreError::Defect("no revision".to_owned()))?;
        Columns::of(row).take()
    }

    async fn by_session(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError> {
        entrants::by_session(&self.context.pool, &*self.context.clock, digest).await
    }

    async fn by_token(&self, digest: &SecretDigest) -> Result<Option<Entrant>, StoreError> {
        entrants::by_token(&self.context.pool, &*self.context.clock, digest).await
    }

    async fn note_used(&self, used: &[(Used, Timestamp)]) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        entrants::note_used(&self.context.pool, now, &LastUses::of(used)).await
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        people::all(&self.context.pool).await
    }

    async fn user(
        &self,
        login: &Login,
    ) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
        people::one(&self.context.pool, login).await
    }

    async fn add(&self, what: Addition, receipt: Option<Receipt>) -> Result<Added, StoreError> {
        let clock = &*self.context.clock;
        let adding = |client| additions::add(client, clock, what, receipt);
        self.context.pool.writing(adding).await
    }

    async fn change_user(
        &self,
        login: &Login,
        change: UserChange,
        keep: Option<&SecretDigest>,
    ) -> Result<Outcome, StoreError> {
        let clock = &*self.context.clock;
        let changing = |client| people::change(client, clock, login, change, keep);
        self.context.pool.writing(changing).await
    }

    async fn begin_session(&self, session: NewSession) -> Result<Session, StoreError> {
        let clock = &*self.context.clock;
        self.context.pool.writing(|client| sessions::begin(client, clock, session)).await
    }

    async fn end_session(&self, digest: &SecretDigest) -> Result<(), StoreError> {
        sessions::end(&self.context.pool, digest).await
    }

    async fn end_sessions(&self, who: &SignedInAs) -> Result<(), StoreError> {
        self.context.pool.writing(|client| sessions::end_all(client, who)).await
    }

    async fn sessions(&self, login: &Login) -> Result<Vec<Session>, StoreError> {
        sessions::of(&self.context.pool, &*self.context.clock, login).await
    }

    async fn sweep(&self) -> Result<u64, StoreError> {
        let (pool, now) = (&self.context.pool, self.context.clock.now());
        Ok(sessions::remove(pool, now).await? + tokens::remove(pool, now).await?)
    }

    async fn tokens(&self, owner: Option<&PrincipalId>) -> Result<Vec<ApiToken>, StoreError> {
        tokens::of(&self.context.pool, owner).await
    }

    async fn revoke_token(
        &self,
        id: TokenId,
        owner: Option<&PrincipalId>,
    ) -> Result<Outcome, StoreError> {
        tokens::revoke(&self.context.pool, self.context.clock.now(), id, owner).await
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        projects::all(&self.context.pool).await
    }
}

/// Rows of one statement of a transaction.
async fn query(
    transaction: &Transaction<'_>,
    sql: &'static str,
    params: &Params,
) -> Result<Vec<Row>, StoreError> {
    let statement = transaction.prepare_cached(sql).await.map_err(|error| store_error(&error))?;
    transaction.query(&statement, &refs(params)).await.map_err(|error| store_error(&error))
}

/// Says that somebody may have lost something.
async fn raise_revision(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let rows = query(transaction, sql!("raise_revision"), &Params::new()).await?;
    exactly_one(rows.len(), "the revision")
}

/// Fails unless exactly one row was written: the count is part of what a statement promises.
fn exactly_one(rows: usize, what: &str) -> Result<(), StoreError> {
    match rows {
        1 => Ok(()),
        rows => Err(StoreError::Defect(format!("{what} touched {rows} rows, not one"))),
    }
}

/// Why there is no room for one more of something, if so; `statement` counts them and says whether `key`
/// is there already. Nobody else adds one until the transaction has ended.
async fn no_room(
    transaction: &Transaction<'_>,
    statement: &'static str,
    key: &str,
) -> Result<Option<Outcome>, StoreError> {
    query(transaction, sql!("lock_revision"), &Params::new()).await?;
    let rows = query(transaction, statement, &params![key.to_owned()]).await?;
    let row = rows.first().ok_or_else(|| StoreError::Defect("no count".to_owned()))?;
    let mut c = Columns::of(row);
    let (count, taken): (i64, bool) = (c.take()?, c.take()?);
    Ok(if taken { Some(Outcome::Taken) } else { (count >= MOST).then_some(Outcome::Full) })
}
