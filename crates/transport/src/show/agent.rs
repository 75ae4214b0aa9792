//! Agents.

use mission_control::AgentView;
use mission_control_wire::{Word, reply};

use crate::current::Current;

/// An agent that runs `current`, oldest first.
pub(crate) fn agent<'a>(view: &'a AgentView, current: &'a [Current]) -> reply::Agent<'a> {
    let agent = &view.agent;
    reply::Agent {
        id: Word(agent.id),
        name: agent.name.as_str(),
        agent_type: agent.agent_type.as_str(),
        status: view.status.as_str(),
        capabilities: agent.capabilities.iter().map(|word| word.as_str()).collect(),
        max_concurrent: agent.max_concurrent,
        current_missions: current.iter().map(|mission| Word(mission.id)).collect(),
        current_titles: current.iter().map(|mission| mission.title.as_str()).collect(),
        load: view.load.ratio(),
        load_level: view.load.level().as_str(),
        tier: view.tier.as_str(),
        success_rate: view.standing.success() * 100.0,
        attempts: view.standing.completed + view.standing.failed,
        completed: view.standing.completed,
        failed: view.standing.failed,
        last_active: Some(Word(agent.last_active)),
        connected_at: Some(Word(agent.connected_at)),
        last_state_change: Some(Word(agent.last_state_change)),
    }
}
