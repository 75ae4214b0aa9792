//! What explains the queue.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{MissionId, StoreError, Timestamp};
use mission_control_missions::queue::{
    Counted, LANES_LOOKED_AT, LaneId, LaneKey, LaneRanks, POSITION_LIMIT, QueueFacts, Ticket,
    explained_depth, last_ahead, ticket,
};
use mission_control_missions::{Mission, QueueView};

use super::committer::Context;
use super::facts;
use super::load::{Columns, sql};
use super::values::params;

pub(super) async fn view(
    context: &Context,
    mission: &Mission,
    ageing: Duration,
) -> Result<QueueView, StoreError> {
    let (pool, now) = (&context.pool, context.clock.now());
    let key = LaneKey::of(mission);
    let (lanes, whole) = match ticket(mission).filter(|ticket| ticket.rank <= now) {
        Some(ticket) => ahead(context, mission.id, &ticket, now, ageing).await?,
        None => (Vec::new(), true),
    };
    let counted = Counted::of(lanes.iter().map(|lane| &*lane.key).chain([&key]));
    let mut answers = Vec::new();
    for (sql, params) in facts::calls(&counted) {
        answers.push(pool.query(sql, &params).await?);
    }
    let agents = facts::agents(pool, &mission.project, now).await?;
    let facts = QueueFacts { agents, ..facts::read(&answers)? };
    Ok(QueueView { facts, lanes, whole, now })
}

/// The lanes of the ticket's kind with what may come before it, and whether these are all.
async fn ahead(
    context: &Context,
    mission: MissionId,
    ticket: &Ticket,
    now: Timestamp,
    ageing: Duration,
) -> Result<(Vec<LaneRanks>, bool), StoreError> {
    let pool = &context.pool;
    let most = i64::try_from(LANES_LOOKED_AT).unwrap_or(i64::MAX);
    let rows = pool.query(sql!("lane_directory"), &params![0_i64, most]).await?;
    let ids = rows.iter().map(|row| Columns::of(row).take()).collect::<Result<Vec<i64>, _>>()?;
    let whole = ids.len() < LANES_LOOKED_AT;
    let mut keys = context.lanes.meet(pool, &ids).await?;
    keys.retain(|_, key| {
        let own = &ticket.lane;
        key.project == own.project && key.kind == own.kind && **key != *own
    });
    let (asked, last): (Vec<i64>, Vec<i64>) = keys
        .iter()
        .map(|(id, key)| (*id, last_ahead(key, ticket, now, ageing).as_micros()))
        .unzip();
    let depth = explained_depth(keys.len() + 1);
    let one_more = i64::try_from(depth).unwrap_or(i64::MAX).saturating_add(1);
    let rows = pool.query(sql!("lane_fronts"), &params![asked, last, one_more]).await?;
    let mut lanes = vec![own(context, mission, ticket).await?];
    for row in &rows {
        let mut columns = Columns::of(row);
        let (id, ranks): (i64, Vec<i64>) = (columns.take()?, columns.take()?);
        if let Some(key) = keys.get(&id) {
            lanes.push(listed(LaneId(id), key, ranks, depth));
        }
    }
    Ok((lanes, whole))
}

/// The mission's own lane, up to the mission.
async fn own(
    context: &Context,
    mission: MissionId,
    ticket: &Ticket,
) -> Result<LaneRanks, StoreError> {
    let limit = i64::from(POSITION_LIMIT) + 1;
    let ask = async || {
        let numbers = context.lanes.intern([&ticket.lane].into_iter()).await?;
        let id = numbers.of(&ticket.lane)?;
        let parameters = params![id, ticket.rank.as_micros(), mission.to_string(), limit];
        Ok::<_, StoreError>((id, context.pool.query(sql!("lane_up_to"), &parameters).await?))
    };
    let (mut id, mut rows) = ask().await?;
    if rows.is_empty() {
        // It waits in its lane, unless it was taken meanwhile: the lane may have another number now.
        context.lanes.forget_one(&ticket.lane);
        (id, rows) = ask().await?;
    }
    let ranks = rows.iter().map(|row| Columns::of(row).take()).collect::<Result<_, _>>()?;
    let key = Arc::new(ticket.lane.clone());
    Ok(listed(LaneId(id), &key, ranks, POSITION_LIMIT as usize))
}

fn listed(lane: LaneId, key: &Arc<LaneKey>, mut ranks: Vec<i64>, depth: usize) -> LaneRanks {
    let whole = ranks.len() <= depth;
    ranks.truncate(depth);
    let ranks = ranks.into_iter().map(Timestamp::from_micros).collect();
    LaneRanks { lane, key: Arc::clone(key), ranks, whole }
}
