//! Agents, and agents at work.

use super::{Answer, Content, Family, Operation, PLAIN, done, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Agents",
    says: "Agents and their work: register, claim, heartbeat, report. HTTP is all they need.",
    operations: &[REGISTER, LIST, GET, CLAIM, HEARTBEAT, REPORT, DRAIN, ENABLE, DISABLE, REMOVE],
};

const AGENT: &[Answer] = &[ok("The agent.", "AgentReply", &["agent"])];

const REGISTER: Operation = Operation {
    name: "register_agent",
    summary: "Register an agent",
    more: "The same name is the same agent, which is then answered with 200.",
    request: Some("RegisterAgent"),
    answers: &[
        ok("It was known.", "AgentReply", &["agent"]),
        made("It is new.", "AgentReply", &["agent"]),
    ],
    ..PLAIN
};

const LIST: Operation = Operation {
    name: "agents",
    summary: "List agents",
    more: "All of the project, by name, with what they run.",
    answers: &[ok("The agents.", "AgentList", &["agents"])],
    ..PLAIN
};

const GET: Operation =
    Operation { name: "agent", summary: "Read an agent", answers: AGENT, ..PLAIN };

const CLAIM: Operation = Operation {
    name: "claim",
    summary: "Claim missions",
    more: "Waits up to `wait_seconds` until there is work; an empty list when there is none. Every \
           claimed mission has a `lease_id`, which each later call about it names, and a lease \
           that ends unless a heartbeat or a report renews it. What its dependencies have found comes \
           along, as far as there is room.",
    request: Some("Claim"),
    answers: &[ok("What it may begin.", "ClaimReply", &["claim"])],
    problems: &["draining"],
    ..PLAIN
};

const HEARTBEAT: Operation = Operation {
    name: "heartbeat",
    summary: "Renew leases",
    more: "One call renews everything the agent holds and says what it has lost. With \
           `wait_seconds` it answers at once when one of them is called off, when an operator \
           decides about the agent, or, to one that names none, when it takes a mission. A third \
           of the shortest lease is a good pause between two.",
    request: Some("Heartbeat"),
    answers: &[ok("How they stand.", "HeartbeatReply", &["heartbeat"])],
    ..PLAIN
};

const REPORT: Operation = Operation {
    name: "report",
    summary: "Report on missions",
    more: "Every report has an outcome of its own, in order; one that is refused says why and \
           keeps none of the others back. A mission that another agent holds is `lease_lost`.",
    request: Some("Reports"),
    answers: &[ok("What became of them.", "ReportReply", &["report"])],
    ..PLAIN
};

/// What an operator decides about an agent.
const ORDER: Operation = Operation { request: Some("Empty"), answers: AGENT, ..PLAIN };

const DRAIN: Operation = Operation {
    name: "drain_agent",
    summary: "Let an agent run dry",
    more: "It finishes what it has and takes nothing more.",
    ..ORDER
};

const ENABLE: Operation = Operation {
    name: "enable_agent",
    summary: "Enable an agent",
    more: "Ends draining and disabling.",
    ..ORDER
};

const DISABLE: Operation = Operation {
    name: "disable_agent",
    summary: "Disable an agent",
    more: "It takes nothing until it is enabled.",
    ..ORDER
};

const REMOVE: Operation = Operation {
    name: "remove_agent",
    summary: "Remove an agent",
    more: "Refused while it runs missions.",
    answers: &[Answer { content: Content::None, ..done("It is removed.") }],
    problems: &["runs_missions"],
    ..PLAIN
};
