//! How an agent's life moves.

use std::time::Duration;

use mission_control_kernel::Timestamp;

use crate::agent::{Agent, Duty, Registration};
use crate::event::AgentEvent;

/// Silent for this long, an agent is offline: three of the slowest heartbeats (15 s, when idle).
pub const SILENT_AFTER: Duration = Duration::from_secs(45);

/// Something asked of an agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgentCommand {
    /// It registers, for the first time or again; also a heartbeat.
    Register(Registration),
    /// It says that it is there.
    Heartbeat,
    /// Let it finish what it has and take no more.
    Drain,
    /// Switch it off.
    Disable,
    /// Switch it on.
    Enable,
    /// The sweep saw that it is silent.
    FallSilent,
    /// Forget it.
    Remove,
}

/// Why a command on an agent was not carried out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AgentRefusal {
    /// There is no such agent where the asker may look.
    #[error("there is no such agent")]
    NotFound,
    /// It runs missions.
    #[error("the agent runs {running} missions; drain it first, or take them back")]
    RunsMissions {
        /// How many.
        running: u32,
    },
}

/// Decides what a command does to an agent that runs `running` missions: the agent after it (none
/// when it is forgotten) and what the journal tells, if anything.
///
/// # Errors
/// `RunsMissions` when it is to be forgotten too early.
pub fn decide(
    agent: &Agent,
    command: &AgentCommand,
    running: u32,
    now: Timestamp,
) -> Result<(Option<Agent>, Option<AgentEvent>), AgentRefusal> {
    let mut next = agent.clone();
    let event = match command {
        AgentCommand::Register(registration) => {
            next.agent_type = registration.agent_type.clone();
            next.capabilities = registration.capabilities.clone();
            next.kinds = registration.kinds.clone();
            next.max_concurrent = registration.max_concurrent;
            let changed = next != *agent;
            hear(&mut next, now).or(changed.then_some(AgentEvent::Changed))
        }
        AgentCommand::Heartbeat => hear(&mut next, now),
        AgentCommand::Drain => set_duty(&mut next, Duty::Draining, AgentEvent::Draining, now),
        AgentCommand::Disable => set_duty(&mut next, Duty::Disabled, AgentEvent::Disabled, now),
        AgentCommand::Enable => set_duty(&mut next, Duty::Active, AgentEvent::Enabled, now),
        AgentCommand::FallSilent => {
            let silent = next.online && !next.heard_of(now);
            silent.then(|| {
                next.online = false;
                next.last_state_change = now;
                AgentEvent::Offline
            })
        }
        AgentCommand::Remove if running > 0 => return Err(AgentRefusal::RunsMissions { running }),
        AgentCommand::Remove => return Ok((None, Some(AgentEvent::Removed))),
    };
    Ok((Some(next), event))
}

impl Agent {
    /// A new agent, heard of now.
    #[must_use]
    pub fn enlist(registration: Registration, now: Timestamp) -> Self {
        Self {
            id: registration.id,
            project: registration.project,
            name: registration.name,
            agent_type: registration.agent_type,
            capabilities: registration.capabilities,
            kinds: registration.kinds,
            max_concurrent: registration.max_concurrent,
            duty: Duty::Active,
            online: true,
            registered_at: now,
            connected_at: now,
            last_active: now,
            last_state_change: now,
        }
    }
}

/// Draining and disabled survive this: only an operator ends them.
fn hear(agent: &mut Agent, now: Timestamp) -> Option<AgentEvent> {
    agent.last_active = agent.last_active.max(now);
    (!agent.online).then(|| {
        agent.online = true;
        agent.connected_at = now;
        agent.last_state_change = now;
        AgentEvent::Online
    })
}

fn set_duty(
    agent: &mut Agent,
    duty: Duty,
    event: AgentEvent,
    now: Timestamp,
) -> Option<AgentEvent> {
    (agent.duty != duty).then(|| {
        agent.duty = duty;
        agent.last_state_change = now;
        event
    })
}

#[cfg(test)]
mod tests {
    use mission_control_kernel::{AgentId, Capabilities, ProjectId, Text};

    use super::*;
    use crate::agent::AgentStatus;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn atlas() -> Agent {
        let registration = Registration {
            id: "0190a5e2-7c1f-7000-8000-000000000001".parse::<AgentId>().unwrap(),
            project: ProjectId::default_project(),
            name: Text::parse("atlas").unwrap(),
            agent_type: Text::parse("worker").unwrap(),
            capabilities: Capabilities::default(),
            kinds: None,
            max_concurrent: 4,
        };
        Agent::enlist(registration, START)
    }

    fn after(agent: &Agent, command: &AgentCommand, now: Timestamp) -> (Agent, Option<AgentEvent>) {
        let (next, event) = decide(agent, command, 0, now).unwrap();
        (next.unwrap(), event)
    }

    #[test]
    fn an_agent_falls_silent_after_45_seconds_and_comes_back_with_a_heartbeat() {
        let agent = atlas();
        let (same, event) =
            after(&agent, &AgentCommand::FallSilent, START.plus(Duration::from_secs(44)));
        assert_eq!((same.online, event), (true, None));
        let late = START.plus(SILENT_AFTER);
        assert_eq!(agent.status(0, late), AgentStatus::Offline);
        let (silent, event) = after(&agent, &AgentCommand::FallSilent, late);
        assert_eq!(event, Some(AgentEvent::Offline));
        let (back, event) = after(&silent, &AgentCommand::Heartbeat, late);
        assert_eq!((event, back.status(1, late)), (Some(AgentEvent::Online), AgentStatus::Busy));
    }

    #[test]
    fn draining_and_disabled_survive_heartbeats_and_registrations() {
        for command in [AgentCommand::Drain, AgentCommand::Disable] {
            let (agent, _) = after(&atlas(), &command, START);
            let (again, event) = after(&agent, &AgentCommand::Heartbeat, START);
            assert_eq!((again.duty, event), (agent.duty, None));
            assert!(!again.is_active(START));
            let (enabled, event) = after(&again, &AgentCommand::Enable, START);
            assert_eq!((enabled.duty, event), (Duty::Active, Some(AgentEvent::Enabled)));
        }
    }

    #[test]
    fn a_drained_agent_is_offline_when_it_is_empty() {
        let (agent, _) = after(&atlas(), &AgentCommand::Drain, START);
        assert_eq!(agent.status(1, START), AgentStatus::Draining);
        assert_eq!(agent.status(0, START), AgentStatus::Offline);
    }

    #[test]
    fn an_agent_that_runs_missions_is_not_forgotten() {
        let refusal = decide(&atlas(), &AgentCommand::Remove, 2, START).unwrap_err();
        assert_eq!(refusal, AgentRefusal::RunsMissions { running: 2 });
        assert_eq!(
            decide(&atlas(), &AgentCommand::Remove, 0, START).unwrap(),
            (None, Some(AgentEvent::Removed))
        );
    }
}
