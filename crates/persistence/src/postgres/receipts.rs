//! Answers that are kept under a key.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::{KeptAnswer, Once, Receipt, Rendered, Request};
use tokio_postgres::Row;

use super::batch::Call;
use super::link::query;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, commit_error, params};

/// What is known of a request's key.
pub(super) enum Kept {
    /// It has none.
    None,
    /// It is new, and ours now.
    Taken,
    /// The same request was answered before.
    Before(Rendered),
    /// Another request has it.
    Other,
    /// An earlier request of this very batch has it; its answer is there for the next one.
    Waits,
}

type Key = (String, String, String);

fn key(request: &Request) -> Option<Key> {
    let receipt = request.receipt.as_ref()?;
    Some((receipt.project.to_string(), receipt.principal.clone(), receipt.key.clone()))
}

/// The statements that take the keys of a batch and read those that were taken before. Keys are
/// sorted, so that two batches which share some wait for one another in one order.
pub(super) fn take(requests: &[&Request], now: Timestamp) -> Vec<Call> {
    let mut rows: Vec<(Key, Vec<u8>)> = requests
        .iter()
        .filter_map(|request| {
            let receipt = request.receipt.as_ref()?;
            Some((key(request)?, receipt.request_digest.to_vec()))
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    // Of requests with the same key the first one has it: its digest is the one that is kept.
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    rows.dedup_by(|one, other| one.0 == other.0);
    let columns = || {
        (
            rows.iter().map(|row| row.0.0.clone()).collect::<Vec<_>>(),
            rows.iter().map(|row| row.0.1.clone()).collect::<Vec<_>>(),
            rows.iter().map(|row| row.0.2.clone()).collect::<Vec<_>>(),
        )
    };
    let (projects, principals, keys) = columns();
    let digests: Vec<Vec<u8>> = rows.iter().map(|row| row.1.clone()).collect();
    let times = vec![At(now.as_micros()); rows.len()];
    let (again_projects, again_principals, again_keys) = columns();
    vec![
        (sql!("take_receipts"), params![projects, principals, keys, digests, times]),
        (sql!("find_receipts"), params![again_projects, again_principals, again_keys]),
    ]
}

/// What each request's key is known for, from the answers to [`take`].
pub(super) fn read(requests: &[&Request], answers: &[Vec<Row>]) -> Result<Vec<Kept>, StoreError> {
    let [taken, found] = answers else {
        return Ok(requests.iter().map(|_| Kept::None).collect());
    };
    let taken = taken
        .iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.take()?, columns.take()?, columns.take()?))
        })
        .collect::<Result<HashSet<Key>, StoreError>>()?;
    let mut before: HashMap<Key, (Vec<u8>, Rendered)> = HashMap::new();
    for row in found {
        let mut columns = Columns::of(row);
        let key = (columns.take()?, columns.take()?, columns.take()?);
        let digest: Vec<u8> = columns.take()?;
        let status: i64 = columns.take()?;
        let body = columns.take::<Option<Vec<u8>>>()?.unwrap_or_default();
        let status = u16::try_from(status).unwrap_or_default();
        before.insert(key, (digest, Rendered { status, body }));
    }
    let mut used = HashSet::new();
    let kept = requests.iter().map(|request| {
        let Some(key) = key(request) else { return Kept::None };
        let digest = request.receipt.as_ref().map(|receipt| receipt.request_digest);
        if taken.contains(&key) {
            return if used.insert(key) { Kept::Taken } else { Kept::Waits };
        }
        match before.get(&key) {
            Some((kept, rendered)) if digest.is_some_and(|digest| digest == kept[..]) => {
                Kept::Before(rendered.clone())
            }
            Some(_) => Kept::Other,
            // It was neither taken nor found: whoever had it has just rolled back.
            None => Kept::Waits,
        }
    });
    Ok(kept.collect())
}

/// What is kept under one key.
pub(super) async fn kept_answer(
    pool: &Pool,
    project: &ProjectId,
    principal: &str,
    key: &str,
) -> Result<Option<KeptAnswer>, StoreError> {
    let one = |text: &str| vec![text.to_owned()];
    let asked = params![one(project.as_str()), one(principal), one(key)];
    let rows = pool.query(sql!("find_receipts"), &asked).await?;
    rows.first().map(answer).transpose()
}

fn answer(row: &Row) -> Result<KeptAnswer, StoreError> {
    let mut c = Columns::of(row);
    let _: (&str, &str, &str) = (c.take()?, c.take()?, c.take()?);
    let (request_digest, status): (Vec<u8>, i64) = (c.take()?, c.take()?);
    let body = c.take::<Option<Vec<u8>>>()?.unwrap_or_default();
    let status = u16::try_from(status).unwrap_or_default();
    Ok(KeptAnswer { request_digest, rendered: Rendered { status, body } })
}

/// Takes the key of what is to be done in this transaction alone; else says what was answered under it.
/// Waits for whoever has taken it and is not done.
pub(super) async fn answered_before<T, Told>(
    transaction: &Transaction<'_>,
    receipt: Option<&Receipt<Told>>,
    now: Timestamp,
) -> Result<Option<Once<T>>, StoreError> {
    let Some(receipt) = receipt else { return Ok(None) };
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
    let kept = answer(found.first().ok_or_else(gone)?)?;
    let is_same = kept.request_digest == receipt.request_digest;
    Ok(Some(if is_same { Once::Before(kept.rendered) } else { Once::KeyReused }))
}

/// Ends the transaction: commits it with the answer that tells what is `done`. Where nothing is,
/// nothing is written, and the key may be used again.
pub(super) async fn settle<Told>(
    transaction: Transaction<'_>,
    receipt: Option<&Receipt<Told>>,
    done: Option<&Told>,
) -> Result<(), StoreError> {
    let Some(told) = done else { return Ok(()) };
    if let Some(receipt) = receipt {
        let Rendered { status, body } = (receipt.render)(told);
        let (project, principal, key) = name(receipt);
        let parameters = params![project, principal, key, vec![i64::from(status)], vec![body]];
        query(&transaction, sql!("fill_receipts"), &parameters).await?;
    }
    transaction.commit().await.map_err(|error| commit_error(&error))
}

fn name<Told>(receipt: &Receipt<Told>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let Receipt { project, principal, key, .. } = receipt;
    (vec![project.to_string()], vec![principal.clone()], vec![key.clone()])
}

/// The statements that keep the answers of a batch, and give back the keys of requests that were
/// refused or must wait.
pub(super) fn fill(done: &[(&Request, Option<Rendered>)]) -> Vec<Call> {
    let mut filled = <(Vec<_>, Vec<_>, Vec<_>, Vec<i64>, Vec<Vec<u8>>)>::default();
    let mut dropped = <(Vec<_>, Vec<_>, Vec<_>)>::default();
    for (request, rendered) in done {
        let Some((project, principal, key)) = key(request) else { continue };
        if let Some(rendered) = rendered {
            filled.0.push(project);
            filled.1.push(principal);
            filled.2.push(key);
            filled.3.push(i64::from(rendered.status));
            filled.4.push(rendered.body.clone());
        } else {
            dropped.0.push(project);
            dropped.1.push(principal);
            dropped.2.push(key);
        }
    }
    let mut calls = Vec::new();
    if !filled.0.is_empty() {
        let (projects, principals, keys, statuses, bodies) = filled;
        calls.push((sql!("fill_receipts"), params![projects, principals, keys, statuses, bodies]));
    }
    if !dropped.0.is_empty() {
        let (projects, principals, keys) = dropped;
        calls.push((sql!("drop_receipts"), params![projects, principals, keys]));
    }
    calls
}
