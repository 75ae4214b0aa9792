//! Taking missions from the queue: look at the heads of lanes, choose, lock, begin.

use mission_control_kernel::{MissionId, Scope, StoreError, Timestamp};
use mission_control_missions::queue::{Head, LaneId, LaneKey, Pick, QueueFacts, choose};
use mission_control_missions::{Action, ClaimRequest, Claims, Command, Mission};
use std::collections::HashMap;
use tokio::sync::Mutex;
use tokio_postgres::Row;

use super::batch::{self, Begun, Stop, commit, fly, rollback};
use super::committer::Context;
use super::directory::Directory;
use super::facts;
use super::link::{Link, WRITER_SETUP};
use super::load::{Columns, mission, mission_sql, sql};
use super::values::{At, params};
use super::write;
use crate::batch::Fold;

/// A lane that was chosen may be shallower than wanted, or taken by another process: the choice is
/// made anew this often, then the agents ask again.
const ROUNDS: usize = 4;
/// The most missions that one claim takes for all its agents together.
const MOST: u32 = 500;
/// The most missions that one look lists, over all lanes; with more lanes than this each shows one.
const LISTED: i64 = 4_000;
/// A claim whose transaction was aborted by a lost connection is tried again this often.
const RETRIES: u32 = 2;

const STATEMENTS: &[&str] = &[
    sql!("transaction_id"),
    sql!("lane_heads"),
    sql!("queue_settings"),
    sql!("running_counts"),
    sql!("active_agents"),
    sql!("lock_limit"),
    sql!("count_limit"),
    mission_sql!("take_ready"),
];

/// The one claimer of a process.
pub(super) struct Claimer {
    context: Context,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    directory: Directory,
}

impl Claimer {
    pub(super) fn new(context: Context) -> Self {
        Self { context, state: Mutex::new(State::default()) }
    }

