//! Missions, alone and in lists.

use mission_control::missions::{Complexity, FailureClass, Priority, Status};
use mission_control_wire::reply::Deed;

use crate::http::description::schema::{
    Member, Schema, amount, array, count, flag, left_out, must, named, nullable, number, one_of,
    open, string,
};

/// What every answer says of when it was said.
pub(super) fn timestamp() -> Member {
    must("timestamp", "When this was said.", named("Time"))
}

/// Where the next page of a list begins.
pub(super) fn next_cursor() -> Member {
    nullable(
        "next_cursor",
        "What to send as `cursor` to get the next page; null on the last.",
        named("Cursor"),
    )
}

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let says = "A mission: what is asked, how it stands, and what came out of it.";
    let members = what().into_iter().chain(standing()).chain(ours()).chain(fate());
    vec![
        ("Mission", open(says, members)),
        ("MissionReply", open("One mission.", [mission(), timestamp()])),
        ("MissionList", mission_list()),
        (
            "RunningReply",
            open(
                "The missions under way.",
                [
                    must("missions", "The newest 1,000 of them.", array(named("Mission"))),
                    must("count", "All of them, also those that are not shown.", count()),
                    timestamp(),
                ],
            ),
        ),
        (
            "Created",
            open("A mission that was made.", [mission_id(), mission(), made(), timestamp()]),
        ),
        (
            "BatchCreated",
            open(
                "Missions that were made together.",
                [must("mission_ids", "In the order of the request.", array(named("MissionId")))],
            ),
        ),
        (
            "ActionReply",
            open("A mission after something was done to it.", [done(), mission(), timestamp()]),
        ),
    ]
}

fn mission_list() -> Schema {
    let capped = "Whether there are more than `total`: past 10,000, counting ends unless only \
                  status and priority filter.";
    open(
        "A page of missions.",
        [
            must("missions", "In the order asked for.", array(named("Mission"))),
            must("total", "How many there are in all.", count()),
            timestamp(),
            next_cursor(),
            must("total_capped", capped, flag()),
        ],
    )
}

fn mission() -> Member {
    must("mission", "The mission as it is now.", named("Mission"))
}

fn mission_id() -> Member {
    must("mission_id", "Its id.", named("MissionId"))
}

fn made() -> Member {
    must("message", "What was done.", one_of(&[Deed::Created.sentence()]))
}

fn done() -> Member {
    let deeds = [
        Deed::Started,
        Deed::Progressed,
        Deed::Completed,
        Deed::Failed,
        Deed::Cancelled,
        Deed::Retried,
        Deed::Discarded,
        Deed::Held,
        Deed::Approved,
        Deed::TakenBack,
        Deed::Edited,
    ];
    must("message", "What was done.", one_of(&deeds.map(Deed::sentence)))
}

/// What it is.
fn what() -> Vec<Member> {
    vec![
        must("id", "Its id.", named("MissionId")),
        must("title", "What it is called.", string()),
        must("description", "More about it, possibly empty, never null.", string()),
        must("status", "Where it stands.", one_of(Status::ALL)),
        must("priority", "How soon it wants to run.", one_of(Priority::ALL)),
    ]
}

/// The rest of what seed 002 knows.
fn standing() -> Vec<Member> {
    let duration = "From the begin to the end of the last attempt, in seconds; null if it never \
                    started.";
    let progress = "Percent. Of a mission with children: how many of all below it are completed.";
    vec![
        must("created_at", "When it was made.", named("Time")),
        nullable(
            "started_at",
            "When the current attempt began; null while pending.",
            named("Time"),
        ),
        nullable("completed_at", "When it ended, whichever way.", named("Time")),
        nullable("duration", duration, amount()),
        must("progress", progress, number(0.0, 100.0)),
        nullable("error_message", "What went wrong last; null once completed.", string()),
        must("result", "What came out; null until there is something.", named("Json")),
        must("metadata", "What its maker noted.", named("Json")),
        nullable("agent_type", "Which kind of agent performs it.", string()),
        nullable("model_used", "Which model is used.", string()),
        must("tokens_used", "All tokens, over all attempts.", count()),
        must("cost_estimate", "What they cost, over all attempts.", named("Cost")),
    ]
}

/// What says how it is to be performed.
fn ours() -> Vec<Member> {
    vec![
        must("project_id", "Whose it is.", string()),
        must("kind", "What runs it, and its queue.", string()),
        must("input", "What it works on; null without any.", named("Json")),
        nullable("parent_id", "The mission that it is a part of.", named("MissionId")),
        must("root_id", "The top of its tree; its own id without a parent.", named("MissionId")),
        must("depends_on", "The missions that it waits for.", array(named("MissionId"))),
        nullable("complexity", "How hard it is said to be.", one_of(Complexity::ALL)),
        must("labels", "To find it by, in order.", array(string())),
        must("required_capabilities", "What an agent must be able to do.", array(string())),
        nullable("fairness_key", "Whose turns it takes.", string()),
        nullable("concurrency_key", "Whose limit it counts towards.", string()),
        nullable("agent_id", "Who performs or performed it.", named("AgentId")),
        must("attempt", "From 1; 0 before the first.", count()),
        must("max_attempts", "How often it is tried.", count()),
        must("backoff", "How long it waits between attempts.", named("Backoff")),
        must("lease_id", "The fence of the last start or claim; 0 before the first.", count()),
        nullable("lease_expires_at", "How long its worker may stay silent.", named("Time")),
        nullable("scheduled_at", "Not before then.", named("Time")),
        nullable("expires_at", "Not after then.", named("Time")),
        nullable("timeout_seconds", "How long one attempt may take.", amount()),
    ]
}

/// What became of it.
fn fate() -> Vec<Member> {
    let revision = "How often a person has edited it; what `If-Match` of an edit names.";
    vec![
        nullable("progress_message", "What is going on.", string()),
        must("tokens_in", "Read by the model, over all attempts.", count()),
        must("tokens_out", "Written by the model, over all attempts.", count()),
        nullable("failure_class", "Why the last attempt ended badly.", one_of(FailureClass::ALL)),
        nullable("run_id", "The run of a workflow that it is a step of.", named("RunId")),
        nullable("step_key", "Which step.", string()),
        nullable("template", "The template that it was made from.", string()),
        nullable("created_by", "Who made it.", string()),
        must("dead_letter", "Whether it failed and nobody has retried or discarded it.", flag()),
        must("held", "Whether it waits for approval.", flag()),
        must("updated_at", "When anything about it last changed.", named("Time")),
        must("revision", revision, count()),
    ]
}

/// A member that is there when it applies.
pub(super) fn sometimes(name: &'static str, says: &str, schema: Schema) -> Member {
    left_out(name, says, schema)
}
