//! Selections that wait to be carried out.

use std::time::Duration;

use async_trait::async_trait;
use mission_control::{Preview, Previews};
use mission_control_kernel::{ProjectId, StoreError, Timestamp};

use super::Postgres;
use super::load::{Columns, sql};
use super::values::{At, params};
use crate::row::PreviewRow;

#[async_trait]
impl Previews for Postgres {
    async fn keep_preview(
        &self,
        preview: Preview,
        life: Duration,
    ) -> Result<Timestamp, StoreError> {
        let PreviewRow { action, priority, reason, chosen } = PreviewRow::of(&preview);
        let now = self.context.clock.now();
        let expires_at = now.plus(life);
        let parameters = params![
            preview.id,
            preview.project.to_string(),
            preview.principal,
            action,
            priority,
            chosen,
            At(now.as_micros()),
            At(expires_at.as_micros()),
            reason,
        ];
        self.context.pool.write(sql!("insert_preview"), &parameters).await?;
        Ok(expires_at)
    }

    async fn preview(
        &self,
        project: &ProjectId,
        principal: &str,
        id: &str,
    ) -> Result<Option<Preview>, StoreError> {
        let now = At(self.context.clock.now().as_micros());
        let parameters = params![id.to_owned(), project.to_string(), principal.to_owned(), now];
        let rows = self.context.pool.query(sql!("find_preview"), &parameters).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut c = Columns::of(row);
        let row = PreviewRow {
            action: c.take()?,
            priority: c.take()?,
            reason: c.take()?,
            chosen: c.take()?,
        };
        row.into_preview(project, principal, id).map(Some)
    }
}
