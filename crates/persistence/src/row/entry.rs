//! The row of a journal entry: what is asked for by SQL in columns, the rest as JSON.

use std::collections::BTreeMap;

use mission_control::{JournalEntry, Removal, agents, missions};
use mission_control_kernel::{LeaseId, StoreError};
use mission_control_missions::{Actor, Why};
use serde::{Deserialize, Serialize};

use super::read::{Reader, at};

/// The columns of `journal`; about a mission or about an agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct EntryRow {
    pub(crate) at: i64,
    pub(crate) project_id: String,
    pub(crate) mission_id: Option<String>,
    pub(crate) agent_id: Option<String>,
    /// The mission's count of entries; 0 for an agent.
    pub(crate) version: i64,
    pub(crate) event: String,
    pub(crate) data: String,
}

/// The version of the JSON below, so that a later one can read what an earlier one wrote.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct MissionJson {
    v: u8,
    /// None for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<ByJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    priority: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was_priority: Option<String>,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    lease: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    progress: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    tokens: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    cost: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    duration: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    timed: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    dead: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    held: i64,
}

/// Who asked, by what they are.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ByJson {
    Principal(String),
    Agent(String),
}

#[derive(Serialize, Deserialize)]
struct AgentJson {
    v: u8,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct RemovalJson {
    v: u8,
    first: String,
    last: String,
    /// Status, priority, how many.
    cells: Vec<(String, String, i64)>,
    tokens: i64,
    cost: i64,
    duration: i64,
    timed: i64,
    /// Agent, completed, failed.
    standings: Vec<(String, u64, u64)>,
}

/// The event of an entry that is about no one mission and no agent.
const REMOVED: &str = "removed";

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// The row of an entry.
pub(crate) fn entry_to_row(entry: &JournalEntry) -> EntryRow {
    match entry {
        JournalEntry::Mission(entry) => mission_row(entry),
        JournalEntry::Agent(entry) => EntryRow {
            at: entry.at.as_micros(),
            project_id: entry.project.to_string(),
            mission_id: None,
            agent_id: Some(entry.agent.to_string()),
            version: 0,
            event: entry.event.to_string(),
            data: to_json(&AgentJson { v: VERSION, name: entry.name.to_string() }),
        },
        JournalEntry::Removal(entry) => removal_row(entry),
    }
}

fn mission_row(entry: &missions::Entry) -> EntryRow {
    let data = MissionJson {
        v: VERSION,
        by: by_json(&entry.by),
        failure: entry.why.as_ref().and_then(|why| why.failure).map(|class| class.to_string()),
        reason: entry.why.as_ref().map(|why| why.reason.to_string()),
        from: entry.from.map(|status| status.to_string()),
        to: entry.to.to_string(),
        outcome: entry.outcome.map(|outcome| outcome.to_string()),
        priority: entry.priority.to_string(),
        was_priority: entry.was_priority.map(|priority| priority.to_string()),
        kind: entry.kind.to_string(),
        run: entry.run.map(|run| run.to_string()),
        root: (entry.root != entry.mission).then(|| entry.root.to_string()),
        lease: entry.lease.number(),
        attempt: entry.attempt,
        progress: entry.progress.percent(),
        tokens: entry.delta.tokens,
        cost: entry.delta.cost_nanos,
        duration: entry.delta.duration_micros,
        timed: entry.delta.timed,
        dead: entry.delta.dead_letter,
        held: entry.delta.held,
    };
    EntryRow {
        at: entry.at.as_micros(),
        project_id: entry.project.to_string(),
        mission_id: Some(entry.mission.to_string()),
        agent_id: entry.agent.map(|agent| agent.to_string()),
        version: entry.version,
        event: entry.event.to_string(),
        data: to_json(&data),
    }
}

fn removal_row(entry: &Removal) -> EntryRow {
    let Removal { at, project, span: (first, last), counted, standings } = entry;
    let cells = counted.cells.iter();
    let data = RemovalJson {
        v: VERSION,
        first: first.to_string(),
        last: last.to_string(),
        cells: cells.map(|((to, how), n)| (to.to_string(), how.to_string(), *n)).collect(),
        tokens: counted.sums.tokens,
        cost: counted.sums.cost_nanos,
        duration: counted.sums.duration_micros,
        timed: counted.sums.timed,
        standings: standings
            .iter()
            .map(|(agent, standing)| (agent.to_string(), standing.completed, standing.failed))
            .collect(),
    };
    EntryRow {
        at: at.as_micros(),
        project_id: project.to_string(),
        mission_id: None,
        agent_id: None,
        version: 0,
        event: REMOVED.to_owned(),
        data: to_json(&data),
    }
}

/// The entry that a row shows.
///
/// # Errors
/// `Corrupt` when a column holds what no entry has.
pub(crate) fn entry_from_row(row: &EntryRow) -> Result<JournalEntry, StoreError> {
    match row.mission_id.as_deref() {
        Some(mission) => mission_entry(row, mission).map(JournalEntry::Mission),
        None if row.agent_id.is_some() => agent_entry(row).map(JournalEntry::Agent),
        None => removal_entry(row).map(JournalEntry::Removal),
    }
}

fn mission_entry(row: &EntryRow, mission: &str) -> Result<missions::Entry, StoreError> {
    let reader = Reader { table: "journal", row: mission };
    let data: MissionJson = reader.json("data", &row.data)?;
    let mission = reader.parse("mission_id", mission)?;
    Ok(missions::Entry {
        at: at(row.at),
        project: reader.parse("project_id", &row.project_id)?,
        mission,
        version: row.version,
        event: reader.parse("event", &row.event)?,
        by: actor(&reader, data.by)?,
        why: why(&reader, data.failure.as_deref(), data.reason.as_deref())?,
        from: reader.parse_some("data.from", data.from.as_deref())?,
        to: reader.parse("data.to", &data.to)?,
        outcome: reader.parse_some("data.outcome", data.outcome.as_deref())?,
        priority: reader.parse("data.priority", &data.priority)?,
        was_priority: reader.parse_some("data.was_priority", data.was_priority.as_deref())?,
        kind: reader.parse("data.kind", &data.kind)?,
        run: reader.parse_some("data.run", data.run.as_deref())?,
        root: reader.parse_some("data.root", data.root.as_deref())?.unwrap_or(mission),
        agent: reader.parse_some("agent_id", row.agent_id.as_deref())?,
        lease: LeaseId::new(data.lease),
        attempt: data.attempt,
        progress: missions::Progress::parse(data.progress)
            .map_err(|_| reader.corrupt("data.progress"))?,
        delta: missions::Delta {
            tokens: data.tokens,
            cost_nanos: data.cost,
            duration_micros: data.duration,
            timed: data.timed,
            dead_letter: data.dead,
            held: data.held,
        },
    })
}

fn by_json(by: &Actor) -> Option<ByJson> {
    match by {
        Actor::Principal(name) => Some(ByJson::Principal(name.to_string())),
        Actor::Agent(agent) => Some(ByJson::Agent(agent.to_string())),
        Actor::System => None,
    }
}

fn actor(reader: &Reader<'_>, by: Option<ByJson>) -> Result<Actor, StoreError> {
    Ok(match by {
        Some(ByJson::Principal(name)) => Actor::Principal(reader.text("data.by", &name)?),
        Some(ByJson::Agent(agent)) => Actor::Agent(reader.parse("data.by", &agent)?),
        None => Actor::System,
    })
}

/// Who asked, where something that somebody asked for is kept to be done; none for nobody.
pub(super) fn by_to_text(by: &Actor) -> Option<String> {
    by_json(by).as_ref().map(to_json)
}

pub(super) fn by_from_text(reader: &Reader<'_>, text: Option<&str>) -> Result<Actor, StoreError> {
    actor(reader, text.map(|text| reader.json("asked_by", text)).transpose()?)
}

fn why(
    reader: &Reader<'_>,
    failure: Option<&str>,
    reason: Option<&str>,
) -> Result<Option<Why>, StoreError> {
    if failure.is_none() && reason.is_none() {
        return Ok(None);
    }
    let failure = reader.parse_some("data.failure", failure)?;
    Ok(Some(Why { failure, reason: reader.text("data.reason", reason.unwrap_or_default())? }))
}

fn agent_entry(row: &EntryRow) -> Result<agents::AgentEntry, StoreError> {
    let reader = Reader { table: "journal", row: row.agent_id.as_deref().unwrap_or("") };
    let data: AgentJson = reader.json("data", &row.data)?;
    Ok(agents::AgentEntry {
        at: at(row.at),
        project: reader.parse("project_id", &row.project_id)?,
        agent: reader.parse("agent_id", reader.need("agent_id", row.agent_id.as_deref())?)?,
        name: reader.text("data.name", &data.name)?,
        event: reader.parse("event", &row.event)?,
    })
}

fn removal_entry(row: &EntryRow) -> Result<Removal, StoreError> {
    let reader = Reader { table: "journal", row: &row.project_id };
    if row.event != REMOVED {
        return Err(reader.corrupt("event"));
    }
    let data: RemovalJson = reader.json("data", &row.data)?;
    let sums = missions::Delta {
        tokens: data.tokens,
        cost_nanos: data.cost,
        duration_micros: data.duration,
        timed: data.timed,
        dead_letter: 0,
        held: 0,
    };
    let mut counted = missions::Totals { sums, ..missions::Totals::default() };
    for (status, priority, n) in &data.cells {
        let cell = (reader.parse("data.cells", status)?, reader.parse("data.cells", priority)?);
        counted.cells.insert(cell, *n);
    }
    let mut standings = BTreeMap::new();
    for (agent, completed, failed) in data.standings {
        let standing = agents::Standing { completed, failed };
        standings.insert(reader.parse("data.standings", &agent)?, standing);
    }
    Ok(Removal {
        at: at(row.at),
        project: reader.parse("project_id", &row.project_id)?,
        span: (reader.parse("data.first", &data.first)?, reader.parse("data.last", &data.last)?),
        counted,
        standings,
    })
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("strings and finite numbers are always JSON")
}
