//! What is made, once under each key.

use mission_control_identity::{Added, Addition, Outcome, Receipt, Rendered};
use rusqlite::OptionalExtension as _;

use super::super::fault::{Fault, exactly_one};
use super::super::sql;
use super::super::writer::Tx;
use super::{people, projects, tokens};
use crate::row::NO_PROJECT;

pub(super) fn add(tx: &Tx<'_>, what: &Addition, receipt: Option<&Receipt>) -> Result<Added, Fault> {
    if let Some(receipt) = receipt
        && let Some(answered) = answered_before(tx, receipt)?
    {
        return Ok(answered);
    }
    let outcome = match what {
        Addition::User(user) => people::add(tx, user)?,
        Addition::Token(token) => tokens::add(tx, token)?,
        Addition::Project(id) => projects::add(tx, id)?,
    };
    if outcome != Outcome::Done {
        return Ok(Added::Not(outcome));
    }
    if let Some(receipt) = receipt {
        keep(tx, receipt)?;
    }
    Ok(Added::Now(tx.now))
}

fn answered_before(tx: &Tx<'_>, receipt: &Receipt) -> Result<Option<Added>, Fault> {
    let key = (NO_PROJECT, receipt.principal.as_str(), &receipt.key);
    let found: Option<(Vec<u8>, u16, Vec<u8>)> = tx
        .connection
        .prepare_cached(sql!("find_receipt"))?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found.map(|(digest, status, body)| {
        if digest == receipt.request_digest {
            Added::Before(Rendered { status, body })
        } else {
            Added::KeyReused
        }
    }))
}

fn keep(tx: &Tx<'_>, receipt: &Receipt) -> Result<(), Fault> {
    let rendered = (receipt.render)(tx.now);
    let rows = tx.connection.prepare_cached(sql!("insert_receipt"))?.execute((
        NO_PROJECT,
        receipt.principal.as_str(),
        &receipt.key,
        receipt.request_digest,
        rendered.status,
        &rendered.body,
        tx.now.as_micros(),
    ))?;
    exactly_one(rows, "a receipt")
}
