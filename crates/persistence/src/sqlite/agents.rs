//! Agents: the row under the writer, `decide`, the journal.

use async_trait::async_trait;
use mission_control::JournalEntry;
use mission_control_agents::{
    Agent, AgentCommand, AgentEntry, AgentEvent, AgentRefusal, AgentStore, AgentVerdict,
    Registration, SILENT_AFTER, decide,
};
use mission_control_kernel::{AgentId, Capabilities, ProjectId, Scope, StoreError};
use rusqlite::{Connection, Params, Row};

use super::fault::{Fault, exactly_one};
use super::job::Turn;
use super::load::Columns;
use super::write::entry;
use super::writer::Tx;
use super::{Sqlite, sql};
use crate::row::{
    Reader, at, capabilities_from_json, entry_to_row, lane_capabilities, names_from_json,
    names_to_json,
};

#[async_trait]
impl AgentStore for Sqlite {
    async fn register(&self, registration: Registration) -> Result<(Agent, bool), StoreError> {
        self.write(Turn::Plain, move |tx| register(tx, &registration)).await
    }

    async fn command(
        &self,
        scope: &Scope,
        id: AgentId,
        asked: AgentCommand,
    ) -> Result<AgentVerdict, StoreError> {
        let scope = scope.clone();
        self.write(Turn::Plain, move |tx| command(tx, &scope, id, &asked)).await
    }

    async fn agent(&self, scope: &Scope, id: AgentId) -> Result<Option<Agent>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| seen(connection, &scope, id)).await
    }

    async fn agents(&self, project: &ProjectId) -> Result<Vec<Agent>, StoreError> {
        let project = project.to_string();
        self.read(move |connection| all(connection, sql!("agents_of_project"), [project])).await
    }

    async fn silent(&self, limit: u32) -> Result<Vec<AgentId>, StoreError> {
        let before = self.now().minus(SILENT_AFTER).as_micros();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("agents_silent"))?;
            let ids = statement.query_map((before, limit), |row| row.get::<_, String>(0))?;
            ids.map(|id| {
                let id = id?;
                Ok(Reader { table: "agents", row: &id }.parse("id", &id)?)
            })
            .collect()
        })
        .await
    }
}

