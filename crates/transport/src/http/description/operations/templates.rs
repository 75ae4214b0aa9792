//! Templates.

use super::{Family, Operation, PLAIN, done, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Templates",
    says: "Missions with parameters, made again and again.",
    operations: &[TEMPLATES, CREATE, TEMPLATE, PUT, REMOVE, LAUNCH],
};

const TEMPLATES: Operation = Operation {
    name: "templates",
    summary: "List templates",
    more: "By name, those that come with the program among them: the four mission types that every \
           project begins with.",
    answers: &[ok("A page.", "TemplateList", &["templates"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const CREATE: Operation = Operation {
    name: "create_template",
    summary: "Make a template",
    more: "One that is there already and says the same is answered with 200, so that sending it again \
           does no harm. What is wrong with the schema is named by its place: \
           `parameters.properties.count.type`.",
    request: Some("CreateTemplate"),
    idempotent: true,
    answers: &[
        ok("It was so already.", "TemplateReply", &["template"]),
        made("It is made.", "TemplateReply", &["template"]),
    ],
    problems: &[
        "template_taken",
        "no_room",
        "default_not_allowed",
        "duplicate_metric",
        "open_place",
        "empty_place",
        "unknown_parameter",
        "not_an_object",
        "invalid_schema",
        "invalid_reference",
        "remote_reference",
        "unknown_reference",
        "cyclic_reference",
        "idempotency_key_reused",
    ],
};

const TEMPLATE: Operation = Operation {
    name: "template",
    summary: "Read a template",
    answers: &[super::Answer { headers: &["ETag"], ..ok("It.", "TemplateReply", &["template"]) }],
    ..PLAIN
};

const PUT: Operation = Operation {
    name: "put_template",
    summary: "Change a template",
    more: "Replaces all that it says. Missions that were made of it stay as they are; ticks of \
           schedules make what it says then.",
    request: Some("PutTemplate"),
    answers: &[ok("It, changed.", "TemplateReply", &["template"])],
    problems: &[
        "builtin_template",
        "malformed_if_match",
        "precondition_required",
        "stale_revision",
        "default_not_allowed",
        "duplicate_metric",
        "open_place",
        "empty_place",
        "unknown_parameter",
        "not_an_object",
        "invalid_schema",
        "invalid_reference",
        "remote_reference",
        "unknown_reference",
        "cyclic_reference",
    ],
    ..PLAIN
};

const REMOVE: Operation = Operation {
    name: "remove_template",
    summary: "Remove a template",
    more: "Missions that were made of it keep its name. A schedule that needs it fails from then on, \
           and rests after five ticks.",
    answers: &[done("It is gone.")],
    problems: &["builtin_template"],
    ..PLAIN
};

const LAUNCH: Operation = Operation {
    name: "launch_template",
    summary: "Make a mission of a template",
    more: "A wrong parameter is refused by its name: `parameters.document`.",
    request: Some("LaunchTemplate"),
    idempotent: true,
    answers: &[made("It is made and waits.", "Created", &["mission_created"])],
    problems: &[
        "invalid_parameter",
        "missing_field",
        "wrong_type",
        "unknown_field",
        "not_an_object",
        "not_allowed",
        "too_short",
        "too_long",
        "too_many",
        "control_character",
        "idempotency_key_reused",
    ],
};
