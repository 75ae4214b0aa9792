//! What time has made due, and follow-ups that wait to be done.

use std::time::Duration;

use mission_control_kernel::{LeaseId, StoreError, Timestamp};
use mission_control_missions::{Command, Due, FollowUpTask, KeptFollowUp};

use super::batch::parse_id;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, params};
use crate::row::FollowUpRow;

/// A follow-up that its taker has not finished comes back after this long.
const TAKEN_FOR: Duration = Duration::from_secs(30);

pub(super) async fn due(pool: &Pool, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
    let parameters = params![At(now.as_micros()), i64::from(limit)];
    let rows = pool.query(sql!("due"), &parameters).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let mission = parse_id(columns.take()?)?;
            let lease = LeaseId::new(columns.take()?);
            let command = match columns.take::<&str>()? {
                "lose" => Command::Lose { lease },
                "time_out" => Command::TimeOut { lease },
                _ => Command::Expire,
            };
            Ok(Due { mission, command })
        })
        .collect()
}

pub(super) async fn take_follow_ups(
    pool: &Pool,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<FollowUpTask>, StoreError> {
    let until = now.plus(TAKEN_FOR);
    let parameters = params![At(now.as_micros()), At(until.as_micros()), i64::from(limit)];
    let rows = pool.write(sql!("take_follow_ups"), &parameters).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id: i64 = columns.take()?;
            let row = FollowUpRow {
                mission_id: columns.take()?,
                run_id: columns.take()?,
                what: columns.take()?,
                asked_by: columns.take()?,
                reason: columns.take()?,
                ..FollowUpRow::default()
            };
            row.into_task(id, until)
        })
        .collect()
}

pub(super) async fn keep_follow_up(
    pool: &Pool,
    now: Timestamp,
    id: i64,
    taken_until: Timestamp,
) -> Result<Option<KeptFollowUp>, StoreError> {
    let until = now.plus(TAKEN_FOR);
    let (now, before) = (At(now.as_micros()), At(taken_until.as_micros()));
    let parameters = params![id, before, At(until.as_micros()), now];
    let rows = pool.write(sql!("keep_follow_up"), &parameters).await?;
    let begun_at = rows.first().map(|row| Columns::of(row).time()).transpose()?;
    let begun_at = begun_at.map(Timestamp::from_micros);
    Ok(begun_at.map(|begun_at| KeptFollowUp { taken_until: until, begun_at }))
}

pub(super) async fn finish_follow_up(
    pool: &Pool,
    id: i64,
    taken_until: Timestamp,
) -> Result<bool, StoreError> {
    let parameters = params![id, At(taken_until.as_micros())];
    let rows = pool.write(sql!("finish_follow_up"), &parameters).await?;
    Ok(!rows.is_empty())
}
