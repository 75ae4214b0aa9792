//! Agents: lock, decide, write, tell the journal, in one transaction.

use deadpool_postgres::Client;
use mission_control::JournalEntry;
use mission_control_agents::{
    Agent, AgentCommand, AgentEntry, AgentEvent, AgentRefusal, AgentVerdict, Registration,
    SILENT_AFTER, decide,
};
use mission_control_kernel::{AgentId, Clock, ProjectId, Scope, StoreError, Timestamp};
use tokio_postgres::{Row, Transaction};

use super::load::{Columns, sql};
use super::pool::Pool;
use super::reads::projects;
use super::signals::Signals;
use super::values::{At, Params, commit_error, params, store_error};
use super::write;
use crate::row::{
    Reader, at, capabilities_from_json, entry_to_row, lane_capabilities, names_from_json,
    names_to_json,
};

macro_rules! agent_sql {
    ($file:literal) => {
        concat!(
            include_str!("../../sql/postgres/agent_columns.sql"),
            include_str!(concat!("../../sql/postgres/", $file, ".sql"))
        )
    };
}

pub(super) async fn register(
    mut client: Client,
    clock: &dyn Clock,
    signals: &Signals,
    registration: Registration,
) -> Result<(Agent, bool), StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let now = clock.now();
    let enlisted = Agent::enlist(registration.clone(), now);
    // The unique name decides between two that register at once; the other one waits here.
    let made = query(&transaction, sql!("insert_agent"), &agent_params(&enlisted)).await?;
    let (agent, event, new) = if made.is_empty() {
        let parameters = params![registration.project.to_string(), registration.name.to_string()];
        let rows = query(&transaction, agent_sql!("lock_agent_by_name"), &parameters).await?;
        let found = rows
            .first()
            .ok_or_else(|| StoreError::Busy("the agent is being removed".to_owned()))?;
        let found = agent(found)?;
        match decide(&found, &AgentCommand::Register(registration), 0, now) {
            Ok((Some(next), event)) => (next, event, false),
            Ok((None, _)) | Err(_) => (found, None, false),
        }
    } else {
        (enlisted, Some(AgentEvent::Registered), true)
    };
    if !new {
        query(&transaction, sql!("update_agent"), &agent_params(&agent)).await?;
    }
    tell(&transaction, &agent, event, now).await?;
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    nudge(signals, event);
    Ok((agent, new))
}

pub(super) async fn command(
    mut client: Client,
    clock: &dyn Clock,
    signals: &Signals,
    scope: &Scope,
    id: AgentId,
    command: AgentCommand,
) -> Result<AgentVerdict, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let parameters = params![id.to_string(), projects(scope)];
    // Whoever only refers to an agent need not wait for it, unless it is about to be removed.
    let lock = match command {
        AgentCommand::Remove => agent_sql!("lock_agent_to_remove"),
        AgentCommand::Register(_)
        | AgentCommand::Heartbeat
        | AgentCommand::Drain
        | AgentCommand::Disable
        | AgentCommand::Enable
        | AgentCommand::FallSilent => agent_sql!("lock_agent"),
    };
    let rows = query(&transaction, lock, &parameters).await?;
    let Some(row) = rows.first() else { return Ok(Err(AgentRefusal::NotFound)) };
    let found = agent(row)?;
    let now = clock.now();
    let running = match command {
        AgentCommand::Remove => running(&transaction, id).await?,
        AgentCommand::Register(_)
        | AgentCommand::Heartbeat
        | AgentCommand::Drain
        | AgentCommand::Disable
        | AgentCommand::Enable
        | AgentCommand::FallSilent => 0,
    };
    let (next, event) = match decide(&found, &command, running, now) {
        Ok(decided) => decided,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match &next {
        Some(next) if *next == found => {}
        Some(next) => {
            query(&transaction, sql!("update_agent"), &agent_params(next)).await?;
        }
        None => {
            query(&transaction, sql!("delete_agent"), &params![id.to_string()]).await?;
        }
    }
    tell(&transaction, next.as_ref().unwrap_or(&found), event, now).await?;
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    nudge(signals, event);
    Ok(Ok(next))
}

