//! Who comes in with what they show.

use mission_control_identity::{Entrant, SESSION_IDLE, SESSION_LONGEST, SecretDigest};
use mission_control_kernel::{Clock, StoreError, Timestamp};

use super::super::load::{Columns, sql};
use super::super::pool::Pool;
use super::super::values::{At, params};
use super::{people, sessions, tokens};
use crate::row::{self, LastUses, NOTED_AT_ONCE, UserRow};

/// One statement: it is asked with requests.
pub(super) async fn by_session(
    pool: &Pool,
    clock: &dyn Clock,
    digest: &SecretDigest,
) -> Result<Option<Entrant>, StoreError> {
    let rows = pool.query(sql!("by_session"), &params![digest.as_bytes().to_vec()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut c = Columns::of(row);
    let session = sessions::read(&mut c)?.into_session()?;
    let (token, person) = (tokens::read(&mut c)?, people::read(&mut c)?);
    let person = person.map(UserRow::into_user).transpose()?;
    row::by_session(session, token, person, clock.now())
}

/// One statement: it is asked with requests.
pub(super) async fn by_token(
    pool: &Pool,
    clock: &dyn Clock,
    digest: &SecretDigest,
) -> Result<Option<Entrant>, StoreError> {
    let rows = pool.query(sql!("by_token"), &params![digest.as_bytes().to_vec()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut c = Columns::of(row);
    let (token, owner) = (tokens::read(&mut c)?, people::read(&mut c)?);
    let Some(token) = token else { return Ok(None) };
    row::by_token(token, owner.map(UserRow::into_user).transpose()?, clock.now())
}

pub(super) async fn note_used(
    pool: &Pool,
    now: Timestamp,
    uses: &LastUses,
) -> Result<(), StoreError> {
    let at_now = At(now.as_micros());
    let unused_since = At(now.minus(SESSION_IDLE).as_micros());
    let begun_by = At(now.minus(SESSION_LONGEST).as_micros());
    let sessions: Vec<_> = uses.sessions.iter().collect();
    for some in sessions.chunks(NOTED_AT_ONCE) {
        let (digests, times): (Vec<Vec<u8>>, Vec<At>) = some
            .iter()
            .map(|(digest, at)| (digest.as_bytes().to_vec(), At(at.as_micros())))
            .unzip();
        let parameters = params![digests, times, at_now, unused_since, begun_by];
        pool.write(sql!("note_sessions_used"), &parameters).await?;
    }
    let tokens: Vec<_> = uses.tokens.iter().collect();
    for some in tokens.chunks(NOTED_AT_ONCE) {
        let (ids, times): (Vec<String>, Vec<At>) =
            some.iter().map(|(id, at)| (id.to_string(), At(at.as_micros()))).unzip();
        pool.write(sql!("note_tokens_used"), &params![ids, times, at_now]).await?;
    }
    Ok(())
}
