//! What happened to a mission, and why it waits.

use mission_control::agents::AgentEvent;
use mission_control::missions::queue::POSITION_LIMIT;
use mission_control::missions::{
    AttemptOutcome, EventKind, FailureClass, Priority, Reason, Status,
};

use super::missions::{next_cursor, sometimes, timestamp};
use super::requests::kind_of;
use crate::http::description::schema::{
    Member, Schema, amount, array, count, either, flag, map, matching, must, named, nullable,
    number, one_of, open, said, string, text, whole,
};
use crate::parse::LEVELS;

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("Attempt", attempt()),
        ("AttemptList", listed("attempts", "The attempts at a mission.", "Attempt", [])),
        ("LogLine", log_line()),
        ("LogList", listed("lines", "Lines of output.", "LogLine", [next_after()])),
        ("Actor", actor()),
        ("Removed", removed()),
        ("Event", open("One entry of the journal; what does not apply is left out.", event())),
        ("EventList", listed("events", "A page of a mission's journal.", "Event", [next_cursor()])),
        ("Explain", explain()),
        ("Gate", gate()),
        ("Blocker", blocker()),
    ]
}

fn listed<const N: usize>(name: &'static str, says: &str, of: &str, more: [Member; N]) -> Schema {
    let entries = must(name, "Oldest first.", array(named(of)));
    open(says, [entries].into_iter().chain(more).chain([timestamp()]))
}

fn attempt() -> Schema {
    let attempt = "From 1; attempts that were snoozed, released or taken back share a number.";
    open(
        "One try at a mission.",
        [
            must("attempt", attempt, count()),
            must("lease_id", "Its fence, which no other attempt has.", count()),
            nullable("agent_id", "Who made it; null when driven from outside.", named("AgentId")),
            nullable("agent_type", "Which kind of agent.", string()),
            nullable("model_used", "Which model.", string()),
            nullable("outcome", "How it ended; null while it runs.", one_of(AttemptOutcome::ALL)),
            must("started_at", "Its begin.", named("Time")),
            nullable("ended_at", "Its end.", named("Time")),
            nullable("duration", "From begin to end, in seconds.", amount()),
            must("tokens_used", "All tokens.", count()),
            must("tokens_in", "Read by the model.", count()),
            must("tokens_out", "Written by the model.", count()),
            must("cost_estimate", "What they cost.", named("Cost")),
            nullable("failure_class", "Why it ended badly.", one_of(FailureClass::ALL)),
            nullable("error_message", "The same in words.", string()),
        ],
    )
}

fn log_line() -> Schema {
    open(
        "One line of output.",
        [
            must("n", "From 1 in its mission; what `after` takes.", count()),
            must("at", "When it was written.", named("Time")),
            must("level", "How loud it is.", one_of(&LEVELS)),
            must("text", "Without its line break.", string()),
            must("lease_id", "The attempt that wrote it.", count()),
        ],
    )
}

fn next_after() -> Member {
    nullable("next_after", "What to send as `after` next time; null when nothing was new.", count())
}

