//! Bodies that come in about missions.

use mission_control::kernel::{Capability, MAX_CAPABILITIES};
use mission_control::missions::{
    Complexity, DEFAULT_ATTEMPTS, Description, ErrorText, FailureClass, Label, MAX_ATTEMPTS,
    MAX_DEPENDENCIES, MAX_LABELS, Priority, ProgressMessage, QueueKey, ShortName, Title, Usage,
};
use mission_control_wire::request::{MAX_BATCH, MAX_LOG_LINES};

use crate::http::description::schema::{
    Member, Schema, at_most, closed, count, flag, left_out, matching, may, may_else, must, named,
    number, one_of, said, some, string, text, whole,
};
use crate::http::description::tree::object;
use crate::parse::{LEVELS, LONGEST_ATTEMPT_SECONDS, SHORTEST_ATTEMPT_SECONDS};

/// What `missions::Kind` takes.
pub(super) const KIND: &str = "^[a-z0-9._-]{1,64}$";
const TOKENS: &str = "Running total of the attempt; a lower one than before is ignored.";

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("CreateMission", create_mission()),
        ("BatchCreate", batch_create()),
        ("PatchMission", patch_mission()),
        ("Empty", closed("Nothing is asked.", [])),
        ("Start", closed("Begin an attempt that is driven from outside.", start())),
        ("Progress", closed("How far it is.", progress().into_iter().chain([lease()]))),
        ("Complete", closed("It is done.", complete().into_iter().chain([lease()]))),
        ("Fail", closed("It went wrong.", fail().into_iter().chain([lease()]))),
        ("Cancel", cancel()),
        ("Reason", reason()),
        ("AppendLogs", append_logs()),
        ("NewLogLine", new_log_line()),
    ]
}

fn create_mission() -> Schema {
    closed(
        "A mission to be made. What only the server sets is refused as `read_only_field`.",
        body().into_iter().chain(queueing()).chain(timing()),
    )
}

fn body() -> Vec<Member> {
    let metadata = "What its maker notes.";
    vec![
        must("title", "What it is called.", text::<Title>()),
        may_else("description", "More about it.", text::<Description>(), ""),
        may_else("priority", "How soon it wants to run.", one_of(Priority::ALL), "medium"),
        left_out("metadata", metadata, named("Json").with("default", object::<&str>([]))),
        may_else("kind", "What runs it, and its queue.", matching(KIND), "default"),
        left_out("input", "What it works on.", named("Json")),
        may("labels", "To find it by; repeats are folded.", at_most(MAX_LABELS, text::<Label>())),
        may("complexity", "How hard it is said to be.", one_of(Complexity::ALL)),
        may("parent_id", "The mission that it is a part of.", named("MissionId")),
        may("lease_id", "The lease of the parent's attempt that makes it.", count()),
    ]
}

fn queueing() -> Vec<Member> {
    let needed = at_most(MAX_CAPABILITIES, text::<Capability>());
    let depends_on = at_most(MAX_DEPENDENCIES, named("MissionId")).with("uniqueItems", true);
    vec![
        may("depends_on", "The missions that it waits for, each once.", depends_on),
        may("required_capabilities", "What an agent must be able to do.", needed),
        may("fairness_key", "Whose turns it takes; the project's without one.", text::<QueueKey>()),
        may("concurrency_key", "Whose limit it counts towards.", text::<QueueKey>()),
        may_else(
            "max_attempts",
            "How often it is tried.",
            whole(1, MAX_ATTEMPTS.into()),
            u64::from(DEFAULT_ATTEMPTS),
        ),
        may("backoff", "How long it waits between attempts.", named("Backoff")),
    ]
}

fn timing() -> Vec<Member> {
    let attempt = number(SHORTEST_ATTEMPT_SECONDS, LONGEST_ATTEMPT_SECONDS);
    vec![
        may("scheduled_at", "Not before then.", named("Time")),
        may("expires_at", "Not after then: it fails if it still waits.", named("Time")),
        may("timeout_seconds", "How long one attempt may take.", attempt),
        may_else("held", "Whether it waits for approval.", flag(), false),
        may("agent_type", "Which kind of agent it is for.", text::<ShortName>()),
        may("model_used", "Which model it is for.", text::<ShortName>()),
    ]
}

