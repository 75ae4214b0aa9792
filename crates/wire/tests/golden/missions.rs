//! The mission object and what it is sent in.

use mission_control_kernel::{JsonText, LeaseId};
use mission_control_wire::reply::{
    ActionReply, Attempt, AttemptList, BatchCreated, Blocker, Created, Deed, Explain, Gate,
    LogLine, LogList, Mission, MissionList, MissionReply, Position, RunningReply,
};
use mission_control_wire::{Backoff, Cost, Json, Lease, Word, to_bytes, write_mission};

use super::{Shapes, json, time};

/// The mission object of seed 002, with one of the words that it lists for status and priority, an
/// id where it says `uuid`, and times with the microseconds that ours always have.
const SEED: &str = r#"{
  "id": "019126f4-5d40-7000-8000-000000000001",
  "title": "Mission Title",
  "description": "Mission Description",
  "status": "completed",
  "priority": "high",
  "created_at": "2024-08-06T06:30:00.000000Z",
  "started_at": "2024-08-06T06:31:00.000000Z",
  "completed_at": "2024-08-06T06:35:00.000000Z",
  "duration": 300.5,
  "progress": 100.0,
  "error_message": null,
  "result": {"status": "completed"},
  "metadata": {"type": "document_processing"},
  "agent_type": "IntentRouter",
  "model_used": "mistral:7b-instruct",
  "tokens_used": 1500,
  "cost_estimate": 0.15"#;

const ID: &str = "019126f4-5d40-7000-8000-000000000001";
const OTHER: &str = "019126f4-5d40-7000-8000-000000000002";
const AGENT: &str = "019126f4-5d40-7000-8000-0000000000a1";
const RUN: &str = "019126f4-5d40-7000-8000-0000000000f1";
const NOW: &str = "2024-08-06T06:35:00.250Z";

/// The JSON that missions carry; a shape borrows it.
pub(crate) struct Notes {
    pub(crate) result: JsonText,
    pub(crate) metadata: JsonText,
    pub(crate) empty: JsonText,
}

