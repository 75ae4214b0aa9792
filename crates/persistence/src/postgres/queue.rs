//! What explains the queue, and what operators set for it.

use std::collections::{BTreeMap, HashMap};

use mission_control_kernel::{MissionId, ProjectId, StoreError, Timestamp};
use mission_control_missions::Kind;
use mission_control_missions::queue::{LaneId, LaneRanks, POSITION_LIMIT, QueueSetting};
use mission_control_missions::{QueueState, QueueView};

use super::batch::parse_id;
use super::facts;
use super::lanes::LaneIds;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::params;

pub(super) async fn view(
    pool: &Pool,
    lanes: &LaneIds,
    project: &ProjectId,
    now: Timestamp,
) -> Result<QueueView, StoreError> {
    let settings = pool.query(sql!("queue_settings"), &Vec::new()).await?;
    let running = pool.query(sql!("running_counts"), &Vec::new()).await?;
    let agents = pool.query(sql!("active_agents"), &facts::active_since(now)).await?;
    let limit = i64::from(POSITION_LIMIT);
    let parameters = params![project.to_string(), now.as_micros(), limit];
    let rows = pool.query(sql!("lane_ranks"), &parameters).await?;
    let mut ranks: BTreeMap<i64, Vec<(Timestamp, MissionId)>> = BTreeMap::new();
    for row in &rows {
        let mut columns = Columns::of(row);
        let lane: i64 = columns.take()?;
        let rank = Timestamp::from_micros(columns.take()?);
        ranks.entry(lane).or_default().push((rank, parse_id(columns.take()?)?));
    }
    let ids: Vec<i64> = ranks.keys().copied().collect();
    lanes.meet(pool, &ids).await?;
    let lanes = ranks
        .into_iter()
        .filter_map(|(id, ranks)| Some(LaneRanks { lane: LaneId(id), key: lanes.key(id)?, ranks }))
        .collect();
    Ok(QueueView { facts: facts::read(&settings, &running, &agents)?, lanes, now })
}

pub(super) async fn states(
    pool: &Pool,
    project: &ProjectId,
) -> Result<Vec<QueueState>, StoreError> {
    let settings = pool.query(sql!("queue_settings"), &Vec::new()).await?;
    let mut settings: HashMap<Option<Kind>, QueueSetting> = facts::read_settings(&settings)?
        .into_iter()
        .filter(|((of, _), _)| of == project)
        .map(|((_, kind), setting)| (kind, setting))
        .collect();
    let rows = pool.query(sql!("kinds_in_use"), &params![project.to_string()]).await?;
    let mut states = Vec::new();
    let mut running_in_all: u32 = 0;
    for row in &rows {
        let mut columns = Columns::of(row);
        let name: &str = columns.take()?;
        let reader = crate::row::Reader { table: "leases", row: name };
        let kind: Kind = reader.parse("kind", name)?;
        let running: u32 = reader.count("kind", columns.take()?)?;
        running_in_all = running_in_all.saturating_add(running);
        let setting = settings.remove(&Some(kind.clone())).unwrap_or_default();
        states.push(QueueState { kind: Some(kind), setting, running });
    }
    states.extend(settings.into_iter().map(|(kind, setting)| {
        let running = if kind.is_none() { running_in_all } else { 0 };
        QueueState { kind, setting, running }
    }));
    states.sort_by(|one, other| one.kind.cmp(&other.kind));
    Ok(states)
}

pub(super) async fn set(
    pool: &Pool,
    project: &ProjectId,
    kind: Option<&Kind>,
    setting: QueueSetting,
) -> Result<(), StoreError> {
    let parameters = params![
        project.to_string(),
        kind.map(ToString::to_string).unwrap_or_default(),
        setting.paused,
        setting.limit.map(i64::from),
        setting.key_limit.map(i64::from),
    ];
    pool.write(sql!("set_queue"), &parameters).await.map(|_| ())
}
