//! What is in a dead letter, by what failed.

use std::collections::BTreeSet;

use mission_control_kernel::{ProjectId, Timestamp};
use mission_control_missions::{
    DeadLetter, FAILURES_LOOKED_AT, FAILURES_SAMPLED, FailureGroup, NEWEST_LOOKED_AT,
};
use rusqlite::Connection;

use super::fault::Fault;
use super::load::Columns;
use super::sql;
use crate::row::{FailureRow, at, failures_counted};

/// A failure, when it happened last, and when first.
type Span = (Timestamp, String, Timestamp);

/// What failed in a project, the one that failed last first; the connection must be in one
/// transaction.
pub(super) fn read(
    connection: &Connection,
    project: &ProjectId,
    limit: u32,
) -> Result<DeadLetter, Fault> {
    let scanned = failures(connection, sql!("dead_failures"), project, FAILURES_LOOKED_AT)?;
    let all_looked_at = u32::try_from(scanned.len()).unwrap_or(u32::MAX) < FAILURES_LOOKED_AT;
    let mut known: BTreeSet<String> = scanned.into_iter().collect();
    if !all_looked_at {
        known.extend(failures(connection, sql!("dead_newest"), project, NEWEST_LOOKED_AT)?);
    }
    let mut spans = Vec::with_capacity(known.len());
    for fingerprint in known {
        spans.extend(span(connection, project, fingerprint)?);
    }
    spans.sort_unstable_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = spans.len() > shown || !all_looked_at;
    spans.truncate(shown);
    let counted = failures_counted(spans.len());
    let groups = spans.into_iter().map(|span| group(connection, project, span, counted));
    Ok(DeadLetter { groups: groups.collect::<Result<_, _>>()?, more })
}

fn failures(
    connection: &Connection,
    sql: &str,
    project: &ProjectId,
    limit: u32,
) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((project.as_str(), limit), |row| row.get(0))?;
    let found: Vec<Option<String>> = rows.collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn span(
    connection: &Connection,
    project: &ProjectId,
    fingerprint: String,
) -> Result<Option<Span>, Fault> {
    let ends: (Option<i64>, Option<i64>) = connection
        .prepare_cached(sql!("dead_span"))?
        .query_row((project.as_str(), &fingerprint), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else { return Ok(None) };
    Ok(Some((at(last), fingerprint, at(first))))
}

fn group(
    connection: &Connection,
    project: &ProjectId,
    (last_failed_at, fingerprint, first_failed_at): Span,
    counted: u32,
) -> Result<FailureGroup, Fault> {
    let count = connection
        .prepare_cached(sql!("count_dead"))?
        .query_row((project.as_str(), &fingerprint, counted), |row| row.get(0))?;
    let mut found = FailureRow {
        fingerprint,
        first_failed_at,
        last_failed_at,
        count,
        failure_class: None,
        error_message: None,
        ids: Vec::new(),
        kinds: BTreeSet::new(),
        agent_types: BTreeSet::new(),
    };
    let mut statement = connection.prepare_cached(sql!("dead_sample"))?;
    let mut rows = statement.query((project.as_str(), &found.fingerprint, FAILURES_SAMPLED))?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let is_newest = found.ids.is_empty();
        found.ids.push(columns.take()?);
        found.kinds.insert(columns.take()?);
        found.agent_types.extend(columns.take::<Option<String>>()?);
        if is_newest {
            found.failure_class = columns.take()?;
            found.error_message = columns.take()?;
        }
    }
    drop(rows);
    Ok(found.into_group(counted)?)
}
