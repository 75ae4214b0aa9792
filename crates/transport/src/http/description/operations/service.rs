//! The service itself, its live stream, its description and its screen.

use super::{Answer, Content, Family, Operation, PLAIN, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Service",
    says: "How the service is doing, its journal as it happens, and what describes it.",
    operations: &[
        LIVE,
        READY,
        HEALTH,
        METRICS,
        METRICS_HISTORY,
        ANALYTICS,
        SYSTEM,
        PROMETHEUS,
        STREAM,
        SOCKET,
        OPENAPI,
        DOCS,
        PROBLEMS,
        DOCS_ASSET,
    ],
};

pub(super) const SCREEN: Family =
    Family { tag: "Screen", says: "What a browser asks for.", operations: &[PAGE, ASSET] };

const HTML: &str = "text/html; charset=utf-8";
const BEAT: &str = "id: MS40Mg\ndata: {\"type\":\"beat\",\"cursor\":\"MS40Mg\",\"server_time\":\"2026-01-31T08:30:00.000000Z\"}\n\n";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const LIVE: Operation = Operation {
    name: "live",
    summary: "Say whether the process lives",
    more: "Nothing else is looked at.",
    answers: &[other("It lives.", TEXT, "live\n")],
    ..PLAIN
};

const READY: Operation = Operation {
    name: "ready",
    summary: "Say whether to send requests here",
    more: "Storage is reachable, migrations are done, and the process is not about to end.",
    answers: &[other("It is ready.", TEXT, "ready\n")],
    problems: &["draining", "storage_unavailable"],
    ..PLAIN
};

const HEALTH: Operation = Operation {
    name: "health",
    summary: "Say whether the service can be used",
    answers: &[
        ok("It can.", "Health", &["health"]),
        Answer {
            status: 503,
            says: "Storage is away.",
            content: Content::Json("Health", &["health_unhealthy"]),
            headers: &[],
        },
    ],
    ..PLAIN
};

const METRICS: Operation = Operation {
    name: "metrics",
    summary: "Read the counters",
    more: "Of all time, exact at the moment of asking.",
    answers: &[ok("The counters.", "MetricsReply", &["metrics"])],
    ..PLAIN
};

const METRICS_HISTORY: Operation = Operation {
    name: "metrics_history",
    summary: "Read the counters as they were",
    more: "The counters are noted once a minute. A point is the first note in each step; at most \
           1,440 of them. Nothing was noted while no server ran.",
    answers: &[ok("The points.", "MetricsHistory", &["metrics_history"])],
    problems: &["invalid_period", "invalid_step", "too_many_points"],
    ..PLAIN
};

const SYSTEM: Operation = Operation {
    name: "system",
    summary: "Read how this process is doing",
    more: "Of this process alone, but for the size of the store and the missions, which are those \
           of the project. Whoever does not read in every project is told of the missions and since \
           when the server runs: the rest would tell what happens elsewhere. It looks at no rows and \
           also answers while storage is away.",
    answers: &[ok("How it is doing.", "System", &["system", "system_alone", "system_within"])],
    ..PLAIN
};

const ANALYTICS: Operation = Operation {
    name: "analytics",
    summary: "Compare what ended",
    more: "Missions that ended in a span, in groups by what they have in common: how many, how \
           they ended, how long their last attempts took, what all their attempts used. Model \
           and agent are those of the last attempt. By template, missions made from none are \
           left out: as long as there are no templates the list is empty. At most the newest \
           200,000 missions and the largest 200 groups.",
    answers: &[ok("The groups.", "AnalyticsReply", &["analytics"])],
    problems: &["missing_field", "invalid_grouping", "invalid_period", "period_too_long"],
    ..PLAIN
};

const PROMETHEUS: Operation = Operation {
    name: "prometheus",
    summary: "Let Prometheus scrape this process",
    more: "Figures of this process alone, in the text format of OpenMetrics.",
    answers: &[other("The figures.", OPENMETRICS, "# EOF\n")],
    ..PLAIN
};

const STREAM: Operation = Operation {
    name: "stream",
    summary: "Watch every change",
    more: "Server-sent events; the data of each is a `Frame`. The first is `hello`, then a \
           `snapshot` unless a cursor is followed, then `events` as they happen and a `beat` when \
           nothing does. Whoever reads too slowly is cut off, and goes on with `Last-Event-ID`. A \
           stream ends with the session or the token that let it in.",
    answers: &[other("A stream without an end.", "text/event-stream; charset=utf-8", BEAT)],
    problems: &["invalid_cursor", "unknown_topic", "draining", "too_many_watches"],
    ..PLAIN
};

const SOCKET: Operation = Operation {
    name: "socket",
    summary: "Watch every change over a WebSocket",
    more: "The same frames as the stream, one a message. A client may send `subscribe`, \
           `unsubscribe` and `ping`. The socket is closed with 1008 for what has no meaning here, \
           1009 for a message of more than 16 KiB, 1012 when the process ends or its store is away, \
           1013 for reading too slowly, 4401 when the session or token is over, and 4429 for too many \
           messages. After 1012 and 1013, go on with the last cursor.",
    answers: &[Answer {
        status: 101,
        says: "The connection goes on as a WebSocket (RFC 6455).",
        content: Content::None,
        headers: &[],
    }],
    problems: &[
        "invalid_cursor",
        "unknown_topic",
        "draining",
        "malformed_key",
        "unknown_subprotocol",
        "upgrade_required",
        "too_many_watches",
    ],
    ..PLAIN
};

const OPENAPI: Operation = Operation {
    name: "openapi",
    summary: "Read this description",
    more: "OpenAPI 3.1, written from the table that routes.",
    answers: &[Answer {
        status: 200,
        says: "The description.",
        content: Content::Other("application/json", "{\"openapi\": \"3.1.0\"}"),
        headers: &["ETag"],
    }],
    ..PLAIN
};

const DOCS: Operation = Operation {
    name: "docs",
    summary: "Read this description as a page",
    answers: &[other("The page.", HTML, "<!doctype html>")],
    ..PLAIN
};

const PROBLEMS: Operation = Operation {
    name: "docs_problems",
    summary: "Read what every refusal means",
    more: "Where the `type` of a problem leads.",
    answers: &[other("The page.", HTML, "<!doctype html>")],
    ..PLAIN
};

const DOCS_ASSET: Operation = Operation {
    name: "docs_style",
    summary: "Load the style of these pages",
    answers: &[other("The style.", "text/css; charset=utf-8", "body{}")],
    ..PLAIN
};

const PAGE: Operation = Operation {
    name: "page",
    summary: "Open the screen",
    answers: &[other("The page.", HTML, "<!doctype html>")],
    ..PLAIN
};

const ASSET: Operation = Operation {
    name: "asset",
    summary: "Load a file of the screen",
    more: "Its address changes with its content, so it may be kept for ever.",
    answers: &[other("The file.", "application/octet-stream", "")],
    ..PLAIN
};

const fn other(says: &'static str, kind: &'static str, example: &'static str) -> Answer {
    Answer { status: 200, says, content: Content::Other(kind, example), headers: &[] }
}