pub(super) async fn one(
    pool: &Pool,
    scope: &Scope,
    id: AgentId,
) -> Result<Option<Agent>, StoreError> {
    let parameters = params![id.to_string(), projects(scope)];
    let rows = pool.query(agent_sql!("agent_by_id"), &parameters).await?;
    rows.first().map(agent).transpose()
}

pub(super) async fn all(pool: &Pool, project: &ProjectId) -> Result<Vec<Agent>, StoreError> {
    let rows = pool.query(agent_sql!("agents_of"), &params![project.to_string()]).await?;
    rows.iter().map(agent).collect()
}

pub(super) async fn silent(
    pool: &Pool,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<AgentId>, StoreError> {
    let before = At(now.minus(SILENT_AFTER).as_micros());
    let rows = pool.query(sql!("silent_agents"), &params![before, i64::from(limit)]).await?;
    rows.iter()
        .map(|row| {
            let id: &str = Columns::of(row).take()?;
            Reader { table: "agents", row: id }.parse("id", id)
        })
        .collect()
}

/// A change of an agent is told to the journal, and may open or close work.
fn nudge(signals: &Signals, event: Option<AgentEvent>) {
    if event.is_some() {
        signals.work_arrived();
    }
}

async fn tell(
    transaction: &Transaction<'_>,
    agent: &Agent,
    event: Option<AgentEvent>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(event) = event else { return Ok(()) };
    let entry = JournalEntry::Agent(AgentEntry {
        at: now,
        project: agent.project.clone(),
        agent: agent.id,
        name: agent.name.clone(),
        event,
    });
    let row = entry_to_row(&entry);
    query(transaction, sql!("insert_journal"), &write::journal(vec![row], now.as_micros()))
        .await
        .map(|_| ())
}

async fn running(transaction: &Transaction<'_>, id: AgentId) -> Result<u32, StoreError> {
    let rows = query(transaction, sql!("running_of_agent"), &params![id.to_string()]).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

async fn query(
    transaction: &Transaction<'_>,
    sql: &str,
    params: &Params,
) -> Result<Vec<Row>, StoreError> {
    transaction.query(sql, &super::link::refs(params)).await.map_err(|error| store_error(&error))
}

fn agent_params(agent: &Agent) -> Params {
    params![
        agent.id.to_string(),
        agent.project.to_string(),
        agent.name.to_string(),
        agent.agent_type.to_string(),
        lane_capabilities(&agent.capabilities),
        agent.kinds.as_ref().map(|kinds| names_to_json(kinds.iter().map(|kind| kind.as_str()))),
        i64::from(agent.max_concurrent),
        agent.duty.as_str(),
        agent.online,
        At(agent.registered_at.as_micros()),
        At(agent.connected_at.as_micros()),
        At(agent.last_active.as_micros()),
        At(agent.last_state_change.as_micros()),
    ]
}

fn agent(row: &Row) -> Result<Agent, StoreError> {
    let mut c = Columns::of(row);
    let id: String = c.take()?;
    let reader = Reader { table: "agents", row: &id };
    let project = reader.parse("project_id", c.take()?)?;
    let name = reader.text("name", c.take()?)?;
    let agent_type = reader.text("agent_type", c.take()?)?;
    let capabilities: Option<String> = c.take()?;
    let kinds: Option<String> = c.take()?;
    let kinds = match kinds {
        None => None,
        Some(text) => Some(
            names_from_json(&reader, "kinds", &text)?
                .iter()
                .map(|kind| reader.text("kinds", kind))
                .collect::<Result<_, _>>()?,
        ),
    };
    Ok(Agent {
        id: reader.parse("id", &id)?,
        project,
        name,
        agent_type,
        capabilities: capabilities_from_json(&reader, "capabilities", capabilities.as_deref())?,
        kinds,
        max_concurrent: reader.count("max_concurrent", c.take()?)?,
        duty: reader.parse("duty", c.take()?)?,
        online: c.take()?,
        registered_at: at(c.time()?),
        connected_at: at(c.time()?),
        last_active: at(c.time()?),
        last_state_change: at(c.time()?),
    })
}
