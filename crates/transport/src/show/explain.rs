//! How things stand with a mission, and what it waits for.

use mission_control::missions::gates::Blocker;
use mission_control::missions::queue::{Explanation, GateState, Position};
use mission_control_wire::{Word, reply};

/// What a gate hangs on, written out for its links.
pub(crate) struct Links(Vec<Link>);

struct Link {
    word: &'static str,
    id: String,
    href: String,
}

/// The links of every gate, in order.
pub(crate) fn links(explanation: &Explanation) -> Vec<Links> {
    let of_gate = |gate: &GateState| {
        let blocking = gate.closed.iter().flat_map(|closed| &closed.blocking);
        Links(blocking.map(link).collect())
    };
    explanation.gates.iter().map(of_gate).collect()
}

/// An explanation with its links.
pub(crate) fn explain<'a>(explanation: &'a Explanation, links: &'a [Links]) -> reply::Explain<'a> {
    let gates = explanation.gates.iter().zip(links);
    reply::Explain {
        status: explanation.status.as_str(),
        summary: &explanation.summary,
        since: Word(explanation.since),
        agent_id: explanation.agent.map(Word),
        lease_expires_at: explanation.lease_until.map(Word),
        command: explanation.command,
        ready: explanation.ready,
        position: explanation.position.map(|position| match position {
            Position::At(place) => reply::Position::At(place),
            Position::Beyond(many) => reply::Position::Beyond(many),
        }),
        earliest_at: explanation.earliest_at.map(Word),
        gates: gates.map(|(gate, links)| self::gate(gate, links)).collect(),
    }
}

fn gate<'a>(gate: &'a GateState, links: &'a Links) -> reply::Gate<'a> {
    let closed = gate.closed.as_ref();
    let blocker =
        |link: &'a Link| reply::Blocker { blocker_type: link.word, id: &link.id, href: &link.href };
    reply::Gate {
        gate: gate.name,
        open: closed.is_none(),
        detail: closed.map_or(gate.open, |closed| &closed.detail),
        until: closed.and_then(|closed| closed.until).map(Word),
        blocking: links.0.iter().map(blocker).collect(),
    }
}

fn link(blocker: &Blocker) -> Link {
    let (word, id, href) = match blocker {
        Blocker::Mission(id) => ("mission", id.to_string(), format!("/api/missions/{id}")),
        Blocker::Run(id) => ("run", id.to_string(), format!("/api/runs/{id}")),
        Blocker::Queue(kind) => ("queue", kind.clone(), format!("/api/queue?kind={kind}")),
        Blocker::Project(name) => ("project", name.clone(), format!("/api/queue?project={name}")),
    };
    Link { word, id, href }
}
