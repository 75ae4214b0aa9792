//! The journal: one writer, so the order of commits is the order of the rows.

use async_trait::async_trait;
use mission_control::{Epoch, Journal, Sequenced, Slice, Snapshot};
use mission_control_kernel::{MissionId, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Params};

use super::fault::Fault;
use super::job::Turn;
use super::load::Columns;
use super::{Sqlite, snapshot, sql};
use crate::row::{EntryRow, checkpoint_from_text, checkpoint_to_text, entry_from_row};

#[async_trait]
impl Journal for Sqlite {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql!("read_meta"))?;
            let epoch =
                |row: &rusqlite::Row<'_>| Ok(Epoch { store: row.get(0)?, number: row.get(1)? });
            Ok(statement.query_row((), epoch)?)
        })
        .await
    }

    async fn head(&self) -> Result<i64, StoreError> {
        self.read(head).await
    }

    async fn removed_until(&self) -> Result<i64, StoreError> {
        self.read(|connection| number(connection, sql!("journal_removed_until"))).await
    }

    async fn read(&self, seq: i64, limit: u32) -> Result<Vec<Sequenced>, StoreError> {
        Self::read(self, move |connection| {
            sequenced(connection, sql!("read_journal"), (seq, limit))
        })
        .await
    }

    async fn wait_past(&self, seq: i64) {
        self.signals.wait_past(seq).await;
    }

    async fn aggregate(&self) -> Result<Snapshot, StoreError> {
        let now = self.now();
        Self::read(self, move |connection| snapshot::aggregate(connection, now)).await
    }

    async fn slice(&self, after: Option<MissionId>, limit: u32) -> Result<Slice, StoreError> {
        Self::read(self, move |connection| snapshot::slice(connection, after, limit)).await
    }

    async fn checkpoint(&self) -> Result<Option<Snapshot>, StoreError> {
        let found: Option<(i64, String)> = Self::read(self, |connection| {
            let mut statement = connection.prepare_cached(sql!("read_checkpoint"))?;
            Ok(statement.query_row((), |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
        .await?;
        let Some((seq, text)) = found else { return Ok(None) };
        match checkpoint_from_text(seq, &text) {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(error) => {
                tracing::warn!(%error, "the saved counters cannot be read; they are counted anew");
                Ok(None)
            }
        }
    }

    async fn save_checkpoint(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let (seq, text) = (snapshot.seq, checkpoint_to_text(snapshot));
        self.write(Turn::Plain, move |tx| {
            let saved_at = tx.now.as_micros();
            let mut statement = tx.connection.prepare_cached(sql!("save_checkpoint"))?;
            statement.execute((seq, saved_at, &text))?;
            Ok(())
        })
        .await
    }
}

/// The last place given.
pub(super) fn head(connection: &Connection) -> Result<i64, Fault> {
    number(connection, sql!("journal_head"))
}

/// Entries with their places.
pub(super) fn sequenced(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<Sequenced>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        let seq = c.take()?;
        let row = EntryRow {
            at: c.take()?,
            project_id: c.take()?,
            mission_id: c.take()?,
            agent_id: c.take()?,
            version: c.take()?,
            event: c.take()?,
            data: c.take()?,
        };
        entries.push(Sequenced { seq, entry: entry_from_row(&row)? });
    }
    Ok(entries)
}

fn number(connection: &Connection, sql: &str) -> Result<i64, Fault> {
    Ok(connection.prepare_cached(sql)?.query_row((), |row| row.get(0))?)
}
