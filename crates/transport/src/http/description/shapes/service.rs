//! How the service is doing, and what it refuses.

use super::missions::{sometimes, timestamp};
use crate::http::description::schema::{
    Schema, amount, array, count, flag, must, named, nullable, number, one_of, open, string, whole,
};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("Metrics", metrics()),
        (
            "MetricsReply",
            open(
                "Counters of all time.",
                [must("metrics", "They.", named("Metrics")), timestamp()],
            ),
        ),
        ("MetricsPoint", metrics_point()),
        ("MetricsHistory", metrics_history()),
        ("System", system()),
        ("Pool", pool()),
        ("Sockets", sockets()),
        ("Api", api()),
        ("Health", health()),
        ("Problem", problem()),
        ("FieldProblem", field_problem()),
    ]
}

fn metrics() -> Schema {
    let finished = "Completed ÷ (completed + failed) × 100; 0 without any.";
    open(
        "Counters of all time, exact at the moment of asking.",
        [
            must("total_missions", "Ever made.", count()),
            must("completed_missions", "Of these, completed.", count()),
            must("failed_missions", "Of these, failed.", count()),
            must("running_missions", "Of these, under way.", count()),
            must(
                "average_duration",
                "Over missions with one, in seconds; 0 without any.",
                amount(),
            ),
            must("success_rate", "Completed ÷ total × 100; 0 without any.", number(0.0, 100.0)),
            must("total_tokens", "Of all missions.", count()),
            must("total_cost", "Of all missions, in US dollars.", amount()),
            must("pending_missions", "Waiting.", count()),
            must("cancelled_missions", "Called off.", count()),
            must("finished_success_rate", finished, number(0.0, 100.0)),
        ],
    )
}

fn metrics_point() -> Schema {
    open(
        "The counters as they were in one minute.",
        [
            must("timestamp", "The begin of the minute.", named("Time")),
            must("total_missions", "Ever made until then.", count()),
            must("completed_missions", "Of these, completed.", count()),
            must("failed_missions", "Of these, failed.", count()),
            must("running_missions", "Of these, under way.", count()),
            must(
                "average_duration",
                "Over missions with one, in seconds; 0 without any.",
                amount(),
            ),
            must("success_rate", "Completed ÷ total × 100; 0 without any.", number(0.0, 100.0)),
            must("total_tokens", "Of all missions.", count()),
            must("total_cost", "Of all missions, in US dollars.", amount()),
        ],
    )
}

fn metrics_history() -> Schema {
    open(
        "The counters as they were, step by step.",
        [
            must(
                "points",
                "Oldest first; none for a step without a note.",
                array(named("MetricsPoint")),
            ),
            must("from", "The first instant that was looked at.", named("Time")),
            must("to", "The end, itself not looked at.", named("Time")),
            must("step", "From one point to the next, in seconds.", count()),
            timestamp(),
        ],
    )
}

fn system() -> Schema {
    let free = "Free where the data folder lies; null when the system does not tell.";
    let rate =
        "Failed ÷ (completed + failed) × 100 in the last hour, in the project; 0 without any.";
    open(
        "How the process is doing; null for whoever does not read in every project.",
        [
            nullable("cpu_percent", "Of one processor, over some seconds.", amount()),
            nullable("rss_bytes", "Memory that the process has.", count()),
            nullable("disk_free_bytes", free, count()),
            nullable("store_bytes", "What the store takes; null while it is away.", count()),
            nullable("pool", "Connections to the store; null without a pool.", named("Pool")),
            nullable("sockets", "What is open.", named("Sockets")),
            nullable("api", "Requests of the last minute.", named("Api")),
            must("missions_per_minute", "Completed or failed in the last hour ÷ 60.", amount()),
            must("error_rate", rate, number(0.0, 100.0)),
            must("uptime", "Since the server began, in seconds.", amount()),
            timestamp(),
        ],
    )
}

fn pool() -> Schema {
    open(
        "The pool that reads from the store, when a connection was last taken.",
        [
            must("busy", "In use.", count()),
            must("free", "Not in use.", count()),
            must("waiting", "Callers without one.", count()),
        ],
    )
}

fn sockets() -> Schema {
    open(
        "Sockets that are open.",
        [
            must("connections", "Connections, those of WebSockets not counted.", count()),
            must("sse", "Streams of server-sent events.", count()),
            must("websocket", "WebSockets.", count()),
        ],
    )
}

fn api() -> Schema {
    open(
        "How the API answered in the last minute.",
        [
            must("requests", "How many there were, those that wait not counted.", count()),
            must("p50_ms", "Half of them took no longer; 0 without any.", amount()),
            must("p95_ms", "95 of 100 took no longer; 0 without any.", amount()),
            must("error_rate", "Percent that ended in a fault of the server.", number(0.0, 100.0)),
        ],
    )
}

fn health() -> Schema {
    open(
        "Whether the server can be used: open to everybody, so it says nothing else.",
        [
            must("status", "The answer.", one_of(&["healthy", "unhealthy"])),
            timestamp(),
            must("mission_tracker", "Whether missions can be read and written.", flag()),
            must("production_monitor", "Whether the server watches itself.", flag()),
            must("uptime", "Since the server began, in seconds.", amount()),
        ],
    )
}

fn problem() -> Schema {
    let kind = "Where the kind of problem is explained: a page of this server.";
    let errors = "The members that were wrong; left out when none was.";
    open(
        "Why a request was refused (RFC 9457).",
        [
            must("type", kind, string()),
            must("title", "The status in words.", string()),
            must("status", "The HTTP status.", whole(400, 599)),
            must("detail", "What was wrong this time and what to do, for a person.", string()),
            must("instance", "The path that was asked for.", string()),
            must("code", "What a program branches on.", string()),
            must("error", "The same as `detail`.", string()),
            must("request_id", "What to quote when asking for help.", string()),
            sometimes("errors", errors, array(named("FieldProblem"))),
        ],
    )
}

fn field_problem() -> Schema {
    open(
        "One member that was wrong.",
        [
            must("field", "Like `priority` or `missions[3].title`.", string()),
            must("code", "What a program branches on.", string()),
            must("message", "What a person reads.", string()),
        ],
    )
}
