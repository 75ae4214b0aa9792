//! One mission from close by.

use super::{Answer, Content, Family, Operation, PLAIN, ok};

pub(super) const FAMILY: Family = Family {
    tag: "History",
    says: "One mission from close by: what happened to it, and why it waits.",
    operations: &[EVENTS, ATTEMPTS, LOGS, APPEND_LOGS, DEPENDENCY, TREE, EXPLAIN],
};

const EVENTS: Operation = Operation {
    name: "mission_events",
    summary: "Read its journal",
    more: "Every change, oldest first, with who asked for it and why.",
    answers: &[ok("A page of entries.", "EventList", &["events"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const ATTEMPTS: Operation = Operation {
    name: "mission_attempts",
    summary: "List its attempts",
    more: "Oldest first, also the one under way.",
    answers: &[ok("Its attempts.", "AttemptList", &["attempts"])],
    ..PLAIN
};

const LOGS: Operation = Operation {
    name: "mission_logs",
    summary: "Read its output",
    more: "Lines behind `after`, oldest first.",
    answers: &[ok("Lines.", "LogList", &["logs"])],
    ..PLAIN
};

const APPEND_LOGS: Operation = Operation {
    name: "append_logs",
    summary: "Append to its output",
    more: "What is too long is cut and what is unprintable replaced: output is never refused. The \
           answer says where the log ends now and repeats no lines.",
    request: Some("AppendLogs"),
    answers: &[Answer {
        status: 201,
        says: "They are kept.",
        content: Content::Json("LogList", &["logs"]),
        headers: &[],
    }],
    problems: &["invalid_transition", "lease_lost", "lease_required", "not_leased"],
    ..PLAIN
};

const DEPENDENCY: Operation = Operation {
    name: "mission_dependency",
    summary: "Read what one of its dependencies has found",
    more: "For the attempt that runs under `lease_id`: what its claim has left out for want of room.",
    answers: &[ok("What it has found.", "DependencyReply", &["dependency"])],
    problems: &["lease_lost", "missing_field"],
    ..PLAIN
};

const TREE: Operation = Operation {
    name: "mission_tree",
    summary: "Read its tree",
    more: "The mission itself, then what is below it, nearest first, at most 1,000 in all.",
    answers: &[ok("The tree.", "MissionList", &["mission_list"])],
    ..PLAIN
};

const EXPLAIN: Operation = Operation {
    name: "explain_mission",
    summary: "Explain how it stands",
    more: "While it waits: every gate, open or not, with what stands in the way; its position; its \
           earliest time. Ready means that the next matching claim can take it. Else: who runs it \
           and until when, or how it ended and what brings it back.",
    answers: &[ok(
        "How it stands.",
        "Explain",
        &["explain", "explain_ready", "explain_running", "explain_over"],
    )],
    ..PLAIN
};
