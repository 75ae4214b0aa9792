//! Claims: lane heads, the domain's choice, the front of each chosen lane.

use std::collections::HashMap;
use std::sync::Arc;

use mission_control_agents::Duty;
use mission_control_kernel::{AgentId, MissionId, Scope, Timestamp};
use mission_control_missions::queue::{
    Claimant, Counted, Head, LANES_LOOKED_AT, LaneId, LaneKey, MOST_TAKEN, Pick, ROUNDS, Rooms,
    choose, listed_depth,
};
use mission_control_missions::{
    Action, Actor, ClaimRequest, ClaimingAgent, Claims, Command, Mission,
};
use rusqlite::OptionalExtension as _;

use super::fault::Fault;
use super::load::{mission, parse_id};
use super::write::write;
use super::writer::Tx;
use super::{queue, sql};
use crate::batch::Fold;
use crate::row::{Reader, at};

/// Missions at the front of a lane that are passed over, because their own gates are closed, before
/// the lane is left for the sweep to clear.
const PASSED_OVER: usize = 1_000;

/// Where the next claim begins to look when there are more lanes than one claim looks at.
#[derive(Default)]
pub(super) struct Rotation {
    after: i64,
}

/// Takes missions for agents, and writes what that changes.
pub(super) fn claim(tx: &mut Tx<'_>, request: &ClaimRequest) -> Result<Claims, Fault> {
    let mut request = request.clone();
    let mut rooms = rooms(tx, &request)?;
    let mut claims = Claims::default();
    let start = tx.rotation.after;
    for round in 1..=ROUNDS {
        tx.rotation.after = start;
        let asking = wanting(&request, &rooms);
        if asking.is_empty() {
            claims.next_at = None;
            break;
        }
        let heads = heads(tx, &asking)?;
        let before = claims.taken.len();
        for (pick, key) in chosen(tx, &heads, &request, &rooms)? {
            let missions = take(tx, pick, &request.claimants[pick.claimant])?;
            let claimant = &mut request.claimants[pick.claimant].claimant;
            claimant.free = claimant.free.saturating_sub(count(missions.len()));
            rooms.take(claimant.id, count(missions.len()));
            missions.iter().for_each(|_| request.turns.serve(&key));
            claims.taken.extend(missions.into_iter().map(|mission| (pick.claimant, mission)));
        }
        let left = wanting(&request, &rooms);
        if left.is_empty() {
            claims.next_at = None;
            break;
        }
        if claims.taken.len() == before {
            claims.next_at = next_at(tx, &heads, &left)?;
            break;
        }
        // There may be more at once.
        claims.next_at = Some(tx.now);
        if round == ROUNDS || claims.taken.len() >= MOST_TAKEN as usize {
            break;
        }
    }
    claims.taken.sort_by_key(|(claimant, _)| *claimant);
    Ok(claims)
}

/// What the agents may take. Nobody else writes meanwhile, so this holds for the whole claim.
fn rooms(tx: &Tx<'_>, request: &ClaimRequest) -> Result<Rooms, Fault> {
    let mut rooms: HashMap<AgentId, u32> = HashMap::new();
    for asking in &request.claimants {
        let agent = asking.claimant.id;
        if rooms.contains_key(&agent) {
            continue;
        }
        let id = agent.to_string();
        let found: Option<(String, u32, u32)> = tx
            .connection
            .prepare_cached(sql!("claimants"))?
            .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        if let Some((duty, most, held)) = found {
            let duty: Duty = Reader { table: "agents", row: &id }.parse("duty", &duty)?;
            rooms.insert(agent, duty.room(most, held));
        }
    }
    Ok(rooms.into_iter().collect())
}

/// Those who may still take something.
fn wanting(request: &ClaimRequest, rooms: &Rooms) -> Vec<Claimant> {
    let asking = request.claimants.iter().map(|asking| &asking.claimant);
    asking.filter(|one| one.free.min(rooms.left(one.id)) > 0).cloned().collect()
}

fn chosen(
    tx: &Tx<'_>,
    heads: &[Head],
    request: &ClaimRequest,
    rooms: &Rooms,
) -> Result<Vec<(Pick, Arc<LaneKey>)>, Fault> {
    let facts = queue::facts(tx.connection, &Counted::of(heads.iter().map(|head| &*head.key)))?;
    let keys: HashMap<LaneId, &Arc<LaneKey>> =
        heads.iter().map(|head| (head.lane, &head.key)).collect();
    let asking: Vec<Claimant> =
        request.claimants.iter().map(|asking| asking.claimant.clone()).collect();
    let picks = choose(heads, &asking, rooms, &facts, &request.turns, tx.now, request.ageing);
    Ok(picks.into_iter().map(|pick| (pick, Arc::clone(keys[&pick.lane]))).collect())
}