pub(crate) fn notes() -> Notes {
    Notes {
        result: json(r#"{"status": "completed"}"#),
        metadata: json(r#"{"type": "document_processing"}"#),
        empty: JsonText::empty_object(),
    }
}

#[test]
fn a_mission_begins_with_the_seeds_members_to_the_letter() {
    let notes = notes();
    let written = serde_json::to_string_pretty(&finished(&notes)).unwrap();
    assert!(written.starts_with(SEED), "{written}");
}

#[test]
fn a_mission_is_appended_to_what_is_already_written() {
    let notes = notes();
    let mut out = b"data: ".to_vec();
    write_mission(&pending(&notes), &mut out).unwrap();
    assert_eq!(out.strip_prefix(b"data: ").unwrap(), to_bytes(&pending(&notes)).unwrap());
}

#[test]
fn a_mission_whose_stored_result_is_no_json_is_not_written() {
    let broken = json("{\"half\":");
    let notes = notes();
    let mission = Mission { result: Some(Json(&broken)), ..pending(&notes) };
    let refused = write_mission(&mission, &mut Vec::new()).unwrap_err().to_string();
    assert!(refused.contains("a stored value is not valid JSON"), "{refused}");
}

pub(crate) fn add(shapes: &mut Shapes) {
    let notes = &notes();
    super::add(shapes, "mission", &finished(notes));
    super::add(shapes, "mission_pending", &pending(notes));
    super::add(
        shapes,
        "mission_reply",
        &MissionReply { mission: pending(notes), timestamp: time(NOW) },
    );
    super::add(
        shapes,
        "mission_created",
        &Created {
            mission_id: id(OTHER),
            mission: pending(notes),
            message: Deed::Created,
            timestamp: time(NOW),
        },
    );
    super::add(
        shapes,
        "mission_action",
        &ActionReply { message: Deed::Completed, mission: finished(notes), timestamp: time(NOW) },
    );
    super::add(
        shapes,
        "mission_list",
        &MissionList {
            missions: vec![pending(notes), finished(notes)],
            total: 10_000,
            timestamp: time(NOW),
            next_cursor: Some("bmV4dA"),
            total_capped: true,
        },
    );
    super::add(
        shapes,
        "running",
        &RunningReply { missions: Vec::new(), count: 0, timestamp: time(NOW) },
    );
    super::add(shapes, "batch_created", &BatchCreated { mission_ids: vec![id(ID), id(OTHER)] });
    super::add(shapes, "attempts", &attempts());
    super::add(shapes, "logs", &logs());
    super::add(shapes, "explain", &waiting());
    super::add(shapes, "explain_ready", &ready());
    super::add(shapes, "explain_far_behind", &far_behind());
    super::add(shapes, "explain_running", &runs());
    super::add(shapes, "explain_over", &over());
}

pub(crate) fn finished(notes: &Notes) -> Mission<'_> {
    Mission {
        id: id(ID),
        title: "Mission Title",
        description: "Mission Description",
        status: "completed",
        started_at: Some(time("2024-08-06T06:31:00Z")),
        completed_at: Some(time("2024-08-06T06:35:00Z")),
        duration: Some(300.5),
        progress: 100.0,
        result: Some(Json(&notes.result)),
        metadata: Json(&notes.metadata),
        agent_type: Some("IntentRouter"),
        model_used: Some("mistral:7b-instruct"),
        tokens_used: 1_500,
        cost_estimate: Cost("0.15".parse().unwrap()),
        input: Some(Json(&notes.result)),
        parent_id: Some(id(OTHER)),
        root_id: id(OTHER),
        complexity: Some("moderate"),
        labels: vec!["documents", "nightly"],
        required_capabilities: vec!["ocr"],
        fairness_key: Some("team-a"),
        concurrency_key: Some("scanner"),
        agent_id: Some(Word(AGENT.parse().unwrap())),
        attempt: 2,
        backoff: Backoff::Fixed(vec![1.0, 2.5]),
        lease_id: Lease(LeaseId::new(7)),
        expires_at: Some(time("2024-08-07T00:00:00Z")),
        timeout_seconds: Some(600.0),
        progress_message: Some("page 12 of 12"),
        tokens_in: 1_200,
        tokens_out: 300,
        run_id: Some(Word(RUN.parse().unwrap())),
        step_key: Some("read"),
        template: Some("scan"),
        created_by: Some("operator"),
        updated_at: time("2024-08-06T06:35:00Z"),
        revision: 3,
        ..pending(notes)
    }
}

/// As little as a mission can be.
pub(crate) fn pending(notes: &Notes) -> Mission<'_> {
    Mission {
        id: id(OTHER),
        title: "Read \"all\" the documents",
        description: "",
        status: "pending",
        priority: "high",
        created_at: time("2024-08-06T06:30:00Z"),
        started_at: None,
        completed_at: None,
        duration: None,
        progress: 0.0,
        error_message: None,
        result: None,
        metadata: Json(&notes.empty),
        agent_type: None,
        model_used: None,
        tokens_used: 0,
        cost_estimate: Cost::default(),
        project_id: "default",
        kind: "default",
        input: None,
        parent_id: None,
        root_id: id(OTHER),
        depends_on: Vec::new(),
        complexity: None,
        labels: Vec::new(),
        required_capabilities: Vec::new(),
        fairness_key: None,
        concurrency_key: None,
        agent_id: None,
        attempt: 0,
        max_attempts: 3,
        backoff: Backoff::Exponential,
        lease_id: Lease(LeaseId::NONE),
        lease_expires_at: None,
        scheduled_at: None,
        expires_at: None,
        timeout_seconds: None,
        progress_message: None,
        tokens_in: 0,
        tokens_out: 0,
        failure_class: None,
        run_id: None,
        step_key: None,
        template: None,
        created_by: None,
        dead_letter: false,
        held: false,
        updated_at: time("2024-08-06T06:30:00.000001Z"),
        revision: 1,
    }
}

