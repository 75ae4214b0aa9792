//! What holds for whole queues: settings, what runs, who is online.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_agents::SILENT_AFTER;
use mission_control_kernel::{MissionId, ProjectId, StoreError, Timestamp};
use mission_control_missions::queue::{
    AgentFacts, Counted, FAIRNESS_COUNTED, LANES_LOOKED_AT, LaneId, LaneKey, LaneRanks,
    POSITION_LIMIT, QueueFacts, QueueSetting, Ticket, explained_depth, last_ahead, ticket,
};
use mission_control_missions::{Kind, Mission, QueueView};
use rusqlite::Connection;

use super::fault::Fault;
use super::load::Columns;
use super::{lanes, sql};
use crate::row::{Reader, at, capabilities_from_json, names_from_json};

/// The kind under which a project's own setting stands; no kind is an empty word.
pub(super) const WHOLE_PROJECT: &str = "";

/// What lanes are judged by when missions are claimed. Without the agents: a claim asks whether the
/// claimant itself suits a lane, not who else would.
pub(super) fn facts(connection: &Connection, counted: &Counted) -> Result<QueueFacts, Fault> {
    let mut facts = QueueFacts::default();
    for project in &counted.projects {
        facts.settings.extend(settings(connection, project)?);
        let limited = kinds(connection, sql!("running_by_kind"), project)?;
        let of_project = limited.into_iter().map(|(kind, count)| ((project.clone(), kind), count));
        facts.running_by_kind.extend(of_project);
    }
    for key in &counted.keys {
        let count = connection
            .prepare_cached(sql!("running_by_key"))?
            .query_row((key.0.as_str(), key.1.as_str()), |row| row.get(0))?;
        facts.running_by_key.insert(key.clone(), count);
    }
    for key in &counted.fairness {
        let count = connection
            .prepare_cached(sql!("running_by_fairness"))?
            .query_row((key.0.as_str(), key.1.as_str(), FAIRNESS_COUNTED), |row| row.get(0))?;
        facts.running_by_fairness.insert(key.clone(), count);
    }
    Ok(facts)
}

/// What explains a waiting mission.
pub(super) fn view(
    connection: &Connection,
    mission: &Mission,
    now: Timestamp,
    ageing: Duration,
) -> Result<QueueView, Fault> {
    let key = LaneKey::of(mission);
    let (lanes, whole) = match ticket(mission).filter(|ticket| ticket.rank <= now) {
        Some(ticket) => ahead(connection, mission.id, &ticket, now, ageing)?,
        None => (Vec::new(), true),
    };
    let counted = Counted::of(lanes.iter().map(|lane| &*lane.key).chain([&key]));
    let agents = agents(connection, &mission.project, now)?;
    let facts = QueueFacts { agents, ..facts(connection, &counted)? };
    Ok(QueueView { facts, lanes, whole, now })
}

/// The lanes of the ticket's kind with what may come before it, and whether these are all.
fn ahead(
    connection: &Connection,
    mission: MissionId,
    ticket: &Ticket,
    now: Timestamp,
    ageing: Duration,
) -> Result<(Vec<LaneRanks>, bool), Fault> {
    let ids = lanes::in_use(connection, LANES_LOOKED_AT)?;
    let whole = ids.len() < LANES_LOOKED_AT;
    let mut found = Vec::new();
    for id in ids {
        let key = lanes::read(connection, id)?;
        let own = &ticket.lane;
        if key.project == own.project && key.kind == own.kind && key != *own {
            found.push((LaneId(id), Arc::new(key)));
        }
    }
    let depth = explained_depth(found.len() + 1);
    let mut lanes = Vec::with_capacity(found.len() + 1);
    // Its own lane is asked for by itself: it may stand behind those that are looked at.
    if let Some(id) = lanes::find(connection, &ticket.lane)? {
        let ranks = up_to(connection, LaneId(id), mission, ticket)?;
        let key = Arc::new(ticket.lane.clone());
        lanes.push(listed(LaneId(id), key, ranks, POSITION_LIMIT as usize));
    }
    for (lane, key) in found {
        let last = last_ahead(&key, ticket, now, ageing);
        let ranks = until(connection, lane, last, depth + 1)?;
        lanes.push(listed(lane, key, ranks, depth));
    }
    lanes.retain(|lane| !lane.ranks.is_empty());
    Ok((lanes, whole))
}

