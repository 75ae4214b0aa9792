//! What is done to one mission.

use super::{Answer, Family, Operation, PLAIN, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Actions",
    says: "What is done to one mission. A command that its life does not know is refused as \
           `invalid_transition` and changes nothing. A mission that an agent has claimed takes \
           `progress`, `complete` and `fail` only with the `lease_id` of its claim.",
    operations: &[
        START, PROGRESS, COMPLETE, FAIL, CANCEL, RETRY, DISCARD, HOLD, APPROVE, TAKE_BACK,
    ],
};

const DONE: &[Answer] = &[ok("It is done.", "ActionReply", &["mission_action"])];
const MOVES: &[&str] = &["invalid_transition", "idempotency_key_reused"];
const WRITES: &[&str] =
    &["invalid_transition", "lease_lost", "lease_required", "not_leased", "idempotency_key_reused"];

/// An action that takes an empty body.
const SIMPLE: Operation =
    Operation { request: Some("Empty"), idempotent: true, answers: DONE, problems: MOVES, ..PLAIN };

const START: Operation = Operation {
    name: "start_mission",
    summary: "Start a mission from outside",
    more: "Begins an attempt that has no lease. Schedules, pauses and limits are passed over; an \
           approval or a dependency that is missing is not: `not_ready`.",
    request: Some("Start"),
    problems: &["invalid_transition", "not_ready", "idempotency_key_reused"],
    ..SIMPLE
};

const PROGRESS: Operation = Operation {
    name: "progress_mission",
    summary: "Say how far it is",
    more: "What is left out stays. Tokens and cost are running totals of the attempt.",
    request: Some("Progress"),
    problems: WRITES,
    ..SIMPLE
};

const COMPLETE: Operation = Operation {
    name: "complete_mission",
    summary: "End it well",
    more: "Sent again under the same lease, it is answered as it was.",
    request: Some("Complete"),
    problems: WRITES,
    ..SIMPLE
};

const FAIL: Operation = Operation {
    name: "fail_mission",
    summary: "End the attempt badly",
    more: "Its `class` decides whether the mission is tried again. One that was started from \
           outside fails for good unless `retryable` is true.",
    request: Some("Fail"),
    problems: WRITES,
    ..SIMPLE
};

const CANCEL: Operation = Operation {
    name: "cancel_mission",
    summary: "Call it off",
    more: "A process that performs it ends within two seconds. Again is fine and changes nothing.",
    request: Some("Cancel"),
    ..SIMPLE
};

const RETRY: Operation = Operation {
    name: "retry_mission",
    summary: "Begin anew",
    more: "A failed or cancelled mission goes back to the queue with its attempts uncounted. What \
           was cancelled because it depends on it comes back too.",
    problems: &["invalid_transition", "dependency_failed", "idempotency_key_reused"],
    ..SIMPLE
};

const DISCARD: Operation = Operation {
    name: "discard_mission",
    summary: "Put a failed mission aside",
    more: "It leaves the dead letter and stays failed. A `reason` is told in its events.",
    request: Some("Reason"),
    ..SIMPLE
};

const HOLD: Operation = Operation {
    name: "hold_mission",
    summary: "Let it wait for approval",
    more: "Only while it is pending. A `reason` is told in its events.",
    request: Some("Reason"),
    ..SIMPLE
};

const APPROVE: Operation =
    Operation { name: "approve_mission", summary: "Approve it", more: "Ends a hold.", ..SIMPLE };

const TAKE_BACK: Operation = Operation {
    name: "take_back_mission",
    summary: "Take it from its worker",
    more: "It goes back to the queue, the attempt not used up; late reports are refused.",
    ..SIMPLE
};
