//! Who comes in with what they show.

use mission_control_identity::{Entrant, SESSION_IDLE, SESSION_LONGEST, SecretDigest};
use mission_control_kernel::Timestamp;
use rusqlite::Connection;

use super::super::fault::Fault;
use super::super::load::Columns;
use super::super::sql;
use super::super::writer::Tx;
use super::{people, sessions, tokens};
use crate::row::{self, LastUses, UserRow};

/// One statement: it is asked with requests.
pub(super) fn by_session(
    connection: &Connection,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<Entrant>, Fault> {
    let mut statement = connection.prepare_cached(sql!("by_session"))?;
    let mut rows = statement.query([digest.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut c = Columns::of(row);
    let session = sessions::read(&mut c)?.into_session()?;
    let (token, person) = (tokens::read(&mut c)?, people::read(&mut c)?);
    let person = person.map(UserRow::into_user).transpose()?;
    Ok(row::by_session(session, token, person, now)?)
}

/// One statement: it is asked with requests.
pub(super) fn by_token(
    connection: &Connection,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<Entrant>, Fault> {
    let mut statement = connection.prepare_cached(sql!("by_token"))?;
    let mut rows = statement.query([digest.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut c = Columns::of(row);
    let (token, owner) = (tokens::read(&mut c)?, people::read(&mut c)?);
    let Some(token) = token else { return Ok(None) };
    Ok(row::by_token(token, owner.map(UserRow::into_user).transpose()?, now)?)
}

pub(super) fn note_used(tx: &Tx<'_>, uses: &LastUses) -> Result<(), Fault> {
    let now = tx.now.as_micros();
    let unused_since = tx.now.minus(SESSION_IDLE).as_micros();
    let begun_by = tx.now.minus(SESSION_LONGEST).as_micros();
    let mut statement = tx.connection.prepare_cached(sql!("note_session_used"))?;
    for (digest, at) in &uses.sessions {
        statement.execute((digest.as_bytes(), at.as_micros(), now, unused_since, begun_by))?;
    }
    let mut statement = tx.connection.prepare_cached(sql!("note_token_used"))?;
    for (id, at) in &uses.tokens {
        statement.execute((id.to_string(), at.as_micros(), now))?;
    }
    Ok(())
}