fn event() -> Vec<Member> {
    let words = EventKind::ALL.iter().map(|event| format!("mission_{event}"));
    let words: Vec<String> =
        words.chain(AgentEvent::ALL.iter().map(|event| format!("agent_{event}"))).collect();
    let words = [words, vec!["missions_removed".to_owned()]].concat();
    let seq = "Its place in the one order that every reader sees.";
    let body = "The mission as it is now: on live streams, never in the journal.";
    let reason = "Why it failed, was called off, held or discarded: the beginning of it.";
    vec![
        must("v", "The form of this entry.", count()),
        must("id", "Its own number; rises inside one mission.", count()),
        must("seq", seq, count()),
        must("at", "When it happened.", named("Time")),
        must("project", "Whose.", string()),
        sometimes("mission", "About which mission.", named("MissionId")),
        sometimes("revision", "Of that mission.", count()),
        must("type", "What happened.", one_of(&words)),
        sometimes("actor", "Who asked for it, where it is about a mission.", named("Actor")),
        sometimes("reason", reason, text::<Reason>()),
        sometimes("failure_class", "What kind of failure that was.", one_of(FailureClass::ALL)),
        sometimes("attempt", "Which attempt began, moved or ended.", count()),
        sometimes("from", "The status before.", one_of(Status::ALL)),
        sometimes("to", "The status after.", one_of(Status::ALL)),
        sometimes("priority", "The mission's.", one_of(Priority::ALL)),
        sometimes("kind", "The mission's.", string()),
        sometimes("run", "The mission's.", named("RunId")),
        sometimes("root", "The top of the mission's tree.", named("MissionId")),
        sometimes("agent", "The agent of the attempt, or whom it is about.", named("AgentId")),
        sometimes("lease", "The mission's fence.", count()),
        sometimes("tokens", "Tokens added.", count()),
        sometimes("cost", "Cost added.", named("Cost")),
        sometimes("duration", "Of the attempt that ended, in seconds.", amount()),
        sometimes("progress", "Percent.", number(0.0, 100.0)),
        sometimes("removed", "Old missions that left the store.", named("Removed")),
        sometimes("body", body, named("Mission")),
    ]
}

fn actor() -> Schema {
    let of = |word, says, more: Option<Member>| {
        open(says, [must("type", "", kind_of(word, "What they are."))].into_iter().chain(more))
    };
    let principal = of(
        "principal",
        "Someone with a credential of their own.",
        Some(must("name", "Their name.", string())),
    );
    let agent = must("id", "Which one.", named("AgentId"));
    let agent = of("agent", "An agent, about what it runs.", Some(agent));
    let system = "Nobody: time made it due, or it follows from another change.";
    said(either([principal, agent, of("system", system, None)]), "Who asked for a change.")
}

fn removed() -> Schema {
    let last = "The last of them by id; others between the two may have stayed.";
    open(
        "Old missions that left the store together; they stay in the counters.",
        [
            must("missions", "How many.", count()),
            must("first", "The first of them by id.", named("MissionId")),
            must("last", last, named("MissionId")),
        ],
    )
}

fn explain() -> Schema {
    let position = either([whole(1, POSITION_LIMIT.into()), matching("^>[0-9]{1,4}$")]);
    let command = "The action that lets it begin, or begin again, where one is needed.";
    let ready = "Whether the next claim for its kind by an agent that can perform it and has room \
                 takes it.";
    let place = "Its place in the queue of its kind, or `>` and how many go before it at least; null \
                 unless it waits there.";
    open(
        "How things stand with a mission, and what it waits for.",
        [
            must("status", "Where it is in its life.", one_of(Status::ALL)),
            must("summary", "How things stand, in a sentence or two.", string()),
            must("since", "Since when it waits, runs or is over.", named("Time")),
            nullable("agent_id", "The agent that runs it.", named("AgentId")),
            nullable("lease_expires_at", "Until when it may stay silent.", named("Time")),
            nullable("command", command, one_of(&["approve", "start", "retry"])),
            must("ready", ready, flag()),
            nullable("position", place, position),
            nullable("earliest_at", "When it can start, where that is known.", named("Time")),
            must("gates", "All gates of its kind, open or not.", array(named("Gate"))),
        ],
    )
}

fn gate() -> Schema {
    open(
        "One reason that a mission may have to wait.",
        [
            must("gate", "Which.", string()),
            must("open", "Whether it lets the mission pass.", flag()),
            must("detail", "A sentence.", string()),
            sometimes("until", "When it opens by itself.", named("Time")),
            must("blocking", "What stands in the way.", array(named("Blocker"))),
        ],
    )
}

fn blocker() -> Schema {
    open(
        "Something that stands in the way.",
        [
            must("type", "mission, queue or project.", string()),
            must("id", "Its id.", string()),
            must("href", "Where to read about it.", string()),
        ],
    )
}

/// Results of dependencies.
pub(super) fn dependencies() -> Schema {
    map(named("Json"))
}
