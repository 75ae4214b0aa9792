//! The lines that attempts write.

use std::sync::Arc;

use mission_control_kernel::{LeaseId, MissionId, Scope, StoreError, Timestamp};
use mission_control_missions::{LogLevel, LogLine, Refusal};

use super::load::{Columns, sql};
use super::pool::Pool;
use super::reads::{missions, projects};
use super::values::{At, params};
use crate::row::{at, log_level_from_number, log_level_to_number};

/// One statement stores the lines if the lease is current, and says where they ended.
pub(super) async fn append(
    pool: &Pool,
    scope: &Scope,
    id: MissionId,
    lease: Option<LeaseId>,
    lines: Vec<LogLine>,
    now: Timestamp,
) -> Result<Result<i64, Refusal>, StoreError> {
    let times: Vec<At> = lines.iter().map(|line| At(line.at.as_micros())).collect();
    let levels: Vec<i16> = lines.iter().map(|line| log_level_to_number(line.level)).collect();
    let texts: Vec<String> = lines.iter().map(|line| line.text.to_string()).collect();
    let lease_number = lease.map(LeaseId::number);
    let now = At(now.as_micros());
    let parameters =
        params![id.to_string(), projects(scope), lease_number, times, levels, texts, now];
    let rows = pool.write(sql!("append_logs"), &parameters).await?;
    let last = match rows.first() {
        Some(row) => Columns::of(row).take::<Option<i64>>()?,
        None => None,
    };
    if let Some(last) = last {
        return Ok(Ok(last));
    }
    // Nothing was stored: say why.
    let found = missions(pool, scope, &[id]).await?;
    Ok(match (found.first(), lease) {
        (None, _) => Err(Refusal::NotFound),
        (Some(_), Some(_)) => Err(Refusal::LeaseLost),
        (Some(_), None) if lines.is_empty() => Ok(0),
        (Some(_), None) => Err(Refusal::LeaseRequired),
    })
}

pub(super) async fn read(
    pool: &Pool,
    scope: &Scope,
    id: MissionId,
    after: i64,
    level: LogLevel,
    limit: u32,
) -> Result<Vec<LogLine>, StoreError> {
    let parameters = params![
        id.to_string(),
        projects(scope),
        after,
        log_level_to_number(level),
        i64::from(limit),
    ];
    let rows = pool.query(sql!("read_logs"), &parameters).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let n: i64 = columns.take()?;
            let time = columns.time()?;
            let level: i64 = columns.take()?;
            let text: &str = columns.take()?;
            let text: Arc<str> = text.into();
            let lease: Option<i64> = columns.take()?;
            let level = log_level_from_number(level).ok_or_else(|| StoreError::Corrupt {
                table: "mission_logs",
                column: "level",
                row: n.to_string(),
            })?;
            Ok(LogLine { n, at: at(time), level, text, lease: lease.map(LeaseId::new) })
        })
        .collect()
}
