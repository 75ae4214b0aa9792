//! What waits, and what failed.

use mission_control::missions::FailureClass;

use super::missions::timestamp;
use crate::http::description::schema::{
    Schema, array, closed, count, flag, may, must, named, nullable, one_of, open, string, whole,
};
use crate::parse::LARGEST_LIMIT;

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("SetQueue", set()),
        ("QueueReply", reply()),
        ("ProjectQueue", project()),
        ("Queue", queue()),
        ("Waiting", waiting()),
        ("DeadLetterReply", dead_letter()),
        ("FailureGroup", group()),
    ]
}

fn limit() -> Schema {
    whole(0, LARGEST_LIMIT.into())
}

fn set() -> Schema {
    let of_key = "The most that run at a time with one concurrency key; 1 without one.";
    closed(
        "What is set for the queue of a kind, whole: null or nothing is no limit.",
        [
            may("running_limit", "The most that run at a time.", limit()),
            may("key_limit", of_key, limit()),
        ],
    )
}

fn reply() -> Schema {
    open(
        "What waits, and what is set for it.",
        [
            must("project", "All of it together.", named("ProjectQueue")),
            must("queues", "By kind: those asked for, or all in use.", array(named("Queue"))),
            must("more", "Whether there are more kinds than are shown.", flag()),
            timestamp(),
        ],
    )
}

fn project() -> Schema {
    open(
        "The queues of a project together.",
        [
            must("id", "Which project.", string()),
            must("paused", "Whether nothing of it is claimed.", flag()),
            must("running", "How many run.", count()),
            must("waiting", "How many wait.", named("Waiting")),
            must("held", "Of these, those that need an approval.", count()),
            must("dead_letter", "Those that failed and wait for somebody to decide.", count()),
            nullable("updated_at", "When it was paused or resumed last.", named("Time")),
            nullable("updated_by", "By whom.", string()),
        ],
    )
}

fn queue() -> Schema {
    let blocked = "Those that wait for other missions or for their run; of the kind `external` also \
                   those that somebody may start.";
    let exact = "Whether ready, scheduled and blocked are exact; else they are at least so many.";
    let since = "Since when the first of those that are ready has been so.";
    open(
        "The queue of one kind.",
        [
            must("kind", "Which kind.", string()),
            must("paused", "Whether nothing of it is claimed.", flag()),
            nullable("running_limit", "The most that run at a time.", limit()),
            nullable("key_limit", "The most with one concurrency key; 1 when null.", limit()),
            must("running", "How many run.", count()),
            must("waiting", "How many wait.", named("Waiting")),
            must("ready", "Of these, those that nothing of their own keeps.", count()),
            must("scheduled", "Those that wait for their time.", count()),
            must("held", "Those that need an approval.", count()),
            must("blocked", blocked, count()),
            must("exact", exact, flag()),
            nullable("oldest_waiting_since", since, named("Time")),
            nullable("updated_at", "When it was set; null where nothing is.", named("Time")),
            nullable("updated_by", "Who that was.", string()),
        ],
    )
}

fn waiting() -> Schema {
    open(
        "How many wait, by how urgent they are.",
        [
            must("total", "All of them.", count()),
            must("critical", "The most urgent.", count()),
            must("high", "More urgent than most.", count()),
            must("medium", "As usual.", count()),
            must("low", "The least urgent.", count()),
        ],
    )
}

fn dead_letter() -> Schema {
    let groups = "The one that failed last first.";
    open(
        "The dead letter by what failed.",
        [
            must("groups", groups, array(named("FailureGroup"))),
            must("total", "How many missions are in it.", count()),
            must("more", "Whether there may be more groups than are shown.", flag()),
            timestamp(),
        ],
    )
}

fn group() -> Schema {
    open(
        "Missions of a dead letter that failed alike.",
        [
            must("fingerprint", "What they have in common, to filter by.", string()),
            must("failure_class", "Their class.", one_of(FailureClass::ALL)),
            must("advice", "What to do about it, in a sentence.", string()),
            must("sample_error", "What the newest of them says.", string()),
            must("count", "How many they are.", count()),
            must("count_capped", "Whether they are more than that.", flag()),
            must("kinds", "Kinds of the newest, ten at most.", array(string())),
            must("agent_types", "Who performed the newest, ten at most.", array(string())),
            must("first_failed_at", "When the first of them failed.", named("Time")),
            must("last_failed_at", "When the last of them failed.", named("Time")),
            must("mission_ids", "The newest, five at most.", array(named("MissionId"))),
        ],
    )
}
