//! What agents run at the moment.

use std::collections::HashMap;

use mission_control::kernel::{AgentId, MissionId, Scope, StoreError};
use mission_control::missions::{ListQuery, Sort, SortKey, Status};
use mission_control::{AgentView, MissionControl, RUNNING_SHOWN};

/// The running missions of `agents`, oldest first, at most [`RUNNING_SHOWN`] of all of them: one
/// question however many agents there are.
pub(crate) async fn current_missions(
    control: &MissionControl,
    scope: &Scope,
    agents: &[AgentView],
) -> Result<HashMap<AgentId, Vec<MissionId>>, StoreError> {
    let busy: Vec<AgentId> =
        agents.iter().filter(|view| view.running > 0).map(|view| view.agent.id).collect();
    let mut current: HashMap<AgentId, Vec<MissionId>> = HashMap::new();
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
            current.entry(agent).or_default().push(mission.id);
        }
    }
    Ok(current)
}
