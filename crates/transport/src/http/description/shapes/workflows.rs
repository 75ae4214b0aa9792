//! Workflows and their runs.

use mission_control::kernel::{Capability, MAX_CAPABILITIES};
use mission_control::missions::{
    Complexity, DEFAULT_ATTEMPTS, Description, ErrorText, FailureClass, Label, MAX_ATTEMPTS,
    MAX_LABELS, Priority, QueueKey, ShortName, Status, Title,
};
use mission_control::workflows::{MAX_STEPS, OnFailure, RunState, StepKey};

use super::missions::{next_cursor, sometimes, timestamp};
use super::requests::KIND;
use crate::http::description::parameters::WORKFLOW_NAME;
use crate::http::description::schema::{
    Member, Schema, amount, array, at_most, closed, count, flag, left_out, matching, may, may_else,
    must, named, nullable, number, one_of, open, some, string, text, whole,
};
use crate::http::description::tree::object;
use crate::parse::{LAST_VERSION, LONGEST_ATTEMPT_SECONDS, SHORTEST_ATTEMPT_SECONDS};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let step = "A step, and what its missions begin with.";
    let steps = nodes().into_iter().chain(asked()).chain(queued());
    vec![
        ("CreateWorkflow", create_workflow()),
        ("CreateWorkflowStep", closed(step, steps)),
        ("LaunchRun", launch_run()),
        ("CancelRun", closed("Call it off.", [may("reason", "In words.", text::<ErrorText>())])),
        ("Workflow", workflow()),
        ("WorkflowStep", workflow_step()),
        ("WorkflowReply", open("One workflow.", [its_workflow(), timestamp()])),
        ("WorkflowList", workflow_list()),
        ("Run", run()),
        ("RunCounts", run_counts()),
        ("RunStep", run_step()),
        ("RunReply", open("One run.", [its_run(), timestamp()])),
        ("RunLaunched", open("A run that was launched.", [run_id(), its_run(), timestamp()])),
        ("RunList", run_list()),
    ]
}

fn create_workflow() -> Schema {
    let steps = some(MAX_STEPS, named("CreateWorkflowStep"));
    closed(
        "A workflow to be kept, as the next version of its name.",
        [
            must("name", "Unique in the project.", matching(WORKFLOW_NAME)),
            may_else("description", "What it is for.", text::<Description>(), ""),
            must("steps", "In the order in which they are shown.", steps),
        ],
    )
}

/// What makes it a node of the graph.
fn nodes() -> Vec<Member> {
    let goes_on = "Whether what depends on it is called off, or goes on, when it fails for good.";
    vec![
        must("key", "Unique in the workflow.", text::<StepKey>()),
        may("title", "What its missions are called; its key without one.", text::<Title>()),
        may("depends_on", "The keys of the steps that it waits for.", array(text::<StepKey>())),
        may_else("on_failure", goes_on, one_of(OnFailure::ALL), "stop"),
    ]
}

/// What a mission is asked for, before there is one.
pub(super) fn asked() -> Vec<Member> {
    let metadata = named("Json").with("default", object::<&str>([]));
    vec![
        may_else("description", "More about it.", text::<Description>(), ""),
        may_else("priority", "How soon it wants to run.", one_of(Priority::ALL), "medium"),
        left_out("metadata", "What its maker notes.", metadata),
        may_else("kind", "What runs it, and its queue.", matching(KIND), "default"),
        left_out("input", "What it works on: an object, or nothing.", named("Json")),
        may("labels", "To find its missions by.", at_most(MAX_LABELS, text::<Label>())),
        may("complexity", "How hard it is said to be.", one_of(Complexity::ALL)),
        may("agent_type", "Which kind of agent it is for.", text::<ShortName>()),
        may("model_used", "Which model it is for.", text::<ShortName>()),
    ]
}

/// How it is queued.
pub(super) fn queued() -> Vec<Member> {
    let needed = at_most(MAX_CAPABILITIES, text::<Capability>());
    let attempts = whole(1, MAX_ATTEMPTS.into());
    let attempt = number(SHORTEST_ATTEMPT_SECONDS, LONGEST_ATTEMPT_SECONDS);
    vec![
        may("required_capabilities", "What an agent must be able to do.", needed),
        may("fairness_key", "Whose turns it takes; the project's without one.", text::<QueueKey>()),
        may("concurrency_key", "Whose limit it counts towards.", text::<QueueKey>()),
        may_else("max_attempts", "How often it is tried.", attempts, u64::from(DEFAULT_ATTEMPTS)),
        may("backoff", "How long it waits between attempts.", named("Backoff")),
        may("timeout_seconds", "How long one attempt may take.", attempt),
        may_else("held", "Whether it waits for approval.", flag(), false),
    ]
}

fn launch_run() -> Schema {
    let input = "An object whose members go into the input of every step, in place of its own.";
    let version = whole(1, LAST_VERSION.into());
    closed(
        "What a run is launched with.",
        [
            left_out("input", input, named("Json")),
            may("version", "Which version; the newest without one.", version),
            may("title", "What it is called.", text::<Title>()),
            may("priority", "Of every step, in place of its own.", one_of(Priority::ALL)),
            may("labels", "For every step, beside its own.", at_most(MAX_LABELS, text::<Label>())),
        ],
    )
}

fn its_workflow() -> Member {
    must("workflow", "It.", named("Workflow"))
}

