//! Making, finding and editing missions.

use super::{Answer, Content, Family, Operation, PLAIN, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Missions",
    says: "Asking for work, and finding it again.",
    operations: &[CREATE, CREATE_BATCH, BULK, LIST, EXPORT, GET, EDIT, CREATE_CHILD, RUNNING],
};

/// What refuses a new mission besides its own fields.
const MAKING: &[&str] = &[
    "unknown_dependency",
    "dependency_failed",
    "duplicate_dependency",
    "unknown_parent",
    "tree_too_deep",
    "parent_finished",
    "idempotency_key_reused",
];

const CREATE: Operation = Operation {
    name: "create_mission",
    summary: "Make a mission",
    more: "It is durable before it is answered. Only `title` must be given.",
    request: Some("CreateMission"),
    idempotent: true,
    answers: &[made("It is made and waits.", "Created", &["mission_created"])],
    problems: MAKING,
};

const CREATE_BATCH: Operation = Operation {
    name: "create_missions",
    summary: "Make many missions at once",
    more: "All of them or none. A wrong field is named by its place: `missions[3].title`.",
    request: Some("BatchCreate"),
    idempotent: true,
    answers: &[Answer {
        status: 201,
        says: "They are made.",
        content: Content::Json("BatchCreated", &["batch_created"]),
        headers: &[],
    }],
    problems: MAKING,
};

const BULK: Operation = Operation {
    name: "bulk_missions",
    summary: "Do one thing to many missions",
    more: "With `dry_run` nothing is done: the answer says to how many missions of which status, \
           shows five, and gives a `preview_token` that holds for 15 minutes and its asker alone. \
           Sent alone, it carries out just that: what has changed since, progress apart, is \
           skipped. Sent again, it does what was left undone and answers the same. What a \
           `filter` finds must be previewed, at most 10,000 missions at a time; `ids` are done \
           at once without `dry_run`. A refusal of one mission is no refusal of the others.",
    request: Some("Bulk"),
    idempotent: true,
    answers: &[Answer {
        status: 200,
        says: "What would be done, or what was done.",
        content: Content::Json("BulkAnswer", &["bulk_preview", "bulk_preview_more", "bulk"]),
        headers: &[],
    }],
    problems: &[
        "invalid_preview_token",
        "preview_expired",
        "preview_required",
        "not_alone",
        "missing_field",
        "too_few",
        "invalid_flag",
        "invalid_status",
        "invalid_complexity",
        "invalid_agent_id",
        "invalid_run_id",
        "invalid_time",
        "invalid_kind",
        "too_long",
        "too_short",
        "control_character",
    ],
};

const LIST: Operation = Operation {
    name: "list_missions",
    summary: "List missions",
    more: "Filters combine; several values of one are separated by commas and any of them fits. \
           The order is total and stable: while missions come in, no page skips or repeats one.",
    answers: &[Answer {
        status: 200,
        says: "A page.",
        content: Content::Json("MissionList", &["mission_list"]),
        headers: &["Link"],
    }],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const EXPORT: Operation = Operation {
    name: "export_missions",
    summary: "Save missions as a file",
    more: "Any number of them, with the filters and orders of the list. In CSV (RFC 4180), lists \
           and objects are JSON, and a text that a spreadsheet would compute has a `'` before it. \
           A file that could not be finished ends with the connection cut. In the orders by \
           `created_at`, no mission is skipped or repeated however many come in meanwhile; in \
           others, one that changes meanwhile may move.",
    answers: &[Answer {
        status: 200,
        says: "The file.",
        content: Content::Several(&[
            ("text/csv; charset=utf-8; header=present", "id,title,description,status\r\n"),
            ("application/json", EXPORTED),
            ("application/x-ndjson", "{\"id\":\"019126f4-5d40-7000-8000-000000000001\"}\n"),
        ]),
        headers: &["Content-Disposition"],
    }],
    ..PLAIN
};

const EXPORTED: &str =
    "{\"missions\":[],\"count\":0,\"timestamp\":\"2026-01-31T08:30:00.000000Z\"}";

const GET: Operation = Operation {
    name: "mission",
    summary: "Read a mission",
    more: "With `If-None-Match` of the last `ETag`, a mission that looks the same is answered \
           with 304 and no body.",
    answers: &[
        Answer {
            status: 200,
            says: "The mission.",
            content: Content::Json("MissionReply", &["mission_reply"]),
            headers: &["ETag"],
        },
        Answer {
            status: 304,
            says: "It looks as it did.",
            content: Content::None,
            headers: &["ETag"],
        },
    ],
    ..PLAIN
};

const EDIT: Operation = Operation {
    name: "edit_mission",
    summary: "Edit a mission",
    more: "A JSON Merge Patch (RFC 7396). `If-Match` names the `ETag` that was read, or is `*`.",
    request: Some("PatchMission"),
    answers: &[Answer {
        status: 200,
        says: "It is edited.",
        content: Content::Json("ActionReply", &["mission_action"]),
        headers: &["ETag"],
    }],
    problems: &[
        "malformed_if_match",
        "precondition_required",
        "stale_revision",
        "invalid_transition",
        "invalid_json",
    ],
    ..PLAIN
};

const CREATE_CHILD: Operation = Operation {
    name: "create_child",
    summary: "Make a mission below another",
    more: "The parent must be pending or running, and may end before its children. With the \
           `lease_id` of an attempt at the parent, which agents must name, nothing is made once \
           that attempt is over: `lease_lost`.",
    request: Some("CreateMission"),
    idempotent: true,
    answers: &[made("It is made and waits.", "Created", &["mission_created"])],
    problems: MAKING,
};

const RUNNING: Operation = Operation {
    name: "running",
    summary: "List what runs",
    more: "The newest 1,000 missions under way, and how many there are in all.",
    answers: &[ok("What runs.", "RunningReply", &["running"])],
    ..PLAIN
};
