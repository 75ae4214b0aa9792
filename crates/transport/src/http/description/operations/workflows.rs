//! Workflows and their runs.

use super::{Family, Operation, PLAIN, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Workflows",
    says: "Missions that wait for each other: definitions with their versions, and runs of them.",
    operations: &[WORKFLOWS, CREATE, WORKFLOW, LAUNCH, RUNS, RUN, CANCEL, RETRY, PAUSE, RESUME],
};

const WORKFLOWS: Operation = Operation {
    name: "workflows",
    summary: "List workflows",
    more: "Each in its newest version, by name, without its steps.",
    answers: &[ok("A page.", "WorkflowList", &["workflows"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const CREATE: Operation = Operation {
    name: "create_workflow",
    summary: "Define a workflow",
    more: "The first definition of its name is version 1, and each that differs from the newest the \
           next one; versions never change. One that is the newest already is answered with 200, so \
           that sending a definition again does no harm. What is wrong is named by its step: \
           `steps[3].depends_on[0]`.",
    request: Some("CreateWorkflow"),
    idempotent: true,
    answers: &[
        ok("It was so already.", "WorkflowReply", &["workflow"]),
        made("It is a new version.", "WorkflowReply", &["workflow"]),
    ],
    problems: &[
        "no_room",
        "duplicate_step",
        "unknown_dependency",
        "duplicate_dependency",
        "cyclic_dependency",
        "too_many_dependencies",
        "input_not_an_object",
        "idempotency_key_reused",
    ],
};

const WORKFLOW: Operation = Operation {
    name: "workflow",
    summary: "Read a workflow",
    more: "With its steps.",
    answers: &[ok("The version.", "WorkflowReply", &["workflow"])],
    ..PLAIN
};

const LAUNCH: Operation = Operation {
    name: "launch_run",
    summary: "Launch a run",
    more: "Makes a mission of every step, all of them or none. A mission begins once all that its \
           step depends on is done; its claim hands over their results by the keys of their steps. \
           The members of `input` go into the input of every step, in place of the step's own.",
    request: Some("LaunchRun"),
    idempotent: true,
    answers: &[made("It is there.", "RunLaunched", &["run_launched"])],
    problems: &[
        "unknown_version",
        "input_not_an_object",
        "run_too_large",
        "too_many",
        "idempotency_key_reused",
    ],
};

const RUNS: Operation = Operation {
    name: "runs",
    summary: "List runs",
    more: "Newest first, without their steps. How a run stands follows from its missions: it is \
           running when a step runs, or some have ended and some wait; pending when none has begun; \
           failed when a step failed that lets nothing go on; cancelled when one was called off; \
           else completed. `paused` stands beside that.",
    answers: &[ok("A page.", "RunList", &["runs"])],
    problems: &["invalid_cursor"],
    ..PLAIN
};

const RUN: Operation = Operation {
    name: "run",
    summary: "Read a run",
    more: "With its steps, by position, as their missions stand.",
    answers: &[ok("The run.", "RunReply", &["run"])],
    ..PLAIN
};

/// What is asked of a run: durable when it is answered, and done to its missions right after.
const ASKED: Operation = Operation {
    request: Some("Empty"),
    idempotent: true,
    answers: &[ok("The run as it stands.", "RunReply", &["run_paused"])],
    problems: &["idempotency_key_reused"],
    ..PLAIN
};

const CANCEL: Operation = Operation {
    name: "cancel_run",
    summary: "Cancel a run",
    more: "Calls off every step that is not over, with all that lies below it. It is settled when it \
           is answered, and its missions follow within a moment. Asked again before that has begun, it \
           changes nothing.",
    request: Some("CancelRun"),
    ..ASKED
};

const RETRY: Operation = Operation {
    name: "retry_run",
    summary: "Retry what failed of a run",
    more: "Steps that failed or were called off wait again, with what hangs on them; what is done \
           stays done. It is settled when it is answered, and its missions follow within a moment: \
           those that had ended when that began, once each. Asked again before that has begun, it \
           changes nothing.",
    ..ASKED
};

const PAUSE: Operation = Operation {
    name: "pause_run",
    summary: "Pause a run",
    more: "Its steps wait until it is resumed; what runs goes on to its end. It is settled when it is \
           answered, and its missions follow: until each has, a step may still begin. That takes \
           milliseconds, and half a minute when the server that was at it has been killed.",
    ..ASKED
};

const RESUME: Operation = Operation {
    name: "resume_run",
    summary: "Resume a run",
    more: "Its steps may begin again, each within a moment as with a pause.",
    ..ASKED
};
