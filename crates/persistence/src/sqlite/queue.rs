//! What holds for whole queues: settings, what runs, who is online.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use mission_control_agents::SILENT_AFTER;
use mission_control_kernel::{MissionId, ProjectId, StoreError, Timestamp};
use mission_control_missions::queue::{
    AgentFacts, LaneId, LaneRanks, POSITION_LIMIT, QueueFacts, QueueSetting,
};
use mission_control_missions::{Kind, QueueState, QueueView};
use rusqlite::Connection;

use super::fault::Fault;
use super::load::{Columns, parse_id};
use super::writer::Tx;
use super::{lanes, sql};
use crate::row::{Reader, at, capabilities_from_json, names_from_json};

/// The kind under which a project's own setting stands; no kind is an empty word.
const WHOLE_PROJECT: &str = "";

/// What lanes are judged by when missions are claimed. Without the agents: a claim asks whether the
/// claimant itself suits a lane, not who else would.
pub(super) fn facts(connection: &Connection) -> Result<QueueFacts, Fault> {
    let reader = Reader { table: "leases", row: "" };
    Ok(QueueFacts {
        settings: settings(connection)?,
        running_by_kind: counts(connection, sql!("running_by_kind"), |word| {
            reader.parse("kind", word)
        })?,
        running_by_key: counts(connection, sql!("running_by_key"), |word| {
            reader.text("concurrency_key", word)
        })?,
        running_by_fairness: counts(connection, sql!("running_by_fairness"), |word| {
            reader.text("fairness_key", word)
        })?,
        agents: Vec::new(),
    })
}

/// What explains the waiting missions of a project.
pub(super) fn view(
    connection: &Connection,
    project: &ProjectId,
    now: Timestamp,
) -> Result<QueueView, Fault> {
    let facts = QueueFacts { agents: agents(connection, now)?, ..facts(connection)? };
    let mut fronts = Vec::new();
    for (lane, key) in lanes::of_project(connection, project.as_str())? {
        let ranks = ranks(connection, lane)?;
        if !ranks.is_empty() {
            fronts.push(LaneRanks { lane, key: Arc::new(key), ranks });
        }
    }
    Ok(QueueView { facts, lanes: fronts, now })
}

/// The queues of a project that were set or in which something runs, by kind.
pub(super) fn states(
    connection: &Connection,
    project: &ProjectId,
) -> Result<Vec<QueueState>, Fault> {
    let facts = facts(connection)?;
    let mut states: BTreeMap<Option<Kind>, QueueState> = BTreeMap::new();
    let fresh = |kind: &Option<Kind>| QueueState {
        kind: kind.clone(),
        setting: QueueSetting::default(),
        running: 0,
    };
    for ((of, kind), setting) in facts.settings {
        if of == *project {
            states.entry(kind.clone()).or_insert_with(|| fresh(&kind)).setting = setting;
        }
    }
    let mut running_in_all = 0;
    for ((of, kind), running) in facts.running_by_kind {
        if of == *project {
            let kind = Some(kind);
            states.entry(kind.clone()).or_insert_with(|| fresh(&kind)).running = running;
            running_in_all += running;
        }
    }
    if let Some(whole) = states.get_mut(&None) {
        whole.running = running_in_all;
    }
    Ok(states.into_values().collect())
}

/// Sets a queue. Whoever waits looks again: it may be open now.
pub(super) fn set(
    tx: &mut Tx<'_>,
    project: &ProjectId,
    kind: Option<&Kind>,
    setting: QueueSetting,
) -> Result<(), Fault> {
    tx.connection.prepare_cached(sql!("set_queue"))?.execute((
        project.as_str(),
        kind.map_or(WHOLE_PROJECT, Kind::as_str),
        setting.paused,
        setting.limit,
        setting.key_limit,
    ))?;
    tx.effects.arrived = true;
    Ok(())
}

fn ranks(connection: &Connection, lane: LaneId) -> Result<Vec<(Timestamp, MissionId)>, Fault> {
    let mut statement = connection.prepare_cached(sql!("ready_ranks"))?;
    let mut rows = statement.query((lane.0, POSITION_LIMIT))?;
    let mut ranks = Vec::new();
    while let Some(row) = rows.next()? {
        ranks.push((at(row.get(0)?), parse_id(&row.get::<_, String>(1)?)?));
    }
    Ok(ranks)
}

fn settings(
    connection: &Connection,
) -> Result<HashMap<(ProjectId, Option<Kind>), QueueSetting>, Fault> {
    let mut statement = connection.prepare_cached(sql!("queue_settings"))?;
    let mut rows = statement.query(())?;
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

fn counts<K: Eq + std::hash::Hash>(
    connection: &Connection,
    sql: &str,
    key: impl Fn(&str) -> Result<K, StoreError>,
) -> Result<HashMap<(ProjectId, K), u32>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(())?;
    let mut counts = HashMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let (project, word): (String, String) = (columns.take()?, columns.take()?);
        let project = Reader { table: "leases", row: &project }.parse("project_id", &project)?;
        counts.insert((project, key(&word)?), columns.take()?);
    }
    Ok(counts)
}

/// The agents that may take missions now.
fn agents(connection: &Connection, now: Timestamp) -> Result<Vec<AgentFacts>, Fault> {
    let mut statement = connection.prepare_cached(sql!("agents_active"))?;
    let mut rows = statement.query([now.minus(SILENT_AFTER).as_micros()])?;
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
