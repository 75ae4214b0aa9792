//! Flights 2 and 3: lock the agents, then the first missions of each lane that was picked, begin
//! them, commit.

use std::collections::{BTreeSet, HashMap};

use mission_control_kernel::{MissionId, Scope, StoreError, Timestamp};
use mission_control_missions::queue::{Head, LaneId, Pick, Rooms, ticket};
use mission_control_missions::{Action, Actor, ClaimRequest, Command, Mission};

use super::super::batch::{self, Begun, Stop, commit, fly, rollback};
use super::super::directory::Directory;
use super::super::link::Link;
use super::super::load::{Columns, mission, mission_sql, sql};
use super::super::values::{At, params};
use super::Claimer;
use super::limits::{Left, limits_of};
use super::look::Look;
use super::rooms;
use crate::batch::Fold;

pub(super) const STATEMENTS: &[&str] = &[
    sql!("transaction_id"),
    sql!("lock_claimants"),
    sql!("held_by"),
    sql!("lock_limit"),
    sql!("count_kind"),
    sql!("count_key"),
    mission_sql!("take_ready"),
];

/// What became of picks.
pub(super) struct Taken {
    /// These have begun, for the claimants with these places.
    pub(super) missions: Vec<(usize, Mission)>,
    /// What room there was before.
    pub(super) rooms: Rooms,
    /// The rows of some agents were locked by others, so nothing was taken for these.
    pub(super) agents_busy: bool,
}

/// A mission that is locked, for whom, and from which lane.
struct Locked {
    claimant: usize,
    lane: LaneId,
    mission: Mission,
}

/// A transaction in which the agents' rows are locked, except those that others hold.
struct Open {
    id: String,
    rooms: Rooms,
    agents_busy: bool,
}

impl Claimer {
    pub(super) async fn take(
        &self,
        link: &mut Link,
        directory: &mut Directory,
        request: &ClaimRequest,
        picks: &[Pick],
        look: &Look,
    ) -> Result<Taken, Stop> {
        if picks.is_empty() {
            let rooms = look.rooms.clone();
            return Ok(Taken { missions: Vec::new(), rooms, agents_busy: false });
        }
        let agents: BTreeSet<String> = picks
            .iter()
            .map(|pick| request.claimants[pick.claimant].claimant.id.to_string())
            .collect();
        let open = open(link, agents.into_iter().collect()).await?;
        let agents_busy = open.agents_busy;
        // Agents without a pick are not locked, nor those that others hold; what was seen of them
        // still holds for a hint.
        let mut rooms = look.rooms.clone();
        rooms.set_all(&open.rooms);
        let locked = match lock(link, directory, request, picks, look, &open.rooms).await {
            Ok(locked) => locked,
            Err(stop) => {
                rollback(link).await;
                return Err(stop);
            }
        };
        if locked.is_empty() {
            rollback(link).await;
            return Ok(Taken { missions: Vec::new(), rooms, agents_busy });
        }
        let ranks: Vec<(LaneId, Timestamp)> = locked
            .iter()
            .filter_map(|locked| Some((locked.lane, ticket(&locked.mission)?.rank)))
            .collect();
        let missions = self.begin(link, request, locked, open.id).await?;
        for (lane, rank) in ranks {
            directory.claimed(lane, rank);
        }
        Ok(Taken { missions, rooms, agents_busy })
    }

