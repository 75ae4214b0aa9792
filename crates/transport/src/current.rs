//! What agents run at the moment.

use std::collections::HashMap;

use mission_control::kernel::{AgentId, MissionId, Scope, StoreError};
use mission_control::missions::{ListQuery, Sort, SortKey, Status, Title};
use mission_control::{AgentView, MissionControl, RUNNING_SHOWN};

/// A mission that an agent runs.
pub(crate) struct Current {
    pub(crate) id: MissionId,
    pub(crate) title: Title,
}

/// The running missions of `agents`, oldest first, at most [`RUNNING_SHOWN`] of all of them: one
/// question however many agents there are.
pub(crate) async fn current_missions(
    control: &MissionControl,
    scope: &Scope,
    agents: &[AgentView],
) -> Result<HashMap<AgentId, Vec<Current>>, StoreError> {
    let busy: Vec<AgentId> =
        agents.iter().filter(|view| view.running > 0).map(|view| view.agent.id).collect();
    let mut current: HashMap<AgentId, Vec<Current>> = HashMap::new();
    if busy.is_empty() {
        return Ok(current);
    }
    let query = ListQuery {
        statuses: vec![Status::Running],
        agents: busy,
        sort: Sort { key: SortKey::CreatedAt, descending: false },
        limit: RUNNING_SHOWN,
        ..ListQuery::default()
    };
    for mission in control.list(scope, &query).await?.page.missions {
        if let Some(agent) = mission.agent() {
            let title = mission.spec.title.clone();
            current.entry(agent).or_default().push(Current { id: mission.id, title });
        }
    }
    Ok(current)
}
