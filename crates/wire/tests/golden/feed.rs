//! The journal and the frames of the live socket.

use mission_control_kernel::LeaseId;
use mission_control_wire::live::{Frame, News, ResyncReason, Snapshot};
use mission_control_wire::reply::{Actor, Event, EventList, LogLine, Metrics, Removed};
use mission_control_wire::{Cost, Encoded, Lease, Word};

use super::{Shapes, agents, missions, time};

const CURSOR: &str = "MS40Mg";
const NOW: &str = "2024-08-06T06:35:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let list = EventList {
        events: vec![called_off(), expired(), completed(), agent_came()],
        next_cursor: Some(CURSOR),
        timestamp: time(NOW),
    };
    super::add(shapes, "events", &list);
    let hello = Frame::Hello {
        epoch: "1",
        cursor: CURSOR,
        server_time: time(NOW),
        build: "0.1.0",
        user: "operator",
    };
    super::add(shapes, "live_hello", &hello);
    add_snapshot(shapes);
    add_events(shapes);
    add_news(shapes);
    let beat = Frame::Beat { cursor: CURSOR, server_time: time(NOW) };
    super::add(shapes, "live_beat", &beat);
    super::add(shapes, "live_resync", &Frame::Resync { reason: ResyncReason::TooOld });
}

#[test]
fn a_reason_to_begin_again_is_one_word() {
    let words = [
        (ResyncReason::TooOld, "\"too_old\""),
        (ResyncReason::OtherEpoch, "\"other_epoch\""),
        (ResyncReason::FromTheFuture, "\"from_the_future\""),
    ];
    for (reason, word) in words {
        assert_eq!(serde_json::to_string(&reason).unwrap(), word);
    }
}

fn add_snapshot(shapes: &mut Shapes) {
    let notes = missions::notes();
    let snapshot = Snapshot {
        cursor: CURSOR,
        server_time: time(NOW),
        topics: &["missions".to_owned(), "agents".to_owned()],
        metrics: Some(Metrics::default()),
        missions: Some(vec![missions::pending(&notes)]),
        agents: Some(vec![agents::atlas()]),
    };
    super::add(shapes, "live_snapshot", &Frame::Snapshot(snapshot));
    let narrow = Snapshot {
        cursor: CURSOR,
        server_time: time(NOW),
        topics: &["runs".to_owned()],
        metrics: None,
        missions: None,
        agents: None,
    };
    super::add(shapes, "live_snapshot_narrow", &Frame::Snapshot(narrow));
}

fn add_events(shapes: &mut Shapes) {
    let notes = missions::notes();
    let mission = missions::finished(&notes);
    let event = Event { body: Some(&mission), ..completed() };
    let data = [Encoded::new(&event).unwrap(), Encoded::new(&agent_came()).unwrap()];
    super::add(shapes, "live_events", &Frame::Events { cursor: Some(CURSOR), data: &data });
    let data = [Encoded::new(&missions_left()).unwrap()];
    super::add(shapes, "live_removed", &Frame::Events { cursor: Some(CURSOR), data: &data });
}

fn add_news(shapes: &mut Shapes) {
    let line = LogLine {
        n: 3,
        at: time(NOW),
        level: "info",
        text: "reading",
        lease_id: Lease(LeaseId::new(7)),
    };
    let mission = Word("019126f4-5d40-7000-8000-000000000001".parse().unwrap());
    let data = [
        Encoded::new(&News::Metrics { metrics: Metrics::default() }).unwrap(),
        Encoded::new(&News::MissionLog { mission, lines: vec![line] }).unwrap(),
    ];
    super::add(shapes, "live_news", &Frame::Events { cursor: None, data: &data });
}

fn completed() -> Event<'static> {
    Event {
        v: 1,
        id: 40,
        seq: 42,
        at: time("2024-08-06T06:35:00Z"),
        project: "default",
        mission: Some(Word("019126f4-5d40-7000-8000-000000000001".parse().unwrap())),
        revision: Some(3),
        event_type: "mission_completed",
        actor: Some(Actor::Agent {
            id: Word("019126f4-5d40-7000-8000-0000000000a1".parse().unwrap()),
        }),
        reason: None,
        failure_class: None,
        attempt: Some(1),
        from: Some("running"),
        to: Some("completed"),
        priority: Some("high"),
        kind: Some("default"),
        run: Some(Word("019126f4-5d40-7000-8000-0000000000f1".parse().unwrap())),
        root: Some(Word("019126f4-5d40-7000-8000-000000000002".parse().unwrap())),
        agent: Some(Word("019126f4-5d40-7000-8000-0000000000a1".parse().unwrap())),
        lease: Some(Lease(LeaseId::new(7))),
        tokens: Some(1_500),
        cost: Some(Cost("0.15".parse().unwrap())),
        duration: Some(300.5),
        progress: Some(100.0),
        removed: None,
        body: None,
    }
}

fn called_off() -> Event<'static> {
    Event {
        id: 38,
        seq: 39,
        event_type: "mission_cancelled",
        actor: Some(Actor::Principal { name: "operator" }),
        reason: Some("not needed any more"),
        failure_class: Some("cancelled"),
        to: Some("cancelled"),
        ..completed()
    }
}

fn expired() -> Event<'static> {
    Event {
        id: 39,
        seq: 40,
        event_type: "mission_failed",
        actor: Some(Actor::System),
        reason: Some("expired while waiting"),
        failure_class: Some("timed_out"),
        attempt: None,
        from: Some("pending"),
        to: Some("failed"),
        agent: None,
        tokens: None,
        cost: None,
        duration: None,
        progress: None,
        ..completed()
    }
}

fn agent_came() -> Event<'static> {
    Event {
        id: 41,
        seq: 43,
        mission: None,
        revision: None,
        event_type: "agent_registered",
        actor: None,
        attempt: None,
        from: None,
        to: None,
        priority: None,
        kind: None,
        run: None,
        root: None,
        lease: None,
        tokens: None,
        cost: None,
        duration: None,
        progress: None,
        ..completed()
    }
}

fn missions_left() -> Event<'static> {
    let removed = Removed {
        missions: 12,
        first: Word("019126f4-5d40-7000-8000-000000000001".parse().unwrap()),
        last: Word("019126f4-5d40-7000-8000-000000000033".parse().unwrap()),
    };
    Event {
        id: 44,
        seq: 44,
        event_type: "missions_removed",
        agent: None,
        removed: Some(removed),
        ..agent_came()
    }
}