fn workflow() -> Schema {
    open(
        "A version of a workflow.",
        [
            must("name", "Unique in the project.", string()),
            must("description", "What it is for, possibly empty, never null.", string()),
            must("version", "From 1.", count()),
            must("steps_total", "How many steps it has.", count()),
            must("created_by", "Who made this version.", string()),
            must("created_at", "When this version was made.", named("Time")),
            sometimes("steps", "As they were written; not in lists.", array(named("WorkflowStep"))),
        ],
    )
}

fn workflow_step() -> Schema {
    open(
        "A step, with all that its missions begin with.",
        [
            must("key", "Unique in the workflow.", string()),
            must("title", "What its missions are called.", string()),
            must("depends_on", "The keys of the steps that it waits for.", array(string())),
            must("on_failure", "What its failure means for them.", one_of(OnFailure::ALL)),
            must("description", "More about it, possibly empty, never null.", string()),
            must("priority", "How soon it wants to run.", one_of(Priority::ALL)),
            must("kind", "What runs it, and its queue.", string()),
            must("input", "What it works on; null without any.", named("Json")),
            must("metadata", "What its maker noted.", named("Json")),
            must("labels", "To find its missions by, in order.", array(string())),
            nullable("complexity", "How hard it is said to be.", one_of(Complexity::ALL)),
            must("required_capabilities", "What an agent must be able to do.", array(string())),
            nullable("fairness_key", "Whose turns it takes.", string()),
            nullable("concurrency_key", "Whose limit it counts towards.", string()),
            must("max_attempts", "How often it is tried.", count()),
            must("backoff", "How long it waits between attempts.", named("Backoff")),
            nullable("timeout_seconds", "How long one attempt may take.", amount()),
            must("held", "Whether it waits for approval.", flag()),
            nullable("agent_type", "Which kind of agent it is for.", string()),
            nullable("model_used", "Which model it is for.", string()),
        ],
    )
}

fn workflow_list() -> Schema {
    let workflows = must("workflows", "By name.", array(named("Workflow")));
    open("A page of workflows.", [workflows, timestamp(), next_cursor()])
}

fn its_run() -> Member {
    must("run", "It.", named("Run"))
}

fn run_id() -> Member {
    must("run_id", "Its id.", named("RunId"))
}

const STARTED_AT: &str = "When the first of its steps began, of those that run or have ended: a step \
                          that waits for its next attempt has begun nothing that shows.";

fn run() -> Schema {
    let done = "How many steps are completed, or failed where the run goes on.";
    open(
        "A run, as its missions stand.",
        [
            must("id", "Its id.", named("RunId")),
            must("workflow", "Of which workflow.", string()),
            must("version", "In which version.", count()),
            nullable("title", "What it is called.", string()),
            must("state", "How it stands.", one_of(RunState::ALL)),
            must("paused", "Whether its steps wait until it is resumed.", flag()),
            must("progress", "Percent: `done` ÷ `steps_total`, rounded down.", whole(0, 100)),
            must("current_step", "The highest position that has started; 0 before.", count()),
            must("steps_total", "How many steps it has.", count()),
            must("done", done, count()),
            must("counts", "How many steps stand where.", named("RunCounts")),
            must("created_by", "Who launched it.", string()),
            must("created_at", "When it was launched.", named("Time")),
            nullable("started_at", STARTED_AT, named("Time")),
            nullable(
                "completed_at",
                "When its last step ended; null while it goes on.",
                named("Time"),
            ),
            sometimes("input", "What it was launched with; not in lists.", named("Json")),
            sometimes("steps", "By position; not in lists.", array(named("RunStep"))),
        ],
    )
}

fn run_counts() -> Schema {
    open(
        "How many steps of a run stand where.",
        [
            must("pending", "Waiting.", count()),
            must("running", "Under way.", count()),
            must("completed", "Done.", count()),
            must("failed", "Failed for good.", count()),
            must("cancelled", "Called off.", count()),
        ],
    )
}

fn run_step() -> Schema {
    open(
        "A step of a run, as its mission stands.",
        [
            must("position", "From 1.", count()),
            must("key", "Unique in the run.", string()),
            must("title", "What it is called.", string()),
            must("mission_id", "The mission that performs it.", named("MissionId")),
            must("status", "Where it stands.", one_of(Status::ALL)),
            must("depends_on", "The keys of the steps that it waits for.", array(string())),
            must("on_failure", "What its failure means for them.", one_of(OnFailure::ALL)),
            must("attempt", "From 1; 0 before the first.", count()),
            must("progress", "Percent.", number(0.0, 100.0)),
            nullable("progress_message", "What is going on.", string()),
            nullable("started_at", "When its attempt began; null while it waits.", named("Time")),
            nullable("completed_at", "When it ended, whichever way.", named("Time")),
            nullable("duration", "From the begin to the end, in seconds.", amount()),
            nullable("agent_id", "Who performs or performed it.", named("AgentId")),
            must("held", "Whether it waits for approval.", flag()),
            nullable("failure_class", "Why it ended badly last.", one_of(FailureClass::ALL)),
            nullable("error_message", "In words.", string()),
        ],
    )
}

fn run_list() -> Schema {
    let runs = must("runs", "Newest first.", array(named("Run")));
    open("A page of runs.", [runs, timestamp(), next_cursor()])
}
