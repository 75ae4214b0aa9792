//! What is made, once under each key.

use deadpool_postgres::{Client, Transaction};
use mission_control_identity::{Added, Addition, Outcome, Receipt, Rendered};
use mission_control_kernel::{Clock, StoreError, Timestamp};

use super::super::load::{Columns, sql};
use super::super::values::{At, commit_error, params, store_error};
use super::{people, projects, query, tokens};
use crate::row::NO_PROJECT;

/// How many columns of a receipt name it: whoever asks for one knows them.
const NAME_COLUMNS: usize = 3;

pub(super) async fn add(
    mut client: Client,
    clock: &dyn Clock,
    what: Addition,
    receipt: Option<Receipt>,
) -> Result<Added, StoreError> {
    let now = clock.now();
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let Some(receipt) = &receipt
        && let Some(answered) = answered_before(&transaction, receipt, now).await?
    {
        return Ok(answered);
    }
    let outcome = match what {
        Addition::User(user) => people::add(&transaction, now, user).await?,
        Addition::Token(token) => tokens::add(&transaction, now, token).await?,
        Addition::Project(id) => projects::add(&transaction, now, &id).await?,
    };
    if outcome != Outcome::Done {
        return Ok(Added::Not(outcome));
    }
    if let Some(receipt) = &receipt {
        keep(&transaction, receipt, now).await?;
    }
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    Ok(Added::Now(now))
}

/// Takes the key; else what was answered under it. Waits for whoever has taken it and is not done.
async fn answered_before(
    transaction: &Transaction<'_>,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<Option<Added>, StoreError> {
    let (project, principal, key) = name(receipt);
    let digest = vec![receipt.request_digest.to_vec()];
    let parameters = params![project, principal, key, digest, vec![At(now.as_micros())]];
    if !query(transaction, sql!("take_receipts"), &parameters).await?.is_empty() {
        return Ok(None);
    }
    let (project, principal, key) = name(receipt);
    let found =
        query(transaction, sql!("find_receipts"), &params![project, principal, key]).await?;
    let gone = || StoreError::Busy("a receipt has just been removed".to_owned());
    let mut c = Columns::of(found.first().ok_or_else(gone)?);
    c.skip(NAME_COLUMNS);
    let (digest, status): (Vec<u8>, i64) = (c.take()?, c.take()?);
    let body = c.take::<Option<Vec<u8>>>()?.unwrap_or_default();
    if digest != receipt.request_digest {
        return Ok(Some(Added::KeyReused));
    }
    let status = u16::try_from(status).unwrap_or_default();
    Ok(Some(Added::Before(Rendered { status, body })))
}

async fn keep(
    transaction: &Transaction<'_>,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Rendered { status, body } = (receipt.render)(now);
    let (project, principal, key) = name(receipt);
    let parameters = params![project, principal, key, vec![i64::from(status)], vec![body]];
    query(transaction, sql!("fill_receipts"), &parameters).await.map(|_| ())
}

fn name(receipt: &Receipt) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (principal, key) = (receipt.principal.to_string(), receipt.key.clone());
    (vec![NO_PROJECT.to_owned()], vec![principal], vec![key])
}
