//! Sessions of browsers.

use deadpool_postgres::{Client, Transaction};
use mission_control_identity::{
    Login, NewSession, SESSION_IDLE, SESSION_LONGEST, SESSIONS_KEPT, SecretDigest, Session,
    SignedInAs,
};
use mission_control_kernel::{Clock, StoreError, Timestamp};

use super::super::load::{Columns, sql};
use super::super::pool::Pool;
use super::super::values::{At, commit_error, params, store_error};
use super::{query, raise_revision};
use crate::row::{MOST, SWEPT_AT_ONCE, SessionRow, WhoColumns};

pub(super) async fn begin(
    mut client: Client,
    clock: &dyn Clock,
    new: NewSession,
) -> Result<Session, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let SignedInAs::User(login) = &new.who {
        query(&transaction, sql!("lock_user"), &params![login.to_string()]).await?;
    }
    let row = SessionRow::of(&new, clock.now());
    let parameters = params![
        row.digest.clone(),
        row.login.clone(),
        row.token_id.clone(),
        row.fixed_admin.clone(),
        row.user_agent.clone(),
        At(row.created_at),
    ];
    query(&transaction, sql!("insert_session"), &parameters).await?;
    let whose = params![
        row.digest.clone(),
        row.login.clone(),
        row.token_id.clone(),
        row.fixed_admin.clone(),
        MOST - 1,
    ];
    if !query(&transaction, sql!("end_oldest_sessions"), &whose).await?.is_empty() {
        raise_revision(&transaction).await?;
    }
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    row.into_session()
}

pub(super) async fn end(pool: &Pool, digest: &SecretDigest) -> Result<(), StoreError> {
    pool.write(sql!("end_session"), &params![digest.as_bytes().to_vec()]).await.map(|_| ())
}

pub(super) async fn end_all(mut client: Client, who: &SignedInAs) -> Result<(), StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if end_but(&transaction, who, None).await? > 0 {
        raise_revision(&transaction).await?;
    }
    transaction.commit().await.map_err(|error| commit_error(&error))
}

/// Ends the sessions of somebody but one; the caller raises the revision.
pub(super) async fn end_but(
    transaction: &Transaction<'_>,
    who: &SignedInAs,
    keep: Option<&SecretDigest>,
) -> Result<usize, StoreError> {
    let keep = keep.map(|digest| digest.as_bytes().to_vec());
    let WhoColumns { login, token_id, fixed_admin } = WhoColumns::of(who);
    let parameters = params![login, token_id, fixed_admin, keep];
    Ok(query(transaction, sql!("end_sessions"), &parameters).await?.len())
}

pub(super) async fn of(
    pool: &Pool,
    clock: &dyn Clock,
    login: &Login,
) -> Result<Vec<Session>, StoreError> {
    let rows = pool.query(sql!("sessions_of"), &params![login.to_string(), MOST]).await?;
    let sessions = rows.iter().map(|row| read(&mut Columns::of(row))?.into_session());
    let mut sessions: Vec<Session> = sessions.collect::<Result<_, _>>()?;
    let now = clock.now();
    sessions.retain(|session| session.ends_at() > now);
    Ok(sessions)
}

/// Removes some that have been over for long.
pub(super) async fn remove(pool: &Pool, now: Timestamp) -> Result<u64, StoreError> {
    let begun_by = At(now.minus(SESSION_LONGEST + SESSIONS_KEPT).as_micros());
    let unused_since = At(now.minus(SESSION_IDLE + SESSIONS_KEPT).as_micros());
    let parameters = params![begun_by, unused_since, SWEPT_AT_ONCE];
    let rows = pool.write(sql!("remove_sessions"), &parameters).await?;
    let gone: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
    Ok(gone.unsigned_abs())
}

pub(super) fn read(c: &mut Columns<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        digest: c.take()?,
        login: c.take()?,
        token_id: c.take()?,
        fixed_admin: c.take()?,
        user_agent: c.take()?,
        created_at: c.time()?,
        last_used_at: c.time()?,
    })
}
