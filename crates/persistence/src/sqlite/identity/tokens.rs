//! Tokens of programs.

use mission_control_identity::{
    ApiToken, Login, NewToken, Outcome, PrincipalId, TOKENS_KEPT, TokenId,
};
use rusqlite::{Connection, OptionalExtension as _, Params};

use super::super::fault::{Fault, exactly_one};
use super::super::load::Columns;
use super::super::sql;
use super::super::writer::Tx;
use super::raise_revision;
use crate::row::{COLUMNS_OF_TOKEN, MOST, SWEPT_AT_ONCE, TokenRow};

pub(super) fn of(
    connection: &Connection,
    owner: Option<&PrincipalId>,
) -> Result<Vec<ApiToken>, Fault> {
    match owner {
        Some(owner) => all(connection, sql!("tokens_of"), (owner.as_str(), MOST)),
        None => all(connection, sql!("tokens_of_all"), [MOST]),
    }
}

fn all(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<ApiToken>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        tokens.extend(read(&mut Columns::of(row))?.map(TokenRow::into_token).transpose()?);
    }
    Ok(tokens)
}

pub(super) fn add(tx: &Tx<'_>, token: &NewToken) -> Result<Outcome, Fault> {
    let owner = token.owner.as_str();
    let disabled: Option<bool> = tx
        .connection
        .prepare_cached(sql!("owner_disabled"))?
        .query_row([owner], |row| row.get(0))
        .optional()?;
    if disabled == Some(true) {
        return Ok(Outcome::Missing);
    }
    let count: i64 =
        tx.connection.prepare_cached(sql!("count_tokens"))?.query_row([owner], |row| row.get(0))?;
    if count >= MOST {
        return Ok(Outcome::Full);
    }
    let rows = tx.connection.prepare_cached(sql!("insert_token"))?.execute((
        token.id.to_string(),
        token.digest.as_bytes(),
        &token.hint,
        token.name.as_str(),
        owner,
        token.scope.role.as_str(),
        token.scope.project.as_ref().map(|project| project.as_str()),
        token.scope.agent.as_ref().map(|agent| agent.as_str()),
        tx.now.as_micros(),
        token.expires_at.map(|at| at.as_micros()),
    ))?;
    exactly_one(rows, "a token's row")?;
    Ok(Outcome::Done)
}

pub(super) fn revoke(
    tx: &Tx<'_>,
    id: TokenId,
    owner: Option<&PrincipalId>,
) -> Result<Outcome, Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("revoke_token"))?;
    let owner = owner.map(PrincipalId::as_str);
    if statement.execute((id.to_string(), owner, tx.now.as_micros()))? == 0 {
        return Ok(Outcome::Missing);
    }
    raise_revision(tx)?;
    Ok(Outcome::Done)
}

/// Revokes all tokens of a person; the caller raises the revision.
pub(super) fn revoke_all(tx: &Tx<'_>, owner: &Login) -> Result<(), Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("revoke_tokens"))?;
    statement.execute((owner.as_str(), tx.now.as_micros()))?;
    Ok(())
}

/// Removes some that have been over for long.
pub(super) fn remove(tx: &Tx<'_>) -> Result<u64, Fault> {
    let over_since = tx.now.minus(TOKENS_KEPT).as_micros();
    let mut statement = tx.connection.prepare_cached(sql!("remove_tokens"))?;
    Ok(statement.execute((over_since, SWEPT_AT_ONCE))? as u64)
}

/// The columns of a token; none where a join has found none.
pub(super) fn read(c: &mut Columns<'_, '_>) -> rusqlite::Result<Option<TokenRow>> {
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
        created_at: c.take()?,
        expires_at: c.take()?,
        last_used_at: c.take()?,
        revoked_at: c.take()?,
    }))
}
