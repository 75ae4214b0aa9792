//! Projects.

use mission_control_identity::{Outcome, Project};
use mission_control_kernel::ProjectId;
use rusqlite::Connection;

use super::super::fault::{Fault, exactly_one};
use super::super::sql;
use super::super::writer::Tx;
use super::no_room;
use crate::row::{MOST, Reader, at};

pub(super) fn all(connection: &Connection) -> Result<Vec<Project>, Fault> {
    let mut statement = connection.prepare_cached(sql!("projects"))?;
    let mut rows = statement.query([MOST])?;
    let mut projects = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let reader = Reader { table: "projects", row: &id };
        projects.push(Project { id: reader.parse("id", &id)?, created_at: at(row.get(1)?) });
    }
    Ok(projects)
}

pub(super) fn add(tx: &Tx<'_>, id: &ProjectId) -> Result<Outcome, Fault> {
    if let Some(refusal) = no_room(tx, sql!("room_for_project"), id.as_str())? {
        return Ok(refusal);
    }
    let row = (id.as_str(), tx.now.as_micros());
    exactly_one(tx.connection.prepare_cached(sql!("insert_project"))?.execute(row)?, "a project")?;
    Ok(Outcome::Done)
}
