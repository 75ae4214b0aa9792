//! Tokens of programs.

use deadpool_postgres::Transaction;
use mission_control_identity::{
    ApiToken, Login, NewToken, Outcome, PrincipalId, TOKENS_KEPT, TokenId,
};
use mission_control_kernel::{StoreError, Timestamp};

use super::super::load::{Columns, sql};
use super::super::pool::Pool;
use super::super::values::{At, Params, params};
use super::query;
use crate::row::{COLUMNS_OF_TOKEN, MOST, SWEPT_AT_ONCE, TokenRow};

pub(super) async fn of(
    pool: &Pool,
    owner: Option<&PrincipalId>,
) -> Result<Vec<ApiToken>, StoreError> {
    let rows = match owner {
        Some(owner) => pool.query(sql!("tokens_of"), &params![owner.to_string(), MOST]).await?,
        None => pool.query(sql!("tokens_of_all"), &params![MOST]).await?,
    };
    let tokens = rows.iter().filter_map(|row| read(&mut Columns::of(row)).transpose());
    tokens.map(|row| row?.into_token()).collect()
}

pub(super) async fn add(
    transaction: &Transaction<'_>,
    now: Timestamp,
    token: NewToken,
) -> Result<Outcome, StoreError> {
    let owner = params![token.owner.to_string()];
    let rows = query(transaction, sql!("lock_owner"), &owner).await?;
    let disabled = rows.first().map_or(Ok(false), |row| Columns::of(row).take())?;
    if disabled {
        return Ok(Outcome::Missing);
    }
    query(transaction, sql!("lock_revision"), &Params::new()).await?;
    let rows = query(transaction, sql!("count_tokens"), &owner).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
    if count >= MOST {
        return Ok(Outcome::Full);
    }
    let parameters = params![
        token.id.to_string(),
        token.digest.as_bytes().to_vec(),
        token.hint,
        token.name.to_string(),
        token.owner.to_string(),
        token.scope.role.as_str(),
        token.scope.project.map(|project| project.to_string()),
        token.scope.agent.map(|agent| agent.to_string()),
        At(now.as_micros()),
        token.expires_at.map(|at| At(at.as_micros())),
    ];
    query(transaction, sql!("insert_token"), &parameters).await?;
    Ok(Outcome::Done)
}

pub(super) async fn revoke(
    pool: &Pool,
    now: Timestamp,
    id: TokenId,
    owner: Option<&PrincipalId>,
) -> Result<Outcome, StoreError> {
    let owner = owner.map(ToString::to_string);
    let parameters = params![id.to_string(), owner, At(now.as_micros())];
    let raised = pool.write(sql!("revoke_token"), &parameters).await?;
    Ok(if raised.is_empty() { Outcome::Missing } else { Outcome::Done })
}

/// Revokes all tokens of a person; the caller raises the revision.
pub(super) async fn revoke_all(
    transaction: &Transaction<'_>,
    now: Timestamp,
    owner: &Login,
) -> Result<(), StoreError> {
    let parameters = params![owner.to_string(), At(now.as_micros())];
    query(transaction, sql!("revoke_tokens"), &parameters).await.map(|_| ())
}

/// Removes some that have been over for long.
pub(super) async fn remove(pool: &Pool, now: Timestamp) -> Result<u64, StoreError> {
    let over_since = At(now.minus(TOKENS_KEPT).as_micros());
    let rows = pool.write(sql!("remove_tokens"), &params![over_since, SWEPT_AT_ONCE]).await?;
    let gone: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
    Ok(gone.unsigned_abs())
}

/// The columns of a token; none where a join has found none.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Option<TokenRow>, StoreError> {
    let Some(id) = c.take()? else {
        c.skip(COLUMNS_OF_TOKEN - 1);
        return Ok(None);
    };
    Ok(Some(TokenRow {
        id,
        hint: c.take()?,
        name: c.take()?,
        owner: c.take()?,
        role: c.take()?,
        project_id: c.take()?,
        agent: c.take()?,
        created_at: c.time()?,
        expires_at: c.time_some()?,
        last_used_at: c.time_some()?,
        revoked_at: c.time_some()?,
    }))
}
