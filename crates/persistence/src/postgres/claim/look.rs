//! Flight 1: the heads of lanes and what holds for them.

use mission_control_kernel::{StoreError, Timestamp};
use mission_control_missions::queue::{
    Claimant, Counted, Head, LaneId, LaneKey, QueueFacts, Rooms, listed_depth,
};

use super::super::batch::{Stop, fly};
use super::super::committer::Context;
use super::super::directory::Directory;
use super::super::facts;
use super::super::link::Link;
use super::super::load::{Columns, sql};
use super::super::values::params;
use super::rooms;

pub(super) const STATEMENTS: &[&str] = &[
    sql!("claimants"),
    sql!("lane_heads"),
    sql!("next_rank"),
    sql!("queue_settings"),
    sql!("running_by_kind"),
    sql!("running_by_key"),
    sql!("running_by_fairness"),
];

/// What is there to choose from.
pub(super) struct Look {
    pub(super) now: Timestamp,
    pub(super) heads: Vec<Head>,
    pub(super) facts: QueueFacts,
    pub(super) rooms: Rooms,
}

/// Looks without a transaction: all of it is a hint, and what is taken is judged again under its
/// lock.
pub(super) async fn look(
    context: &Context,
    link: &mut Link,
    directory: &mut Directory,
    asking: &[Claimant],
) -> Result<Look, Stop> {
    let now = context.clock.now();
    let arrivals = context.signals.arrivals();
    if context.signals.take_old_work() {
        directory.forget_floors();
    }
    directory
        .refresh(link, &context.pool, &context.lanes, arrivals)
        .await
        .map_err(Stop::Refused)?;
    let wanting: Vec<&Claimant> = asking.iter().filter(|claimant| claimant.free > 0).collect();
    let suiting = directory.lanes(|lane| suits(&wanting, lane));
    let counted = Counted::of(suiting.iter().map(|lane| &*lane.key));
    let wanted = asking.iter().map(|claimant| claimant.free).fold(0, u32::saturating_add);
    let depth = i64::try_from(listed_depth(wanted, suiting.len())).unwrap_or(i64::MAX);
    let (lanes, floors): (Vec<i64>, Vec<i64>) =
        suiting.iter().map(|lane| (lane.id.0, lane.floor)).unzip();
    let agents: Vec<String> = wanting.iter().map(|claimant| claimant.id.to_string()).collect();
    let mut calls = vec![
        (sql!("claimants"), params![agents]),
        (sql!("lane_heads"), params![lanes, floors, depth]),
    ];
    calls.extend(facts::calls(&counted));
    let answers = fly(link, &calls).await?;
    let decode = || -> Result<_, StoreError> {
        let mut heads: Vec<Head> = Vec::new();
        for row in &answers[1] {
            let mut columns = Columns::of(row);
            let lane = LaneId(columns.take()?);
            let rank = Timestamp::from_micros(columns.take()?);
            if let Some(head) = heads.last_mut().filter(|head| head.lane == lane) {
                head.ranks.push(rank);
            } else if let Some(known) = suiting.iter().find(|known| known.id == lane) {
                heads.push(Head { lane, key: known.key.clone(), ranks: vec![rank] });
            }
        }
        Ok((rooms::seen(&answers[0])?, heads, facts::read(&answers[2..])?))
    };
    let (rooms, heads, facts) = decode().map_err(Stop::Refused)?;
    let seen = heads.iter().map(|head| head.lane).collect();
    directory.keep(suiting.iter().map(|lane| lane.id), &seen);
    Ok(Look { now, heads, facts, rooms })
}

/// When the first mission for one of them may start that waits for its time.
pub(super) async fn next_at(
    link: &mut Link,
    directory: &Directory,
    asking: &[&Claimant],
    now: Timestamp,
) -> Result<Option<Timestamp>, Stop> {
    let lanes = directory.lanes(|lane| suits(asking, lane));
    let lanes: Vec<i64> = lanes.iter().map(|lane| lane.id.0).collect();
    let answers = fly(link, &[(sql!("next_rank"), params![lanes, now.as_micros()])]).await?;
    let rank = answers[0].first().map(|row| Columns::of(row).take::<Option<i64>>());
    let rank = rank.transpose().map_err(Stop::Refused)?.flatten();
    Ok(rank.map(Timestamp::from_micros))
}

fn suits(asking: &[&Claimant], lane: &LaneKey) -> bool {
    asking.iter().any(|claimant| claimant.agent.matches(lane))
}
