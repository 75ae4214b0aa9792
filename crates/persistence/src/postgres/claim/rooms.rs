//! How many more missions the agents of a claim may take.

use mission_control_agents::Duty;
use mission_control_kernel::{AgentId, StoreError};
use mission_control_missions::queue::Rooms;
use tokio_postgres::Row;

use super::super::load::Columns;
use crate::row::Reader;

/// From the rows of `claimants`.
pub(super) fn seen(agents: &[Row]) -> Result<Rooms, StoreError> {
    agents.iter().map(|row| room(row, None)).collect()
}

/// From the rows of `lock_claimants` and `held_by`.
pub(super) fn locked(agents: &[Row], held: &[Row]) -> Result<Rooms, StoreError> {
    agents.iter().map(|row| room(row, Some(held))).collect()
}

fn room(row: &Row, held: Option<&[Row]>) -> Result<(AgentId, u32), StoreError> {
    let mut columns = Columns::of(row);
    let id: &str = columns.take()?;
    let reader = Reader { table: "agents", row: id };
    let duty: Duty = reader.parse("duty", columns.take()?)?;
    let most: u32 = reader.count("max_concurrent", columns.take()?)?;
    let held = match held {
        None => columns.take()?,
        Some(held) => counted(held, id)?,
    };
    Ok((reader.parse("id", id)?, duty.room(most, u32::try_from(held).unwrap_or(u32::MAX))))
}

fn counted(held: &[Row], id: &str) -> Result<i64, StoreError> {
    for row in held {
        let mut columns = Columns::of(row);
        if columns.take::<&str>()? == id {
            return columns.take();
        }
    }
    Err(StoreError::Defect(format!("nobody counted what the agent {id} holds")))
}