fn command(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: AgentId,
    asked: &AgentCommand,
) -> Result<AgentVerdict, Fault> {
    let Some(agent) = seen(tx.connection, scope, id)? else {
        return Ok(Err(AgentRefusal::NotFound));
    };
    let running = match asked {
        AgentCommand::Remove => running(tx, id)?,
        AgentCommand::Register(_)
        | AgentCommand::Heartbeat
        | AgentCommand::Drain
        | AgentCommand::Disable
        | AgentCommand::Enable
        | AgentCommand::FallSilent => 0,
    };
    match decide(&agent, asked, running, tx.now) {
        Ok((next, event)) => {
            store(tx, &agent, next.as_ref(), event)?;
            Ok(Ok(next))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn register(tx: &mut Tx<'_>, registration: &Registration) -> Result<(Agent, bool), Fault> {
    let name = (registration.project.as_str(), registration.name.as_str());
    let known = all(tx.connection, sql!("agent_by_name"), name)?.pop();
    let Some(known) = known else {
        let agent = Agent::enlist(registration.clone(), tx.now);
        write(tx, sql!("insert_agent"), &agent)?;
        tell(tx, &agent, AgentEvent::Registered)?;
        return Ok((agent, true));
    };
    let (next, event) = decide(&known, &AgentCommand::Register(registration.clone()), 0, tx.now)
        .map_err(|refusal| Fault::defect(&format!("a registration was refused: {refusal}")))?;
    store(tx, &known, next.as_ref(), event)?;
    Ok((next.unwrap_or(known), false))
}

fn store(
    tx: &mut Tx<'_>,
    was: &Agent,
    next: Option<&Agent>,
    event: Option<AgentEvent>,
) -> Result<(), Fault> {
    match next {
        Some(next) if next != was => write(tx, sql!("update_agent"), next)?,
        Some(_) => {}
        None => {
            let id = was.id.to_string();
            let rows = tx.connection.prepare_cached(sql!("delete_agent"))?.execute([id])?;
            exactly_one(rows, "an agent's row")?;
            let id = was.id.to_string();
            tx.connection.prepare_cached(sql!("delete_agent_totals"))?.execute([id])?;
        }
    }
    match event {
        Some(event) => tell(tx, next.unwrap_or(was), event),
        None => Ok(()),
    }
}

/// The journal's line, and a hint to whoever waits: what the agent can take may have changed.
fn tell(tx: &mut Tx<'_>, agent: &Agent, event: AgentEvent) -> Result<(), Fault> {
    let told = AgentEntry {
        at: tx.now,
        project: agent.project.clone(),
        agent: agent.id,
        name: agent.name.clone(),
        event,
    };
    tx.effects.arrived = true;
    entry(tx, &entry_to_row(&JournalEntry::Agent(told)))
}

fn write(tx: &Tx<'_>, sql: &str, agent: &Agent) -> Result<(), Fault> {
    let kinds =
        agent.kinds.as_ref().map(|kinds| names_to_json(kinds.iter().map(|kind| kind.as_str())));
    let rows = tx.connection.prepare_cached(sql)?.execute((
        agent.id.to_string(),
        agent.project.as_str(),
        agent.name.as_str(),
        agent.agent_type.as_str(),
        lane_capabilities(&agent.capabilities),
        kinds,
        agent.max_concurrent,
        agent.duty.as_str(),
        agent.online,
        agent.registered_at.as_micros(),
        agent.connected_at.as_micros(),
        agent.last_active.as_micros(),
        agent.last_state_change.as_micros(),
    ))?;
    exactly_one(rows, "an agent's row")
}

fn running(tx: &Tx<'_>, id: AgentId) -> Result<u32, Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("agent_running"))?;
    Ok(statement.query_row([id.to_string()], |row| row.get(0))?)
}

fn seen(connection: &Connection, scope: &Scope, id: AgentId) -> Result<Option<Agent>, Fault> {
    let found = all(connection, sql!("agent_by_id"), [id.to_string()])?.pop();
    Ok(found.filter(|agent| scope.sees(&agent.project)))
}

fn all(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<Agent>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut agents = Vec::new();
    while let Some(row) = rows.next()? {
        agents.push(agent(row)?);
    }
    Ok(agents)
}

fn agent(row: &Row<'_>) -> Result<Agent, Fault> {
    let mut columns = Columns::of(row);
    let c = &mut columns;
    let id: String = c.take()?;
    let reader = Reader { table: "agents", row: &id };
    let mut text = || c.take::<String>();
    let (project, name, agent_type) = (text()?, text()?, text()?);
    let capabilities: Option<String> = c.take()?;
    let capabilities: Capabilities =
        capabilities_from_json(&reader, "capabilities", capabilities.as_deref())?;
    let kinds: Option<String> = c.take()?;
    let kinds = kinds
        .map(|text| {
            let names = names_from_json(&reader, "kinds", &text)?;
            names.iter().map(|name| reader.text("kinds", name)).collect::<Result<Vec<_>, _>>()
        })
        .transpose()?;
    Ok(Agent {
        id: reader.parse("id", &id)?,
        project: reader.parse("project_id", &project)?,
        name: reader.text("name", &name)?,
        agent_type: reader.text("agent_type", &agent_type)?,
        capabilities,
        kinds,
        max_concurrent: c.take()?,
        duty: reader.parse("duty", &c.take::<String>()?)?,
        online: c.take()?,
        registered_at: at(c.take()?),
        connected_at: at(c.take()?),
        last_active: at(c.take()?),
        last_state_change: at(c.take()?),
    })
}