fn listed(lane: LaneId, key: Arc<LaneKey>, mut ranks: Vec<Timestamp>, depth: usize) -> LaneRanks {
    let whole = ranks.len() <= depth;
    ranks.truncate(depth);
    LaneRanks { lane, key, ranks, whole }
}

/// The mission's own lane, up to the mission.
fn up_to(
    connection: &Connection,
    lane: LaneId,
    mission: MissionId,
    ticket: &Ticket,
) -> rusqlite::Result<Vec<Timestamp>> {
    let values = (lane.0, ticket.rank.as_micros(), mission.to_string(), POSITION_LIMIT + 1);
    connection
        .prepare_cached(sql!("lane_up_to"))?
        .query_map(values, |row| Ok(at(row.get(0)?)))?
        .collect()
}

fn until(
    connection: &Connection,
    lane: LaneId,
    last: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Timestamp>> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    connection
        .prepare_cached(sql!("lane_front_until"))?
        .query_map((lane.0, last.as_micros(), limit), |row| Ok(at(row.get(0)?)))?
        .collect()
}

fn settings(
    connection: &Connection,
    project: &ProjectId,
) -> Result<HashMap<(ProjectId, Option<Kind>), QueueSetting>, Fault> {
    let mut statement = connection.prepare_cached(sql!("queue_settings"))?;
    let mut rows = statement.query([project.as_str()])?;
    let mut settings = HashMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let (project, kind): (String, String) = (columns.take()?, columns.take()?);
        let reader = Reader { table: "queues", row: &project };
        let kind = match kind.as_str() {
            WHOLE_PROJECT => None,
            kind => Some(reader.parse("kind", kind)?),
        };
        let setting = QueueSetting {
            paused: columns.take()?,
            limit: columns.take()?,
            key_limit: columns.take()?,
        };
        settings.insert((reader.parse("project_id", &project)?, kind), setting);
    }
    Ok(settings)
}

/// Running missions of a project by their kinds.
pub(super) fn kinds(
    connection: &Connection,
    sql: &str,
    project: &ProjectId,
) -> Result<Vec<(Kind, u32)>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([project.as_str()])?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get("kind")?;
        let reader = Reader { table: "leases", row: &kind };
        counts.push((reader.parse("kind", &kind)?, row.get("running")?));
    }
    Ok(counts)
}

/// The agents of a project that may take missions now.
fn agents(
    connection: &Connection,
    project: &ProjectId,
    now: Timestamp,
) -> Result<Vec<AgentFacts>, Fault> {
    let mut statement = connection.prepare_cached(sql!("agents_active"))?;
    let mut rows = statement.query((project.as_str(), now.minus(SILENT_AFTER).as_micros()))?;
    let mut agents = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let project: String = columns.take()?;
        let reader = Reader { table: "agents", row: &project };
        let kinds: Option<String> = columns.take()?;
        let capabilities: Option<String> = columns.take()?;
        agents.push(AgentFacts {
            project: reader.parse("project_id", &project)?,
            kinds: kinds.map(|text| known_kinds(&reader, &text)).transpose()?,
            capabilities: capabilities_from_json(&reader, "capabilities", capabilities.as_deref())?,
        });
    }
    Ok(agents)
}

/// The kinds that an agent performs. A name that no mission can have as its kind matches nothing.
fn known_kinds(reader: &Reader<'_>, text: &str) -> Result<Vec<Kind>, StoreError> {
    let names = names_from_json(reader, "kinds", text)?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}
