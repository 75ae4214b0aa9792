//! Workflows and their runs.

use mission_control_kernel::JsonText;
use mission_control_wire::reply::{
    Run, RunCounts, RunLaunched, RunList, RunReply, RunStep, Workflow, WorkflowList, WorkflowReply,
    WorkflowStep,
};
use mission_control_wire::{Backoff, Json, Word};

use super::{Shapes, json, time};

const MADE: &str = "2024-08-06T06:30:00Z";
const BEGAN: &str = "2024-08-06T06:31:00Z";
const ENDED: &str = "2024-08-06T06:33:30Z";
const NOW: &str = "2024-08-06T06:35:00Z";
const NEXT: &str = "bmV4dA";

pub(crate) fn add(shapes: &mut Shapes) {
    let (timestamp, empty) = (time(NOW), json("{}"));
    let (folder, month) = (json(r#"{"folder": "inbox"}"#), json(r#"{"folder": "2026-01"}"#));
    let steps = vec![scan(&folder, &empty), book(&empty)];
    let whole = Workflow { steps: Some(steps), ..workflow() };
    super::add(shapes, "workflow", &WorkflowReply { workflow: whole, timestamp });
    let workflows = vec![workflow()];
    let list = WorkflowList { workflows, timestamp, next_cursor: Some(NEXT) };
    super::add(shapes, "workflows", &list);
    let launched = RunLaunched { run_id: run().id, run: run(), timestamp };
    super::add(shapes, "run_launched", &launched);
    let under_way = Run { input: Some(Json(&month)), steps: Some(steps_of_a_run()), ..under_way() };
    super::add(shapes, "run", &RunReply { run: under_way.clone(), timestamp });
    let paused = Run { paused: true, input: None, steps: None, ..under_way };
    super::add(shapes, "run_paused", &RunReply { run: paused.clone(), timestamp });
    let runs = vec![paused, over()];
    super::add(shapes, "runs", &RunList { runs, timestamp, next_cursor: None });
}

fn workflow() -> Workflow<'static> {
    Workflow {
        name: "invoices",
        description: "Reads invoices and books them",
        version: 2,
        steps_total: 2,
        created_by: "maria",
        created_at: time(MADE),
        steps: None,
    }
}

fn scan<'a>(input: &'a JsonText, metadata: &'a JsonText) -> WorkflowStep<'a> {
    WorkflowStep {
        key: "scan",
        title: "Scan the documents",
        depends_on: Vec::new(),
        on_failure: "stop",
        description: "",
        priority: "medium",
        kind: "scan",
        input: Some(Json(input)),
        metadata: Json(metadata),
        labels: Vec::new(),
        complexity: None,
        required_capabilities: Vec::new(),
        fairness_key: None,
        concurrency_key: None,
        max_attempts: 3,
        backoff: Backoff::Exponential,
        timeout_seconds: None,
        held: false,
        agent_type: None,
        model_used: None,
    }
}

fn book(metadata: &JsonText) -> WorkflowStep<'_> {
    WorkflowStep {
        key: "book",
        title: "book",
        depends_on: vec!["scan"],
        on_failure: "continue",
        description: "In the order of their dates",
        priority: "high",
        kind: "default",
        input: None,
        labels: vec!["ledger"],
        complexity: Some("simple"),
        required_capabilities: vec!["booking"],
        fairness_key: Some("maria"),
        concurrency_key: Some("ledger"),
        max_attempts: 1,
        backoff: Backoff::Fixed(vec![1.0, 60.0]),
        timeout_seconds: Some(600.0),
        held: true,
        agent_type: Some("Bookkeeper"),
        model_used: Some("mistral:7b-instruct"),
        ..scan(metadata, metadata)
    }
}

/// Right after it was launched.
fn run() -> Run<'static> {
    Run {
        id: Word("019126f4-5d40-7000-8000-0000000000f1".parse().unwrap()),
        workflow: "invoices",
        version: 2,
        title: None,
        state: "pending",
        paused: false,
        progress: 0,
        current_step: 0,
        steps_total: 3,
        done: 0,
        counts: RunCounts { pending: 3, ..RunCounts::default() },
        created_by: "maria",
        created_at: time(MADE),
        started_at: None,
        completed_at: None,
        input: None,
        steps: None,
    }
}

fn under_way() -> Run<'static> {
    Run {
        title: Some("January"),
        state: "running",
        progress: 33,
        current_step: 2,
        done: 1,
        counts: RunCounts { pending: 1, running: 1, completed: 1, ..RunCounts::default() },
        started_at: Some(time(BEGAN)),
        ..run()
    }
}

fn over() -> Run<'static> {
    Run {
        id: Word("019126f4-5d40-7000-8000-0000000000f0".parse().unwrap()),
        version: 1,
        state: "completed",
        progress: 100,
        current_step: 2,
        steps_total: 2,
        done: 2,
        counts: RunCounts { completed: 1, failed: 1, ..RunCounts::default() },
        started_at: Some(time(BEGAN)),
        completed_at: Some(time(ENDED)),
        ..run()
    }
}

fn steps_of_a_run() -> Vec<RunStep<'static>> {
    let scan = RunStep {
        position: 1,
        key: "scan",
        title: "Scan the documents",
        mission_id: Word("019126f4-5d40-7000-8000-000000000001".parse().unwrap()),
        status: "completed",
        depends_on: Vec::new(),
        on_failure: "stop",
        attempt: 2,
        progress: 100.0,
        progress_message: None,
        started_at: Some(time(BEGAN)),
        completed_at: Some(time(ENDED)),
        duration: Some(150.0),
        agent_id: Some(Word("019126f4-5d40-7000-8000-0000000000a1".parse().unwrap())),
        held: false,
        failure_class: None,
        error_message: None,
    };
    let enrich = RunStep {
        position: 2,
        key: "enrich",
        title: "enrich",
        mission_id: Word("019126f4-5d40-7000-8000-000000000002".parse().unwrap()),
        status: "running",
        depends_on: vec!["scan"],
        on_failure: "continue",
        progress: 40.0,
        progress_message: Some("page 4 of 10"),
        started_at: Some(time(ENDED)),
        completed_at: None,
        duration: None,
        failure_class: Some("transient"),
        error_message: Some("the register did not answer"),
        ..scan.clone()
    };
    let book = RunStep {
        position: 3,
        key: "book",
        title: "book",
        mission_id: Word("019126f4-5d40-7000-8000-000000000003".parse().unwrap()),
        status: "pending",
        depends_on: vec!["scan", "enrich"],
        attempt: 0,
        progress: 0.0,
        started_at: None,
        completed_at: None,
        duration: None,
        agent_id: None,
        held: true,
        ..scan.clone()
    };
    vec![scan, enrich, book]
}