fn batch_create() -> Schema {
    let missions = must("missions", "In order.", some(MAX_BATCH, named("CreateMission")));
    closed("Missions to be made together: all of them or none.", [missions])
}

fn patch_mission() -> Schema {
    closed(
        "What changes, as a JSON Merge Patch (RFC 7396); what is left out stays.",
        [
            left_out("title", "What it is called.", text::<Title>()),
            left_out("description", "More about it.", text::<Description>()),
            left_out("priority", "Only while it is pending.", one_of(Priority::ALL)),
            left_out("metadata", "Merged into what is there, member by member.", named("Json")),
            left_out(
                "labels",
                "In place of those that are there.",
                at_most(MAX_LABELS, text::<Label>()),
            ),
        ],
    )
}

fn start() -> Vec<Member> {
    vec![
        may("agent_type", "Which kind of agent.", text::<ShortName>()),
        may("model_used", "Which model.", text::<ShortName>()),
    ]
}

/// The members of a report of progress.
pub(super) fn progress() -> Vec<Member> {
    let message = may("message", "What is going on.", text::<ProgressMessage>());
    let progress = must("progress", "Percent.", number(0.0, 100.0));
    let result = left_out("result", "What there is so far.", named("Json"));
    [progress, message, result].into_iter().chain(usage()).collect()
}

/// The members of a report of success.
pub(super) fn complete() -> Vec<Member> {
    let result = "What came out; without one, what progress has brought stays.";
    [left_out("result", result, named("Json"))].into_iter().chain(usage()).collect()
}

/// The members of a report of failure.
pub(super) fn fail() -> Vec<Member> {
    let message = string().with("default", "Unknown error");
    let class = "Decides whether it is tried again, unless `retryable` says so.";
    let longest = ErrorText::LONGEST;
    vec![
        may("error_message", &format!("What went wrong, cut at {longest} characters."), message),
        may_else("class", class, one_of(FailureClass::ALL), "unknown"),
        may("retryable", "Overrides what the class decides.", flag()),
        may("retry_after", "The next attempt begins not before then.", named("Time")),
    ]
}

fn usage() -> Vec<Member> {
    let tokens = || whole(0, Usage::MAX_TOKENS);
    vec![
        may("tokens_used", TOKENS, tokens()),
        may("tokens_in", "Read by the model. Running total of the attempt.", tokens()),
        may("tokens_out", "Written by the model. Running total of the attempt.", tokens()),
        may("cost_estimate", "What they cost. Running total of the attempt.", named("Cost")),
    ]
}

/// The fence that a worker names.
fn lease() -> Member {
    may("lease_id", "The fence of the attempt; needed on a leased mission.", count())
}

fn cancel() -> Schema {
    closed(
        "Call it off.",
        [
            may("reason", "In words.", text::<ErrorText>()),
            may_else("children", "Whether its whole subtree goes with it.", flag(), false),
        ],
    )
}

fn reason() -> Schema {
    let says = "Why, for whoever reads its events, which tell the first 500 characters.";
    closed("Why it is done, perhaps.", [may("reason", says, text::<ErrorText>())])
}

fn append_logs() -> Schema {
    let lines = must("lines", "Oldest first.", some(MAX_LOG_LINES, named("NewLogLine")));
    closed("Lines of output.", [lease(), lines])
}

fn new_log_line() -> Schema {
    let cut = "Without its line break; cut at 8 KiB, control characters replaced.";
    closed(
        "One line.",
        [
            must("at", "When it was written.", named("Time")),
            must("level", "How loud it is.", one_of(&LEVELS)),
            must("text", cut, string()),
        ],
    )
}

/// The discriminator of a report.
pub(super) fn kind_of(word: &'static str, says: &str) -> Schema {
    said(crate::http::description::schema::just(word), says)
}
