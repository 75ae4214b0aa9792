//! Agents.

use mission_control_kernel::{AgentId, MissionId};
use serde::Serialize;

use crate::{Time, Word};

/// An agent.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Agent<'a> {
    /// Its id.
    pub id: Word<AgentId>,
    /// Unique in its project.
    pub name: &'a str,
    /// Which kind of agent.
    #[serde(rename = "type")]
    pub agent_type: &'a str,
    /// offline, idle, busy, draining or disabled.
    pub status: &'a str,
    /// What it can do.
    pub capabilities: Vec<&'a str>,
    /// How many missions it takes at a time.
    pub max_concurrent: u32,
    /// What it runs, oldest first.
    pub current_missions: Vec<Word<MissionId>>,
    /// Their titles, in the same order.
    pub current_titles: Vec<&'a str>,
    /// Running ÷ capacity.
    pub load: f64,
    /// idle, optimal, high, critical or overloaded.
    pub load_level: &'a str,
    /// ELITE, STANDARD or PROBATION.
    pub tier: &'a str,
    /// Percent of its attempts that count, 0 without any.
    pub success_rate: f64,
    /// How many attempts count; its tier goes by them.
    pub attempts: u64,
    /// Attempts that count for it.
    pub completed: u64,
    /// Attempts that count against it.
    pub failed: u64,
    /// When it was last heard of.
    pub last_active: Option<Time>,
    /// When it came.
    pub connected_at: Option<Time>,
    /// When its status last changed.
    pub last_state_change: Option<Time>,
}

/// One agent.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AgentReply<'a> {
    /// It.
    pub agent: Agent<'a>,
}

/// A page of agents.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AgentList<'a> {
    /// By name.
    pub agents: Vec<Agent<'a>>,
    /// How many there are in all.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<&'a str>,
}
