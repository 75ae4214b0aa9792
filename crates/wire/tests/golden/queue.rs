//! What waits, and what failed.

use mission_control_wire::Word;
use mission_control_wire::reply::{
    DeadLetterReply, FailureGroup, ProjectQueue, Queue, QueueReply, Waiting,
};

use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let changed = Some(time("2024-08-06T06:30:00Z"));
    let surveys = Queue {
        kind: "survey",
        paused: true,
        running_limit: Some(4),
        key_limit: Some(2),
        running: 3,
        waiting: Waiting { total: 1_000_012, critical: 1, high: 10, medium: 1_000_000, low: 1 },
        ready: 1_000_000,
        scheduled: 5,
        held: 4,
        blocked: 3,
        exact: true,
        oldest_waiting_since: Some(time("2024-08-06T05:00:00Z")),
        updated_at: changed,
        updated_by: Some("maria"),
    };
    let plain = Queue {
        kind: "default",
        paused: false,
        running_limit: None,
        key_limit: None,
        running: 0,
        waiting: Waiting::default(),
        ready: 0,
        scheduled: 0,
        held: 0,
        blocked: 0,
        exact: true,
        oldest_waiting_since: None,
        updated_at: None,
        updated_by: None,
    };
    let reply = QueueReply {
        project: ProjectQueue {
            id: "default",
            paused: false,
            running: 3,
            waiting: surveys.waiting,
            held: 4,
            dead_letter: 12,
            updated_at: changed,
            updated_by: Some("maria"),
        },
        queues: vec![plain, surveys],
        more: false,
        timestamp: time(NOW),
    };
    super::add(shapes, "queue", &reply);
    let id = "019126f4-5d40-7000-8000-000000000001";
    let letter = DeadLetterReply {
        groups: vec![FailureGroup {
            fingerprint: "1-532ef053fe0f6ecc",
            failure_class: "crashed",
            advice: "What performs it died: read the last lines of its log, mend the program or \
                     give it more memory, then retry.",
            sample_error: "exited with code 3",
            count: 12,
            count_capped: false,
            kinds: vec!["default", "survey"],
            agent_types: vec!["worker"],
            first_failed_at: time("2024-08-05T06:35:00Z"),
            last_failed_at: time(NOW),
            mission_ids: vec![Word(id.parse().unwrap())],
        }],
        total: 12,
        more: false,
        timestamp: time(NOW),
    };
    super::add(shapes, "dead_letter", &letter);
}
