//! Answers that are kept under a key.

use mission_control_kernel::ProjectId;
use mission_control_missions::{KeptAnswer, Once, Receipt, Rendered};
use rusqlite::{Connection, OptionalExtension as _};

use super::fault::{Fault, exactly_one};
use super::sql;
use super::writer::Tx;

/// Does something once under its key. The kept answer tells what is `done` of it; where nothing is,
/// none is kept, and the key may be used again.
pub(super) fn once<T, Told>(
    tx: &mut Tx<'_>,
    receipt: Option<&Receipt<Told>>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>,
    done: impl FnOnce(&T) -> Option<&Told>,
) -> Result<Once<T>, Fault> {
    let Some(receipt) = receipt else { return work(tx).map(Once::Now) };
    let Receipt { project, principal, key, request_digest, render } = receipt;
    if let Some(kept) = kept_answer(tx.connection, project, principal, key)? {
        let is_same = kept.request_digest == request_digest;
        return Ok(if is_same { Once::Before(kept.rendered) } else { Once::KeyReused });
    }
    let found = work(tx)?;
    if let Some(told) = done(&found) {
        keep(tx, receipt, &render(told))?;
    }
    Ok(Once::Now(found))
}

/// What is kept under a key.
pub(super) fn kept_answer(
    connection: &Connection,
    project: &ProjectId,
    principal: &str,
    key: &str,
) -> Result<Option<KeptAnswer>, Fault> {
    let mut statement = connection.prepare_cached(sql!("find_receipt"))?;
    let found = statement.query_row((project.as_str(), principal, key), |row| {
        let rendered = Rendered { status: row.get(1)?, body: row.get(2)? };
        Ok(KeptAnswer { request_digest: row.get(0)?, rendered })
    });
    Ok(found.optional()?)
}

/// Keeps an answer under a key that nobody has.
pub(super) fn keep<T>(tx: &Tx<'_>, receipt: &Receipt<T>, rendered: &Rendered) -> Result<(), Fault> {
    let rows = tx.connection.prepare_cached(sql!("insert_receipt"))?.execute((
        receipt.project.as_str(),
        &receipt.principal,
        &receipt.key,
        receipt.request_digest,
        rendered.status,
        &rendered.body,
        tx.now.as_micros(),
    ))?;
    exactly_one(rows, "a receipt")
}
