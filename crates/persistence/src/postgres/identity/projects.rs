//! Projects.

use deadpool_postgres::Transaction;
use mission_control_identity::{Outcome, Project};
use mission_control_kernel::{ProjectId, StoreError, Timestamp};

use super::super::load::{Columns, sql};
use super::super::pool::Pool;
use super::super::values::{At, params};
use super::{no_room, query};
use crate::row::{MOST, Reader, at};

pub(super) async fn all(pool: &Pool) -> Result<Vec<Project>, StoreError> {
    let rows = pool.query(sql!("projects"), &params![MOST]).await?;
    let projects = rows.iter().map(|row| {
        let mut c = Columns::of(row);
        let id: &str = c.take()?;
        let reader = Reader { table: "projects", row: id };
        Ok(Project { id: reader.parse("id", id)?, created_at: at(c.time()?) })
    });
    projects.collect()
}

pub(super) async fn add(
    transaction: &Transaction<'_>,
    now: Timestamp,
    id: &ProjectId,
) -> Result<Outcome, StoreError> {
    if let Some(refusal) = no_room(transaction, sql!("room_for_project"), id.as_str()).await? {
        return Ok(refusal);
    }
    let parameters = params![id.to_string(), At(now.as_micros())];
    query(transaction, sql!("insert_project"), &parameters).await?;
    Ok(Outcome::Done)
}