/// When the first mission for one of them may start that waits for its time.
fn next_at(tx: &Tx<'_>, heads: &[Head], asking: &[Claimant]) -> Result<Option<Timestamp>, Fault> {
    let mut next = None;
    for head in heads.iter().filter(|head| suits(asking, &head.key)) {
        let rank: Option<i64> = tx
            .connection
            .prepare_cached(sql!("next_rank"))?
            .query_row((head.lane.0, tx.now.as_micros()), |row| row.get(0))?;
        next = next.into_iter().chain(rank).min();
    }
    Ok(next.map(at))
}

fn suits(asking: &[Claimant], lane: &LaneKey) -> bool {
    asking.iter().any(|claimant| claimant.agent.matches(lane))
}

/// The heads of the lanes that are this claim's to look at and suit somebody.
fn heads(tx: &mut Tx<'_>, asking: &[Claimant]) -> Result<Vec<Head>, Fault> {
    let after = tx.rotation.after;
    let mut found = heads_after(tx, after, LANES_LOOKED_AT)?;
    let full = found.len() == LANES_LOOKED_AT;
    tx.rotation.after = found.last().filter(|_| full).map_or(0, |(lane, _)| *lane);
    if !full && after > 0 {
        let rest = heads_after(tx, 0, LANES_LOOKED_AT - found.len())?;
        let rest: Vec<_> = rest.into_iter().filter(|(lane, _)| *lane <= after).collect();
        if found.len() + rest.len() == LANES_LOOKED_AT {
            tx.rotation.after = rest.last().map_or(0, |(lane, _)| *lane);
        }
        found.extend(rest);
    }
    let mut suiting = Vec::with_capacity(found.len());
    for (lane, rank) in found {
        let key = tx.lanes.key(tx.connection, lane)?;
        if suits(asking, &key) {
            suiting.push((lane, rank, key));
        }
    }
    let wanted = asking.iter().map(|claimant| claimant.free).fold(0, u32::saturating_add);
    let depth = listed_depth(wanted, suiting.len());
    suiting
        .into_iter()
        .map(|(lane, rank, key)| {
            let ranks = if depth > 1 { front_ranks(tx, lane, depth)? } else { vec![at(rank)] };
            Ok(Head { lane: LaneId(lane), key, ranks })
        })
        .collect()
}

fn heads_after(tx: &Tx<'_>, after: i64, limit: usize) -> rusqlite::Result<Vec<(i64, i64)>> {
    tx.connection
        .prepare_cached(sql!("lane_heads"))?
        .query_map((after, count(limit)), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn front_ranks(tx: &Tx<'_>, lane: i64, depth: usize) -> rusqlite::Result<Vec<Timestamp>> {
    tx.connection
        .prepare_cached(sql!("lane_front"))?
        .query_map((lane, count(depth)), |row| Ok(at(row.get(0)?)))?
        .collect()
}

/// Takes what was picked from the front of a lane, passing over missions that may not start.
fn take(tx: &mut Tx<'_>, pick: Pick, asking: &ClaimingAgent) -> Result<Vec<Mission>, Fault> {
    let wanted = usize::try_from(pick.count).unwrap_or(usize::MAX);
    let (mut taken, mut looked_at) = (Vec::new(), 0);
    let mut last = (i64::MIN, String::new());
    while taken.len() < wanted && looked_at < wanted + PASSED_OVER {
        let front = front(tx, pick.lane, &last, wanted - taken.len())?;
        let Some(end) = front.last() else { break };
        last.clone_from(end);
        looked_at += front.len();
        let ids = front.iter().map(|(_, id)| parse_id(id)).collect::<Result<Vec<_>, _>>()?;
        taken.extend(begin(tx, &ids, asking)?);
    }
    Ok(taken)
}

fn front(
    tx: &Tx<'_>,
    lane: LaneId,
    after: &(i64, String),
    limit: usize,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let (rank, mission) = after;
    tx.connection
        .prepare_cached(sql!("ready_front"))?
        .query_map((lane.0, tx.now.as_micros(), rank, mission, count(limit)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}

/// Begins attempts at those that may start.
fn begin(
    tx: &mut Tx<'_>,
    ids: &[MissionId],
    asking: &ClaimingAgent,
) -> Result<Vec<Mission>, Fault> {
    let mut loaded = Vec::with_capacity(ids.len());
    for id in ids {
        loaded.extend(mission(tx.connection, *id)?);
    }
    let mut fold = Fold::over(loaded, HashMap::new(), tx.now, tx.chance);
    let by = Actor::Agent(asking.claimant.id);
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        let command = Command::Claim {
            agent: asking.claimant.id,
            agent_type: asking.agent_type.clone(),
            length: asking.lease,
        };
        // Refused is one that has expired and waits for the sweep: it is not this claim's.
        let action = Action::Command { scope: Scope::All, mission: *id, command };
        if let Ok(outcome) = fold.act(&action, &by) {
            taken.extend(outcome.missions);
        }
    }
    write(tx, fold.into_writes())?;
    Ok(taken)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
