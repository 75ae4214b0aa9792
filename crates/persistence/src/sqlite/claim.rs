//! Claims: lane heads, the domain's choice, the front of each chosen lane.

use std::collections::HashMap;
use std::sync::Arc;

use mission_control_kernel::{MissionId, Scope, Timestamp};
use mission_control_missions::queue::{Claimant, Head, LaneId, LaneKey, Pick, Turns, choose};
use mission_control_missions::{Action, ClaimRequest, ClaimingAgent, Claims, Command, Mission};

use super::fault::Fault;
use super::load::{mission, parse_id};
use super::write::write;
use super::writer::Tx;
use super::{queue, sql};
use crate::batch::Fold;
use crate::row::at;

/// Lanes looked at by one claim: a probe each, some milliseconds together.
const LANES: usize = 2_000;
/// The most missions that one look lists, over all lanes; with more lanes than this each shows one.
const LISTED: usize = 4_000;
/// A choice takes lanes to be as deep as wanted; whoever finds one shallower chooses again, this
/// often at most.
const ROUNDS: usize = 4;
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
    let mut claimants: Vec<Claimant> =
        request.claimants.iter().map(|asking| asking.claimant.clone()).collect();
    let mut turns = request.turns.clone();
    let mut taken: Vec<Vec<Mission>> = request.claimants.iter().map(|_| Vec::new()).collect();
    let start = tx.rotation.after;
    let mut next_at = None;
    for round in 0..ROUNDS {
        tx.rotation.after = start;
        let wanted = claimants.iter().map(|claimant| claimant.free).sum::<u32>();
        let heads = heads(tx, usize::try_from(wanted).unwrap_or(LISTED))?;
        next_at = earliest(&heads, tx.now);
        let before: usize = taken.iter().map(Vec::len).sum();
        for (pick, key) in chosen(tx, &heads, &claimants, &turns, request)? {
            let missions = take(tx, pick, &request.claimants[pick.claimant])?;
            missions.iter().for_each(|_| turns.serve(&key));
            let claimant = &mut claimants[pick.claimant];
            claimant.free = claimant.free.saturating_sub(count(missions.len()));
            taken[pick.claimant].extend(missions);
        }
        let wanted = claimants.iter().any(|claimant| claimant.free > 0);
        if !wanted || taken.iter().map(Vec::len).sum::<usize>() == before {
            break;
        }
        if round + 1 == ROUNDS {
            // There may be more at once.
            next_at = Some(tx.now);
        }
    }
    let taken = request
        .claimants
        .iter()
        .zip(taken)
        .flat_map(|(asking, missions)| missions.into_iter().map(|mission| (asking.agent, mission)))
        .collect();
    Ok(Claims { taken, next_at })
}

fn chosen(
    tx: &Tx<'_>,
    heads: &[Head],
    claimants: &[Claimant],
    turns: &Turns,
    request: &ClaimRequest,
) -> Result<Vec<(Pick, Arc<LaneKey>)>, Fault> {
    let facts = queue::facts(tx.connection)?;
    let keys: HashMap<LaneId, &Arc<LaneKey>> =
        heads.iter().map(|head| (head.lane, &head.key)).collect();
    let picks = choose(heads, claimants, &facts, turns, tx.now, request.ageing);
    Ok(picks.into_iter().map(|pick| (pick, Arc::clone(keys[&pick.lane]))).collect())
}

/// The heads of the lanes that are this claim's to look at.
fn heads(tx: &mut Tx<'_>, wanted: usize) -> Result<Vec<Head>, Fault> {
    let after = tx.rotation.after;
    let mut found = heads_after(tx, after, LANES)?;
    let full = found.len() == LANES;
    tx.rotation.after = found.last().filter(|_| full).map_or(0, |(lane, _)| *lane);
    if !full && after > 0 {
        let rest = heads_after(tx, 0, LANES - found.len())?;
        let rest: Vec<_> = rest.into_iter().filter(|(lane, _)| *lane <= after).collect();
        if found.len() + rest.len() == LANES {
            tx.rotation.after = rest.last().map_or(0, |(lane, _)| *lane);
        }
        found.extend(rest);
    }
    let depth = wanted.clamp(1, LISTED / found.len().max(1)).max(1);
    found
        .into_iter()
        .map(|(lane, rank)| {
            let key = tx.lanes.key(tx.connection, lane)?;
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

/// When the first lane that waits for its time opens.
fn earliest(heads: &[Head], now: Timestamp) -> Option<Timestamp> {
    heads.iter().filter_map(|head| head.ranks.first().copied()).filter(|rank| *rank > now).min()
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
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        let command = Command::Claim {
            agent: asking.agent,
            agent_type: asking.agent_type.clone(),
            length: asking.lease,
        };
        // Refused is one that has expired and waits for the sweep: it is not this claim's.
        if let Ok(outcome) = fold.act(&Action::Command { scope: Scope::All, mission: *id, command })
        {
            taken.extend(outcome.missions);
        }
    }
    write(tx, fold.into_writes())?;
    Ok(taken)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
