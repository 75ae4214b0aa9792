//! Sessions of browsers.

use mission_control_identity::{
    Login, NewSession, SESSION_IDLE, SESSION_LONGEST, SESSIONS_KEPT, SecretDigest, Session,
    SignedInAs,
};
use mission_control_kernel::Timestamp;
use rusqlite::Connection;

use super::super::fault::{Fault, exactly_one};
use super::super::load::Columns;
use super::super::sql;
use super::super::writer::Tx;
use super::raise_revision;
use crate::row::{MOST, SWEPT_AT_ONCE, SessionRow, WhoColumns};

pub(super) fn begin(tx: &Tx<'_>, new: &NewSession) -> Result<Session, Fault> {
    let row = SessionRow::of(new, tx.now);
    let rows = tx.connection.prepare_cached(sql!("insert_session"))?.execute((
        &row.digest,
        &row.login,
        &row.token_id,
        &row.fixed_admin,
        &row.user_agent,
        row.created_at,
    ))?;
    exactly_one(rows, "a session's row")?;
    let whose = (&row.digest, &row.login, &row.token_id, &row.fixed_admin, MOST - 1);
    let ended = tx.connection.prepare_cached(sql!("end_oldest_sessions"))?.execute(whose)?;
    if ended > 0 {
        raise_revision(tx)?;
    }
    Ok(row.into_session()?)
}

pub(super) fn end(tx: &Tx<'_>, digest: &SecretDigest) -> Result<(), Fault> {
    let ended = tx.connection.prepare_cached(sql!("end_session"))?.execute([digest.as_bytes()])?;
    if ended > 0 {
        raise_revision(tx)?;
    }
    Ok(())
}

pub(super) fn end_all(tx: &Tx<'_>, who: &SignedInAs) -> Result<(), Fault> {
    if end_but(tx, who, None)? > 0 {
        raise_revision(tx)?;
    }
    Ok(())
}

/// Ends the sessions of somebody but one; the caller raises the revision.
pub(super) fn end_but(
    tx: &Tx<'_>,
    who: &SignedInAs,
    keep: Option<&SecretDigest>,
) -> Result<usize, Fault> {
    let WhoColumns { login, token_id, fixed_admin } = WhoColumns::of(who);
    let mut statement = tx.connection.prepare_cached(sql!("end_sessions"))?;
    let keep = keep.map(SecretDigest::as_bytes);
    Ok(statement.execute((login, token_id, fixed_admin, keep))?)
}

pub(super) fn of(
    connection: &Connection,
    login: &Login,
    now: Timestamp,
) -> Result<Vec<Session>, Fault> {
    let mut statement = connection.prepare_cached(sql!("sessions_of"))?;
    let mut rows = statement.query((login.as_str(), MOST))?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        sessions.push(read(&mut Columns::of(row))?.into_session()?);
    }
    sessions.retain(|session| session.ends_at() > now);
    Ok(sessions)
}

/// Removes some that have been over for long.
pub(super) fn remove(tx: &Tx<'_>) -> Result<u64, Fault> {
    let begun_by = tx.now.minus(SESSION_LONGEST + SESSIONS_KEPT).as_micros();
    let unused_since = tx.now.minus(SESSION_IDLE + SESSIONS_KEPT).as_micros();
    let mut statement = tx.connection.prepare_cached(sql!("remove_sessions"))?;
    Ok(statement.execute((begun_by, unused_since, SWEPT_AT_ONCE))? as u64)
}

pub(super) fn read(c: &mut Columns<'_, '_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        digest: c.take()?,
        login: c.take()?,
        token_id: c.take()?,
        fixed_admin: c.take()?,
        user_agent: c.take()?,
        created_at: c.take()?,
        last_used_at: c.take()?,
    })
}
