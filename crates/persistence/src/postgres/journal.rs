//! Reading the journal in its order.

use mission_control::Sequenced;
use mission_control_kernel::StoreError;
use tokio_postgres::Row;

use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::params;
use crate::row::{EntryRow, entry_from_row};

/// The last place that has been given.
pub(super) async fn newest(pool: &Pool) -> Result<i64, StoreError> {
    let rows = pool.query(sql!("newest_place"), &Vec::new()).await?;
    rows.first().map_or(Ok(0), |row| Columns::of(row).take())
}

/// The last place that is no longer there.
pub(super) async fn removed_until(pool: &Pool) -> Result<i64, StoreError> {
    let rows = pool.query(sql!("oldest_place"), &Vec::new()).await?;
    match rows.first() {
        Some(row) => Ok(Columns::of(row).take::<i64>()? - 1),
        None => Ok(0),
    }
}

/// Entries after a place.
pub(super) async fn read(pool: &Pool, seq: i64, limit: u32) -> Result<Vec<Sequenced>, StoreError> {
    let rows = pool.query(sql!("read_journal"), &params![seq, i64::from(limit)]).await?;
    rows.iter().map(sequenced).collect()
}

fn sequenced(row: &Row) -> Result<Sequenced, StoreError> {
    let mut columns = Columns::of(row);
    let seq = columns.take()?;
    Ok(Sequenced { seq, entry: entry_from_row(&entry_row(&mut columns)?)? })
}

pub(super) fn entry_row(columns: &mut Columns<'_>) -> Result<EntryRow, StoreError> {
    Ok(EntryRow {
        at: columns.time()?,
        project_id: columns.take()?,
        mission_id: columns.take()?,
        agent_id: columns.take()?,
        version: columns.take()?,
        event: columns.take()?,
        data: columns.take()?,
    })
}
