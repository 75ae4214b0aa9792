//! Entries of the journal.

use std::time::Duration;

use mission_control::agents::{AgentEntry, AgentEvent};
use mission_control::kernel::{Money, Timestamp};
use mission_control::missions::{Actor, Entry, EventKind, FailureClass};
use mission_control::{JournalEntry, Removal};
use mission_control_wire::{Cost, Lease, Word, reply};

use super::mission::seconds;

/// The form of an entry on the wire; raised when a member changes its meaning.
const FORM: u32 = 1;

/// An entry at its place.
pub(crate) fn event<'a>(
    seq: i64,
    entry: &'a JournalEntry,
    body: Option<&'a reply::Mission<'a>>,
) -> reply::Event<'a> {
    match entry {
        JournalEntry::Mission(entry) => mission_event(seq, entry, body),
        JournalEntry::Agent(entry) => agent_event(seq, entry),
        JournalEntry::Removal(entry) => removal_event(seq, entry),
    }
}

/// An entry about a mission; its `id` is the mission's own count of entries.
pub(crate) fn mission_event<'a>(
    seq: i64,
    entry: &'a Entry,
    body: Option<&'a reply::Mission<'a>>,
) -> reply::Event<'a> {
    let delta = entry.delta;
    let tokens = u64::try_from(delta.tokens).ok().filter(|tokens| *tokens > 0);
    let cost = Money::from_nanos(delta.cost_nanos).filter(|cost| *cost > Money::ZERO);
    let micros = u64::try_from(delta.duration_micros).ok().filter(|_| delta.timed > 0);
    reply::Event {
        v: FORM,
        id: entry.version,
        seq,
        at: Word(entry.at),
        project: entry.project.as_str(),
        mission: Some(Word(entry.mission)),
        revision: None,
        event_type: mission_word(entry.event),
        actor: Some(actor(&entry.by)),
        reason: entry.why.as_ref().map(|why| why.reason.as_str()).filter(|it| !it.is_empty()),
        failure_class: entry.why.as_ref().and_then(|why| why.failure).map(FailureClass::as_str),
        attempt: entry.attempt,
        from: entry.from.map(|status| status.as_str()),
        to: Some(entry.to.as_str()),
        priority: Some(entry.priority.as_str()),
        kind: Some(entry.kind.as_str()),
        run: entry.run.map(Word),
        root: Some(Word(entry.root)),
        agent: entry.agent.map(Word),
        lease: Some(Lease(entry.lease)),
        tokens,
        cost: cost.map(Cost),
        duration: micros.map(|micros| seconds(Duration::from_micros(micros))),
        progress: Some(entry.progress.percent()),
        removed: None,
        body,
    }
}

fn actor(by: &Actor) -> reply::Actor<'_> {
    match by {
        Actor::Principal(name) => reply::Actor::Principal { name: name.as_str() },
        Actor::Agent(agent) => reply::Actor::Agent { id: Word(*agent) },
        Actor::System => reply::Actor::System,
    }
}

fn agent_event(seq: i64, entry: &AgentEntry) -> reply::Event<'_> {
    let agent = Some(Word(entry.agent));
    let told = plain(seq, entry.at, entry.project.as_str(), agent_word(entry.event));
    reply::Event { agent, ..told }
}

/// Old missions left the store.
fn removal_event(seq: i64, entry: &Removal) -> reply::Event<'_> {
    let (first, last) = entry.span;
    let missions = u64::try_from(entry.counted.total()).unwrap_or(0);
    let removed = reply::Removed { missions, first: Word(first), last: Word(last) };
    let told = plain(seq, entry.at, entry.project.as_str(), "missions_removed");
    reply::Event { removed: Some(removed), ..told }
}

/// What every entry says that is about no one mission.
const fn plain<'a>(
    seq: i64,
    at: Timestamp,
    project: &'a str,
    event_type: &'a str,
) -> reply::Event<'a> {
    reply::Event {
        v: FORM,
        id: seq,
        seq,
        at: Word(at),
        project,
        mission: None,
        revision: None,
        event_type,
        actor: None,
        reason: None,
        failure_class: None,
        attempt: None,
        from: None,
        to: None,
        priority: None,
        kind: None,
        run: None,
        root: None,
        agent: None,
        lease: None,
        tokens: None,
        cost: None,
        duration: None,
        progress: None,
        removed: None,
        body: None,
    }
}

/// One order holds entries about missions and about agents: the word says which.
const fn mission_word(event: EventKind) -> &'static str {
    match event {
        EventKind::Created => "mission_created",
        EventKind::Started => "mission_started",
        EventKind::Progressed => "mission_progressed",
        EventKind::Completed => "mission_completed",
        EventKind::Failed => "mission_failed",
        EventKind::Requeued => "mission_requeued",
        EventKind::Cancelled => "mission_cancelled",
        EventKind::Retried => "mission_retried",
        EventKind::Discarded => "mission_discarded",
        EventKind::Held => "mission_held",
        EventKind::Approved => "mission_approved",
        EventKind::Edited => "mission_edited",
        EventKind::Settled => "mission_settled",
        EventKind::Paused => "mission_paused",
        EventKind::Resumed => "mission_resumed",
    }
}

const fn agent_word(event: AgentEvent) -> &'static str {
    match event {
        AgentEvent::Registered => "agent_registered",
        AgentEvent::Online => "agent_online",
        AgentEvent::Offline => "agent_offline",
        AgentEvent::Draining => "agent_draining",
        AgentEvent::Disabled => "agent_disabled",
        AgentEvent::Enabled => "agent_enabled",
        AgentEvent::Changed => "agent_changed",
        AgentEvent::Removed => "agent_removed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_that_of_its_domain_with_its_kind_before_it() {
        for event in EventKind::ALL {
            assert_eq!(mission_word(*event), format!("mission_{event}"));
        }
        for event in AgentEvent::ALL {
            assert_eq!(agent_word(*event), format!("agent_{event}"));
        }
    }
}
