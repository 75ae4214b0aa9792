//! Heartbeats: leases made longer, neither journalled nor a change of their missions.

use mission_control_kernel::AgentId;
use mission_control_missions::{HeldLease, Renewal, Status};
use rusqlite::OptionalExtension as _;

use super::fault::Fault;
use super::sql;
use super::writer::Tx;
use crate::row::{Reader, at};

/// Extends leases by their lengths. That the agent was heard of is for the store of agents to note.
pub(super) fn renew(
    tx: &mut Tx<'_>,
    agent: AgentId,
    leases: &[HeldLease],
) -> Result<Renewal, Fault> {
    let mut renewal = Renewal::default();
    let holder = agent.to_string();
    for held in leases {
        let mission = held.mission.to_string();
        let end: Option<i64> = tx
            .connection
            .prepare_cached(sql!("renew_lease"))?
            .query_row((&mission, held.lease.number(), &holder, tx.now.as_micros()), |row| {
                row.get(0)
            })
            .optional()?;
        match end {
            Some(end) => renewal.renewed.push((*held, at(end))),
            None if is_cancelled(tx, &mission)? => renewal.cancelled.push(held.mission),
            None => renewal.lost.push(held.mission),
        }
    }
    Ok(renewal)
}

fn is_cancelled(tx: &Tx<'_>, mission: &str) -> Result<bool, Fault> {
    let status: Option<String> = tx
        .connection
        .prepare_cached(sql!("mission_status"))?
        .query_row([mission], |row| row.get(0))
        .optional()?;
    let reader = Reader { table: "missions", row: mission };
    Ok(reader.parse_some("status", status.as_deref())? == Some(Status::Cancelled))
}