    async fn begin(
        &self,
        link: &mut Link,
        request: &ClaimRequest,
        locked: Vec<Locked>,
        transaction: String,
    ) -> Result<Vec<(usize, Mission)>, Stop> {
        let now = self.context.clock.now();
        let chance = &*self.context.chance;
        let order: Vec<(usize, MissionId)> =
            locked.iter().map(|locked| (locked.claimant, locked.mission.id)).collect();
        let loaded = locked.into_iter().map(|locked| locked.mission);
        let mut fold = Fold::over(loaded, HashMap::new(), now, &chance);
        let mut taken = Vec::with_capacity(order.len());
        for (index, mission) in order {
            let asking = &request.claimants[index];
            let command = Command::Claim {
                agent: asking.claimant.id,
                agent_type: asking.agent_type.clone(),
                length: asking.lease,
            };
            let action = Action::Command { scope: Scope::All, mission, command };
            // One that a gate of its own has closed meanwhile (it expired) stays where it is.
            if let Ok(outcome) = fold.act(&action, &Actor::Agent(asking.claimant.id)) {
                taken.extend(outcome.missions.into_iter().map(|mission| (index, mission)));
            }
        }
        let calls = match batch::calls(&self.context, fold.into_writes(), now).await {
            Ok(calls) => calls,
            Err(stop) => {
                rollback(link).await;
                return Err(stop);
            }
        };
        commit(link, &self.context, Begun::Yes(transaction), calls).await?;
        self.context.signals.journal_grew();
        Ok(taken)
    }
}

/// Begins, locks the agents, and counts what they hold. Those that others hold have no room for now:
/// nobody waits for them.
async fn open(link: &mut Link, agents: Vec<String>) -> Result<Open, Stop> {
    let asked = agents.len();
    let calls = [
        ("BEGIN", Vec::new()),
        (sql!("transaction_id"), Vec::new()),
        (sql!("lock_claimants"), params![agents.clone()]),
        (sql!("held_by"), params![agents]),
    ];
    let answers = fly(link, &calls).await?;
    let decode = || -> Result<Open, StoreError> {
        let id = answers[1].first().ok_or_else(|| StoreError::Defect("no row".to_owned()))?;
        let rooms = rooms::locked(&answers[2], &answers[3])?;
        Ok(Open { id: Columns::of(id).take()?, rooms, agents_busy: answers[2].len() < asked })
    };
    match decode() {
        Ok(open) => Ok(open),
        Err(error) => {
            rollback(link).await;
            Err(Stop::Refused(error))
        }
    }
}

/// Locks the first missions of each lane that was picked, as many as limits and rooms allow.
async fn lock(
    link: &mut Link,
    directory: &Directory,
    request: &ClaimRequest,
    picks: &[Pick],
    look: &Look,
    rooms: &Rooms,
) -> Result<Vec<Locked>, Stop> {
    let mut locked: Vec<Locked> = Vec::new();
    let (mut rooms, mut left) = (rooms.clone(), Left::default());
    let heads: HashMap<LaneId, &Head> = look.heads.iter().map(|head| (head.lane, head)).collect();
    let agent = |claimant: usize| request.claimants[claimant].claimant.id;
    for (lane, claimants) in by_lane(picks) {
        let Some(head) = heads.get(&lane) else { continue };
        let mut promised = rooms.clone();
        let served: Vec<usize> = claimants
            .into_iter()
            .filter(|claimant| {
                let has_room = promised.left(agent(*claimant)) > 0;
                promised.take(agent(*claimant), 1);
                has_room
            })
            .collect();
        let limits = limits_of(&head.key, &look.facts);
        let most = left.under(link, &head.key, &limits).await?;
        let count = u32::try_from(served.len()).unwrap_or(u32::MAX).min(most);
        if count == 0 {
            continue;
        }
        let (floor, now) = (directory.floor(lane), look.now.as_micros());
        let parameters = params![lane.0, floor, now, i64::from(count), At(now)];
        let rows = fly(link, &[(mission_sql!("take_ready"), parameters)]).await?;
        left.take(&limits, u32::try_from(rows[0].len()).unwrap_or(count));
        for (claimant, row) in served.into_iter().zip(&rows[0]) {
            let mission = mission(row).map_err(Stop::Refused)?;
            rooms.take(agent(claimant), 1);
            locked.push(Locked { claimant, lane, mission });
        }
    }
    Ok(locked)
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
