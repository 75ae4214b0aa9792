//! Selections that wait to be carried out.

use std::time::Duration;

use async_trait::async_trait;
use mission_control::{Preview, Previews};
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use rusqlite::OptionalExtension as _;

use super::fault::exactly_one;
use super::job::Turn;
use super::load::Columns;
use super::{Sqlite, sql};
use crate::row::PreviewRow;

#[async_trait]
impl Previews for Sqlite {
    async fn keep_preview(
        &self,
        preview: Preview,
        life: Duration,
    ) -> Result<Timestamp, StoreError> {
        let row = PreviewRow::of(&preview);
        self.write(Turn::Plain, move |tx| {
            let expires_at = tx.now.plus(life);
            let rows = tx.connection.prepare_cached(sql!("insert_preview"))?.execute((
                &preview.id,
                preview.project.as_str(),
                &preview.principal,
                &row.action,
                &row.priority,
                &row.chosen,
                tx.now.as_micros(),
                expires_at.as_micros(),
                &row.reason,
            ))?;
            exactly_one(rows, "insert_preview")?;
            Ok(expires_at)
        })
        .await
    }

    async fn preview(
        &self,
        project: &ProjectId,
        principal: &str,
        id: &str,
    ) -> Result<Option<Preview>, StoreError> {
        let (project, now) = (project.clone(), self.now().as_micros());
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.read(move |connection| {
            let found = connection
                .prepare_cached(sql!("find_preview"))?
                .query_row((&id, project.as_str(), &principal, now), |row| {
                    let mut c = Columns::of(row);
                    Ok(PreviewRow {
                        action: c.take()?,
                        priority: c.take()?,
                        reason: c.take()?,
                        chosen: c.take()?,
                    })
                })
                .optional()?;
            Ok(found.map(|row| row.into_preview(&project, &principal, &id)).transpose()?)
        })
        .await
    }
}
