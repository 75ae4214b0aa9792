//! What a screen begins with.

use std::collections::HashMap;

use mission_control::kernel::{AgentId, MissionId, Scope};
use mission_control::missions::{ListQuery, Mission, Totals};
use mission_control::{AgentView, MissionControl, Shown};
use mission_control_wire::{Time, live, reply};

use super::protocol::Watch;
use super::topics::Topic;
use crate::current::{Current, current_missions};
use crate::http::Problem;
use crate::show;

/// How many missions a screen begins with: more than it shows, and the list has the rest.
const NEWEST: u32 = 100;

/// Everything that a viewer's topics show; what none asks for is absent.
pub(super) struct Picture {
    totals: Option<Totals>,
    missions: Option<Vec<Shown>>,
    agents: Option<Vec<AgentView>>,
    current: HashMap<AgentId, Vec<Current>>,
}

impl Picture {
    /// Taken after the viewer's place was: what happens in between is shown twice, never missed.
    pub(super) async fn take(control: &MissionControl, watch: &Watch) -> Result<Self, Problem> {
        let (topics, scope) = (&watch.topics, &watch.scope);
        let counted = [Topic::Missions, Topic::Queue, Topic::Metrics];
        let counts = counted.into_iter().any(|topic| topics.has(topic));
        let totals = if counts { Some(control.totals(scope).await?) } else { None };
        let missions = match missions(control, watch).await? {
            Some(missions) => Some(control.view(missions).await?),
            None => None,
        };
        let agents = agents(control, watch).await?;
        let views = agents.as_deref().unwrap_or_default();
        let current = current_missions(control, scope, views).await?;
        Ok(Self { totals, missions, agents, current })
    }

    pub(super) fn shape<'a>(
        &'a self,
        cursor: &'a str,
        server_time: Time,
        topics: &'a [String],
    ) -> live::Snapshot<'a> {
        let agent = |view: &'a AgentView| -> reply::Agent<'a> {
            let current = self.current.get(&view.agent.id);
            show::agent(view, current.map_or(&[], |missions| missions))
        };
        live::Snapshot {
            cursor,
            server_time,
            topics,
            metrics: self.totals.as_ref().map(show::metrics),
            missions: self.missions.as_ref().map(|all| all.iter().map(show::shown).collect()),
            agents: self.agents.as_ref().map(|all| all.iter().map(agent).collect()),
        }
    }
}

async fn missions(
    control: &MissionControl,
    watch: &Watch,
) -> Result<Option<Vec<Mission>>, Problem> {
    if watch.topics.has(Topic::Missions) {
        let query = ListQuery { limit: NEWEST, ..ListQuery::default() };
        return Ok(Some(control.list(&watch.scope, &query).await?.page.missions));
    }
    let named: Vec<MissionId> = watch.topics.missions().collect();
    if named.is_empty() {
        return Ok(None);
    }
    Ok(Some(control.missions(&watch.scope, &named).await?))
}

async fn agents(
    control: &MissionControl,
    watch: &Watch,
) -> Result<Option<Vec<AgentView>>, Problem> {
    let named: Vec<AgentId> = watch.topics.agents().collect();
    let all = watch.topics.has(Topic::Agents);
    let Scope::Projects(projects) = &watch.scope else { return Ok(None) };
    if named.is_empty() && !all {
        return Ok(None);
    }
    let mut agents = Vec::new();
    for project in projects {
        agents.extend(control.agents(project).await?);
    }
    agents.retain(|view| all || named.contains(&view.agent.id));
    Ok(Some(agents))
}
