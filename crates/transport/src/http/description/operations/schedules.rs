//! Schedules.

use super::{Answer, Family, Operation, PLAIN, done, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Schedules",
    says: "What is made again and again at its time. Each tick is fired once, or written down as passed \
           over, whichever process dies when.",
    operations: &[SCHEDULES, CREATE, SCHEDULE, PUT, REMOVE, PAUSE, RESUME, TICKS],
};

const SCHEDULES: Operation = Operation {
    name: "schedules",
    summary: "List schedules",
    more: "By name, without their last ticks.",
    answers: &[ok("A page.", "ScheduleList", &["schedules"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const CREATE: Operation = Operation {
    name: "create_schedule",
    summary: "Make a schedule",
    more: "Just one of `template`, `workflow` and `mission` says what a tick makes; whether it can be \
           made is looked at now. Five ticks in a row that cannot be fired let the schedule rest, \
           with the reason of the last. One that is there already and says the same is answered \
           with 200.",
    request: Some("CreateSchedule"),
    idempotent: true,
    answers: &[
        ok("It was so already.", "ScheduleReply", &["schedule"]),
        made("It is made.", "ScheduleReply", &["schedule"]),
    ],
    problems: &[
        "schedule_taken",
        "no_room",
        "invalid_cron",
        "never_due",
        "invalid_time_zone",
        "one_target",
        "not_of_this_target",
        "unknown_template",
        "unknown_workflow",
        "not_an_object",
        "invalid_parameter",
        "idempotency_key_reused",
    ],
};

const SCHEDULE: Operation = Operation {
    name: "schedule",
    summary: "Read a schedule",
    more: "With its next ten ticks and its last ten.",
    answers: &[Answer {
        headers: &["ETag"],
        ..ok("It.", "ScheduleReply", &["schedule", "schedule_paused"])
    }],
    ..PLAIN
};

const PUT: Operation = Operation {
    name: "put_schedule",
    summary: "Change a schedule",
    more: "Replaces all that it says. With another cron expression or time zone it goes on from now.",
    request: Some("PutSchedule"),
    answers: &[ok("It, changed.", "ScheduleReply", &["schedule"])],
    problems: &[
        "malformed_if_match",
        "precondition_required",
        "stale_revision",
        "invalid_cron",
        "never_due",
        "invalid_time_zone",
        "one_target",
        "not_of_this_target",
        "unknown_template",
        "unknown_workflow",
        "not_an_object",
        "invalid_parameter",
    ],
    ..PLAIN
};

const REMOVE: Operation = Operation {
    name: "remove_schedule",
    summary: "Remove a schedule",
    more: "With its ticks; the missions and runs that it has made stay.",
    answers: &[done("It is gone.")],
    ..PLAIN
};

const PAUSE: Operation = Operation {
    name: "pause_schedule",
    summary: "Let a schedule rest",
    more: "It fires nothing until it is resumed; one that rests already stays as it is.",
    request: Some("Reason"),
    idempotent: true,
    answers: &[ok("It, at rest.", "ScheduleReply", &["schedule_paused"])],
    problems: &["idempotency_key_reused"],
};

const RESUME: Operation = Operation {
    name: "resume_schedule",
    summary: "Let a schedule go on",
    more: "With the first tick from now; what it would have fired meanwhile is not caught up on.",
    request: Some("Empty"),
    idempotent: true,
    answers: &[ok("It, on its way.", "ScheduleReply", &["schedule"])],
    problems: &["idempotency_key_reused"],
};

const TICKS: Operation = Operation {
    name: "schedule_ticks",
    summary: "List ticks of a schedule",
    more: "Newest first: what each made, or why it was passed over or could not be fired.",
    answers: &[ok("A page.", "TickList", &["schedule_ticks"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};
