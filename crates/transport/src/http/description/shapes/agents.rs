//! Agents.

use mission_control::agents::{AgentName, AgentStatus, AgentType, LoadLevel, MAX_CONCURRENT, Tier};
use mission_control::kernel::{Capability, MAX_CAPABILITIES};

use super::missions::{next_cursor, timestamp};
use crate::http::description::schema::{
    Schema, amount, array, at_most, closed, count, may, may_else, must, named, nullable, number,
    one_of, open, string, text, whole,
};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("RegisterAgent", register_agent()),
        ("Agent", agent()),
        ("AgentReply", open("One agent.", [must("agent", "It.", named("Agent"))])),
        (
            "AgentList",
            open(
                "All agents of a project.",
                [
                    must("agents", "By name.", array(named("Agent"))),
                    must("total", "How many there are.", count()),
                    timestamp(),
                    next_cursor(),
                ],
            ),
        ),
    ]
}

fn register_agent() -> Schema {
    let abilities = at_most(MAX_CAPABILITIES, text::<Capability>());
    let capacity = whole(1, MAX_CONCURRENT.into());
    closed(
        "Who an agent is.",
        [
            must(
                "name",
                "Unique in its project: the same name is the same agent.",
                text::<AgentName>(),
            ),
            must("type", "Which kind of agent.", text::<AgentType>()),
            may("capabilities", "What it can do.", abilities),
            may_else("max_concurrent", "How many missions it takes at a time.", capacity, 1_u64),
        ],
    )
}

fn agent() -> Schema {
    open(
        "An agent: whoever performs missions.",
        [
            must("id", "Its id.", named("AgentId")),
            must("name", "Unique in its project.", string()),
            must("type", "Which kind of agent.", string()),
            must("status", "How it is seen.", one_of(AgentStatus::ALL)),
            must("capabilities", "What it can do.", array(string())),
            must("max_concurrent", "How many missions it takes at a time.", count()),
            must("current_missions", "What it runs, oldest first.", array(named("MissionId"))),
            must("current_titles", "Their titles, in the same order.", array(string())),
            must("load", "Running ÷ capacity.", amount()),
            must("load_level", "The same in a word.", one_of(LoadLevel::ALL)),
            must("tier", "Its standing, from its attempts.", one_of(Tier::ALL)),
            must("success_rate", "Percent of the attempts that count.", number(0.0, 100.0)),
            must("attempts", "How many count; its tier goes by them.", count()),
            must("completed", "Attempts that count for it.", count()),
            must("failed", "Attempts that count against it.", count()),
            nullable("last_active", "When it was last heard of.", named("Time")),
            nullable("connected_at", "When it came.", named("Time")),
            nullable("last_state_change", "When its status last changed.", named("Time")),
        ],
    )
}