    /// Takes missions for the agents of a request.
    pub(super) async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        let mut state = self.state.lock().await;
        let mut retries = 0;
        loop {
            match self.attempt(&mut state, request.clone()).await {
                Ok(claims) => return Ok(claims),
                Err(Stop::Aborted) if retries < RETRIES => {
                    retries += 1;
                    state.link = None;
                }
                Err(Stop::Refused(error) | Stop::Away(error)) => {
                    // A transaction that may still be open ends with its connection.
                    state.link = None;
                    return Err(error);
                }
                // A claim of which nobody knows whether it happened is one that nobody works on:
                // its leases run out.
                Err(Stop::Aborted | Stop::Unknown) => {
                    state.link = None;
                    return Err(StoreError::OutcomeUnknown);
                }
            }
        }
    }

    async fn attempt(&self, state: &mut State, mut request: ClaimRequest) -> Result<Claims, Stop> {
        if state.link.as_ref().is_none_or(Link::is_closed) {
            let mut link =
                Link::connect(&self.context.config, WRITER_SETUP).await.map_err(Stop::Away)?;
            link.prepare_all(STATEMENTS).await.map_err(Stop::Away)?;
            link.prepare_all(write::STATEMENTS).await.map_err(Stop::Away)?;
            state.link = Some(link);
        }
        let State { link: Some(link), directory } = state else {
            return Err(Stop::Away(StoreError::Unavailable("no connection".to_owned())));
        };
        let mut claims = Claims::default();
        for round in 1..=ROUNDS {
            let wanted = request.claimants.iter().map(|agent| agent.claimant.free).sum();
            let look = match self.look(link, directory, wanted).await {
                Ok(look) => look,
                Err(stop) => return claims_or(claims, stop, &mut state.link),
            };
            claims.next_at = look.next_at;
            let picks = choose(
                &look.heads,
                &request.claimants.iter().map(|agent| agent.claimant.clone()).collect::<Vec<_>>(),
                &look.facts,
                &request.turns,
                look.now,
                request.ageing,
            );
            if picks.is_empty() {
                break;
            }
            let taken = match self.take(link, directory, &request, &picks, &look).await {
                Ok(taken) => taken,
                Err(stop) => return claims_or(claims, stop, &mut state.link),
            };
            let found_some = !taken.is_empty();
            for (index, mission) in taken {
                let agent = &mut request.claimants[index];
                agent.claimant.free = agent.claimant.free.saturating_sub(1);
                request.turns.serve(&LaneKey::of(&mission));
                claims.taken.push((agent.agent, mission));
            }
            if request.claimants.iter().all(|agent| agent.claimant.free == 0) {
                break;
            }
            if round == ROUNDS && found_some {
                // There may be more at once.
                claims.next_at = Some(look.now);
            }
        }
        Ok(claims)
    }

    /// Flight 1: the heads of lanes and what holds for them. No transaction: all of it is a hint,
    /// and what is taken is judged again under its lock.
    async fn look(
        &self,
        link: &mut Link,
        directory: &mut Directory,
        wanted: u32,
    ) -> Result<Look, Stop> {
        let now = self.context.clock.now();
        let arrivals = self.context.signals.arrivals();
        if self.context.signals.take_old_work() {
            directory.forget_floors();
        }
        directory
            .refresh(link, &self.context.pool, &self.context.lanes, arrivals)
            .await
            .map_err(Stop::Refused)?;
        let (lanes, floors) = directory.probes();
        let depth = listed_depth(wanted, lanes.len());
        let calls = [
            (sql!("lane_heads"), params![lanes, floors, depth]),
            (sql!("queue_settings"), Vec::new()),
            (sql!("running_counts"), Vec::new()),
            (sql!("active_agents"), facts::active_since(now)),
        ];
        let answers = fly(link, &calls).await?;
        let mut decode = || -> Result<Look, StoreError> {
            let facts = facts::read(&answers[1], &answers[2], &answers[3])?;
            let mut heads: Vec<Head> = Vec::new();
            let mut next_at = None;
            let mut seen = Vec::new();
            for row in &answers[0] {
                let mut columns = Columns::of(row);
                let lane = LaneId(columns.take()?);
                let rank = Timestamp::from_micros(columns.take()?);
                if let Some(head) = heads.last_mut().filter(|head| head.lane == lane) {
                    head.ranks.push(rank);
                    continue;
                }
                seen.push(lane);
                let Some(key) = self.context.lanes.key(lane.0) else { continue };
                if rank > now {
                    next_at = Some(next_at.map_or(rank, |at: Timestamp| at.min(rank)));
                }
                heads.push(Head { lane, key, ranks: vec![rank] });
            }
            directory.keep(&seen);
            Ok(Look { now, heads, facts, next_at })
        };
        decode().map_err(Stop::Refused)
    }

    /// Flights 2 and 3: lock the first missions of each lane that was picked, begin them, commit.
    async fn take(
        &self,
        link: &mut Link,
        directory: &mut Directory,
        request: &ClaimRequest,
        picks: &[Pick],
        look: &Look,
    ) -> Result<Vec<(usize, Mission)>, Stop> {
        let answers =
            fly(link, &[("BEGIN", Vec::new()), (sql!("transaction_id"), Vec::new())]).await?;
        let transaction = answers[1]
            .first()
            .map(|row| Columns::of(row).take())
            .transpose()
            .map_err(Stop::Refused)?
            .unwrap_or_default();
        let mut locked: Vec<(usize, LaneId, Mission)> = Vec::new();
        let mut left = MOST;
        let mut rooms = HashMap::new();
        let keys: HashMap<LaneId, &Head> =
            look.heads.iter().map(|head| (head.lane, head)).collect();
        for (lane, claimants) in by_lane(picks) {
            let Some(head) = keys.get(&lane) else { continue };
            let limits = limits_of(&head.key, &look.facts);
            let room = self.room(link, &head.key, &limits, &mut rooms).await?;
            let wanted = u32::try_from(claimants.len()).unwrap_or(u32::MAX);
            let count = wanted.min(left).min(room);
            if count == 0 {
                continue;
            }
            let (floor, now) = (directory.floor(lane), look.now.as_micros());
            let parameters = params![lane.0, floor, now, i64::from(count), At(now)];
            let rows = fly(link, &[(mission_sql!("take_ready"), parameters)]).await?;
            let taken = u32::try_from(rows[0].len()).unwrap_or(count);
            left = left.saturating_sub(taken);
            for limit in &limits {
                rooms.entry(limit.lock.clone()).and_modify(|room| *room -= taken.min(*room));
            }
            for (claimant, row) in claimants.into_iter().zip(&rows[0]) {
                match mission(row) {
                    Ok(mission) => locked.push((claimant, lane, mission)),
                    Err(error) => {
                        rollback(link).await;
                        return Err(Stop::Refused(error));
                    }
                }
            }
        }
        if locked.is_empty() {
            rollback(link).await;
            return Ok(Vec::new());
        }
        let ranks: Vec<(LaneId, Timestamp)> = locked
            .iter()
            .filter_map(|(_, lane, mission)| {
                let ticket = mission_control_missions::queue::ticket(mission)?;
                Some((*lane, ticket.rank))
            })
            .collect();
        let taken = self.begin(link, request, locked, transaction).await?;
        for (lane, rank) in ranks {
            directory.claimed(lane, rank);
        }
        Ok(taken)
    }

    async fn begin(
        &self,
        link: &mut Link,
        request: &ClaimRequest,
        locked: Vec<(usize, LaneId, Mission)>,
        transaction: String,
    ) -> Result<Vec<(usize, Mission)>, Stop> {
        let now = self.context.clock.now();
        let chance = &*self.context.chance;
        let order: Vec<(usize, MissionId)> =
            locked.iter().map(|(index, _, mission)| (*index, mission.id)).collect();
        let loaded = locked.into_iter().map(|(_, _, mission)| mission);
        let mut fold = Fold::over(loaded, HashMap::new(), now, &chance);
        let mut taken = Vec::with_capacity(order.len());
        for (index, mission) in order {
            let agent = &request.claimants[index];
            let command = Command::Claim {
                agent: agent.agent,
                agent_type: agent.agent_type.clone(),
                length: agent.lease,
            };
            let action = Action::Command { scope: Scope::All, mission, command };
            // One that a gate of its own has closed meanwhile (it expired) stays where it is.
            if let Ok(outcome) = fold.act(&action) {
                taken.extend(outcome.missions.into_iter().map(|mission| (index, mission)));
            }
        }
        let writes = fold.into_writes();
        if let Err(error) =
            self.context.lanes.intern(&self.context.pool, batch::lanes_of(&writes)).await
        {
            rollback(link).await;
            return Err(Stop::Away(error));
        }
        let calls = write::calls(writes, &self.context.lanes, now.as_micros());
        commit(link, &self.context, Begun::Yes(transaction), calls).await?;
        self.context.signals.journal_grew();
        Ok(taken)
    }

    /// How many more may run under the limits of a lane. A limited lane is counted under a lock
    /// of its own, taken in a statement before, so that two processes never both see the last
    /// place free; busy means that another one is just claiming there. What this transaction has
    /// taken under a limit is not among the leases yet: `rooms` knows.
    async fn room(
        &self,
        link: &mut Link,
        lane: &LaneKey,
        limits: &[Limit],
        rooms: &mut HashMap<String, u32>,
    ) -> Result<u32, Stop> {
        let mut least = u32::MAX;
        for Limit { most, what, name, lock } in limits {
            let room = match rooms.get(lock) {
                Some(room) => *room,
                None => {
                    let asked = [(sql!("lock_limit"), params![lock.clone()])];
                    let got = fly(link, &asked).await?;
                    let room = if first::<bool>(&got[0]).map_err(Stop::Refused)? {
                        let parameters = params![lane.project.to_string(), *what, name.clone()];
                        let counted = fly(link, &[(sql!("count_limit"), parameters)]).await?;
                        let running: i64 = first(&counted[0]).map_err(Stop::Refused)?;
                        most.saturating_sub(u32::try_from(running).unwrap_or(u32::MAX))
                    } else {
                        0
                    };
                    rooms.insert(lock.clone(), room);
                    room
                }
            };
            least = least.min(room);
        }
        Ok(least)
    }
}

