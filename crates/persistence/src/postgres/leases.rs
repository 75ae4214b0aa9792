//! Heartbeats: one statement on `leases`, past the batches.

use std::collections::HashSet;

use mission_control_kernel::{AgentId, LeaseId, MissionId, StoreError, Timestamp};
use mission_control_missions::{HeldLease, Renewal};

use super::batch::parse_id;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, params};
use crate::row::at;

pub(super) async fn renew(
    pool: &Pool,
    now: Timestamp,
    agent: AgentId,
    held: &[HeldLease],
) -> Result<Renewal, StoreError> {
    let missions: Vec<String> = held.iter().map(|held| held.mission.to_string()).collect();
    let leases: Vec<i64> = held.iter().map(|held| held.lease.number()).collect();
    let parameters = params![agent.to_string(), missions, leases, At(now.as_micros())];
    let rows = pool.write(sql!("heartbeat"), &parameters).await?;
    let mut renewal = Renewal::default();
    for row in &rows {
        let mut columns = Columns::of(row);
        let mission = parse_id(columns.take()?)?;
        let lease = LeaseId::new(columns.take()?);
        renewal.renewed.push((HeldLease { mission, lease }, at(columns.time()?)));
    }
    let renewed: HashSet<HeldLease> = renewal.renewed.iter().map(|(held, _)| *held).collect();
    let over: Vec<MissionId> =
        held.iter().filter(|held| !renewed.contains(held)).map(|held| held.mission).collect();
    if over.is_empty() {
        return Ok(renewal);
    }
    let names: Vec<String> = over.iter().map(ToString::to_string).collect();
    let rows = pool.query(sql!("cancelled_among"), &params![names]).await?;
    let cancelled = rows
        .iter()
        .map(|row| parse_id(Columns::of(row).take()?))
        .collect::<Result<HashSet<_>, _>>()?;
    (renewal.cancelled, renewal.lost) = over.into_iter().partition(|id| cancelled.contains(id));
    Ok(renewal)
}