fn attempts() -> AttemptList<'static> {
    let first = Attempt {
        attempt: 1,
        lease_id: Lease(LeaseId::new(6)),
        agent_id: Some(Word(AGENT.parse().unwrap())),
        agent_type: Some("IntentRouter"),
        model_used: None,
        outcome: Some("failed"),
        started_at: time("2024-08-06T06:30:10Z"),
        ended_at: Some(time("2024-08-06T06:30:11.5Z")),
        duration: Some(1.5),
        tokens_used: 12,
        tokens_in: 10,
        tokens_out: 2,
        cost_estimate: Cost("0.000000001".parse().unwrap()),
        failure_class: Some("crashed"),
        error_message: Some("exit code 137"),
    };
    let second = Attempt {
        attempt: 2,
        lease_id: Lease(LeaseId::new(7)),
        outcome: None,
        ended_at: None,
        duration: None,
        failure_class: None,
        error_message: None,
        ..first.clone()
    };
    AttemptList { attempts: vec![first, second], timestamp: time(NOW) }
}

fn logs() -> LogList<'static> {
    let line = LogLine {
        n: 41,
        at: time("2024-08-06T06:31:02Z"),
        level: "info",
        text: "page 1\tof 12 \u{1b}[31m",
        lease_id: Lease(LeaseId::new(7)),
    };
    LogList { lines: vec![line], next_after: Some(41), timestamp: time(NOW) }
}

fn waiting() -> Explain<'static> {
    let blocker = Blocker {
        blocker_type: "mission",
        id: OTHER,
        href: "/api/missions/019126f4-5d40-7000-8000-000000000002",
    };
    Explain {
        status: "pending",
        summary: "It does not begin yet: waits for 1 of 1 dependencies; not before 2024-08-06T07:00:00.000000Z.",
        since: time("2024-08-06T06:30:00Z"),
        agent_id: None,
        lease_expires_at: None,
        command: None,
        ready: false,
        position: None,
        earliest_at: Some(time("2024-08-06T07:00:00Z")),
        gates: vec![
            Gate {
                gate: "dependencies",
                open: false,
                detail: "waits for 1 of 1 dependencies",
                until: None,
                blocking: vec![blocker],
            },
            Gate {
                gate: "scheduled",
                open: false,
                detail: "not before 2024-08-06T07:00:00.000000Z",
                until: Some(time("2024-08-06T07:00:00Z")),
                blocking: Vec::new(),
            },
        ],
    }
}

fn ready() -> Explain<'static> {
    let detail = "needs no approval any more";
    let held = Gate { gate: "held", open: true, detail, until: None, blocking: Vec::new() };
    Explain {
        summary: "It is the next of kind default for an agent that has room.",
        ready: true,
        position: Some(Position::At(1)),
        earliest_at: None,
        gates: vec![held],
        ..waiting()
    }
}

fn far_behind() -> Explain<'static> {
    let summary = "More than 1000 missions of kind default go before it.";
    Explain { summary, position: Some(Position::Beyond(1_000)), ..ready() }
}

fn runs() -> Explain<'static> {
    Explain {
        status: "running",
        summary: "The agent has run it since 2024-08-06T06:31:00.000000Z, attempt 1 of 3.",
        since: time("2024-08-06T06:31:00Z"),
        agent_id: Some(Word(AGENT.parse().unwrap())),
        lease_expires_at: Some(time("2024-08-06T06:31:15Z")),
        earliest_at: None,
        gates: Vec::new(),
        ..waiting()
    }
}

fn over() -> Explain<'static> {
    Explain {
        status: "failed",
        summary: "It failed at 2024-08-06T06:35:00.000000Z (out of disk). The command retry puts it \
                  back into the queue.",
        since: time("2024-08-06T06:35:00Z"),
        command: Some("retry"),
        agent_id: None,
        lease_expires_at: None,
        ..runs()
    }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Word<T> {
    Word(text.parse().unwrap())
}
