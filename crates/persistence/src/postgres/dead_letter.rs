//! What is in a dead letter, by what failed.

use std::collections::HashMap;

use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::{
    DeadLetter, FAILURES_LOOKED_AT, FAILURES_NAMED, FAILURES_SAMPLED, NEWEST_LOOKED_AT,
};

use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::params;
use crate::row::{FailureRow, at, failures_counted};

pub(super) async fn read(
    pool: &Pool,
    project: &ProjectId,
    limit: u32,
) -> Result<DeadLetter, StoreError> {
    let parameters = params![
        project.to_string(),
        i64::from(FAILURES_LOOKED_AT),
        i64::from(NEWEST_LOOKED_AT),
        i64::from(limit) + 1,
    ];
    let rows = pool.query(sql!("dead_failures"), &parameters).await?;
    let mut spans: Vec<(String, Timestamp, Timestamp)> = Vec::with_capacity(rows.len());
    let mut scanned = 0;
    for row in &rows {
        let mut c = Columns::of(row);
        spans.push((c.take()?, at(c.time()?), at(c.time()?)));
        scanned = c.take::<i64>()?;
    }
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = spans.len() > shown || scanned >= i64::from(FAILURES_LOOKED_AT);
    spans.truncate(shown);
    let counted = failures_counted(spans.len());
    let fingerprints: Vec<String> = spans.iter().map(|span| span.0.clone()).collect();
    let mut spans: HashMap<_, _> =
        spans.into_iter().map(|(fingerprint, first, last)| (fingerprint, (first, last))).collect();
    let parameters = params![
        project.to_string(),
        fingerprints,
        i64::from(counted),
        i64::from(FAILURES_SAMPLED),
        i32::try_from(FAILURES_NAMED).unwrap_or(i32::MAX),
    ];
    let mut groups = Vec::new();
    for row in &pool.query(sql!("dead_samples"), &parameters).await? {
        let mut c = Columns::of(row);
        let fingerprint: String = c.take()?;
        let Some((first_failed_at, last_failed_at)) = spans.remove(&fingerprint) else { continue };
        let row = FailureRow {
            fingerprint,
            first_failed_at,
            last_failed_at,
            count: u32::try_from(c.take::<i64>()?).unwrap_or(u32::MAX),
            failure_class: c.take()?,
            error_message: c.take()?,
            ids: c.take()?,
            kinds: c.take::<Vec<String>>()?.into_iter().collect(),
            agent_types: c.take::<Option<Vec<String>>>()?.unwrap_or_default().into_iter().collect(),
        };
        groups.push(row.into_group(counted)?);
    }
    Ok(DeadLetter { groups, more })
}