/// A limit that missions of a lane share.
struct Limit {
    most: u32,
    what: &'static str,
    name: String,
    lock: String,
}

fn limits_of(lane: &LaneKey, facts: &QueueFacts) -> Vec<Limit> {
    let limits = facts.lane(lane);
    let kind = limits.kind_limit.map(|most| (most, "kind", lane.kind.to_string()));
    let key = lane.concurrency_key.as_ref().map(|key| (limits.key_limit, "key", key.to_string()));
    let limit = |(most, what, name)| {
        let lock = format!("{what}/{}/{name}", lane.project);
        Limit { most, what, name, lock }
    };
    kind.into_iter().chain(key).map(limit).collect()
}

/// For each lane, in the order of the first pick from it, who takes its missions. A lane is taken
/// from in one statement: our own locks hide nothing from a second one, which would find the same.
fn by_lane(picks: &[Pick]) -> Vec<(LaneId, Vec<usize>)> {
    let mut lanes: Vec<(LaneId, Vec<usize>)> = Vec::new();
    let mut places = HashMap::new();
    for pick in picks {
        let place = *places.entry(pick.lane).or_insert_with(|| {
            lanes.push((pick.lane, Vec::new()));
            lanes.len() - 1
        });
        lanes[place].1.extend((0..pick.count).map(|_| pick.claimant));
    }
    lanes
}

/// What earlier rounds have taken is committed and must reach its agents, whatever stops this one.
fn claims_or(claims: Claims, stop: Stop, link: &mut Option<Link>) -> Result<Claims, Stop> {
    if claims.taken.is_empty() {
        return Err(stop);
    }
    *link = None;
    Ok(claims)
}

/// How many missions of each lane are listed: as many as are wanted, while that stays a short list.
fn listed_depth(wanted: u32, lanes: usize) -> i64 {
    let fair = LISTED / i64::try_from(lanes.max(1)).unwrap_or(LISTED);
    i64::from(wanted.clamp(1, MOST)).min(fair.max(1))
}

struct Look {
    now: Timestamp,
    heads: Vec<Head>,
    facts: QueueFacts,
    next_at: Option<Timestamp>,
}

fn first<'a, T: tokio_postgres::types::FromSql<'a>>(rows: &'a [Row]) -> Result<T, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Defect("no row".to_owned()))?;
    Columns::of(row).take()
}
