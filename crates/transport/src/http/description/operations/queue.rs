//! What waits, what failed, and what is set for both.

use super::{Answer, Family, Operation, PLAIN, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Queue",
    says: "What waits, kind by kind, with what operators have set, and what failed. Pausing keeps \
           missions from being claimed; what runs goes on.",
    operations: &[LIST, PAUSE_ALL, RESUME_ALL, SET, PAUSE, RESUME, DEAD_LETTER],
};

const QUEUE: &[Answer] = &[ok("As it is set now.", "QueueReply", &["queue"])];

const LIST: Operation = Operation {
    name: "queue",
    summary: "Read the queues",
    more: "Each kind in use: what is set for it, what runs, what waits and for what. Counts are of \
           the moment of asking; where more than 10,000 of a kind are to be told apart that no \
           counter tells, `exact` is false.",
    answers: &[ok("The queues.", "QueueReply", &["queue"])],
    ..PLAIN
};

/// What an operator sets.
const ORDER: Operation = Operation {
    request: Some("Empty"),
    idempotent: true,
    answers: QUEUE,
    problems: &["idempotency_key_reused"],
    ..PLAIN
};

const PAUSE_ALL: Operation = Operation {
    name: "pause_queues",
    summary: "Pause the project",
    more: "Nothing of the project is claimed until it is resumed.",
    ..ORDER
};

const RESUME_ALL: Operation = Operation {
    name: "resume_queues",
    summary: "Resume the project",
    more: "Agents that wait for work look again at once. Kinds that are paused stay so.",
    ..ORDER
};

const SET: Operation = Operation {
    name: "set_queue",
    summary: "Limit a kind",
    more: "Says the whole: a limit that is left out or null is none. Without `key_limit` missions \
           with the same concurrency key run one at a time. Whether it is paused stays as it is.",
    request: Some("SetQueue"),
    answers: QUEUE,
    ..PLAIN
};

const PAUSE: Operation = Operation {
    name: "pause_queue",
    summary: "Pause a kind",
    more: "Nothing of the kind is claimed until it is resumed. Again changes nothing.",
    ..ORDER
};

const RESUME: Operation = Operation {
    name: "resume_queue",
    summary: "Resume a kind",
    more: "Agents that wait for work look again at once.",
    ..ORDER
};

const DEAD_LETTER: Operation = Operation {
    name: "dead_letter",
    summary: "Read the dead letter by what failed",
    more: "Missions that failed and are neither retried nor discarded, those together whose class \
           and message are the same but for numbers, ids and what stands in quotes. Retry or \
           discard a group with `POST /api/missions/bulk` and a filter by its `fingerprint` and \
           `dead_letter`.",
    answers: &[ok("What failed.", "DeadLetterReply", &["dead_letter"])],
    ..PLAIN
};
