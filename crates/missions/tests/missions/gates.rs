//! What keeps a pending mission from starting.

use mission_control_kernel::Timestamp;
use mission_control_missions::gates::{GATES, View, closed_to_claim, closed_to_start, is_queued};
use mission_control_missions::queue::{LaneFacts, LaneKey, ticket};
use mission_control_missions::{Command, Kind, Mission, Standing};

use crate::sample::{
    NOW, after, ask, claim, pending, refusal_code, secs, settle, spec, start, text, waiting_for,
};

const OPEN: LaneFacts = LaneFacts {
    kind_paused: false,
    project_paused: false,
    kind_limit: None,
    kind_running: 0,
    key_limit: 1,
    key_running: 0,
    capable_agents: 1,
};

fn closed(mission: &Mission, lane: &LaneFacts) -> Vec<&'static str> {
    let view = View { mission, lane: Some(lane), now: NOW };
    let closed = GATES.iter().filter(|gate| (gate.judge)(&view).is_some());
    closed.map(|gate| gate.name).collect()
}

fn keyed() -> Mission {
    let mut asked = spec();
    asked.concurrency_key = Some(text("tide-gauge"));
    pending(1, asked)
}

fn external() -> Mission {
    let mut asked = spec();
    asked.kind = Kind::external();
    pending(1, asked)
}

fn scheduled(at: Timestamp) -> Mission {
    Mission { scheduled_at: Some(at), ..pending(1, spec()) }
}

fn expiring(at: Timestamp) -> Mission {
    Mission { expires_at: Some(at), ..pending(1, spec()) }
}

#[test]
fn each_gate_closes_for_its_own_reason() {
    let plain = pending(1, spec());
    let held = after(&plain, &Command::Hold { reason: None }, NOW);
    let paused = after(&plain, &Command::Pause, NOW);
    let blocked = waiting_for(1, &[&pending(2, spec())]);
    let full = LaneFacts { kind_limit: Some(2), kind_running: 2, ..OPEN };
    let room = LaneFacts { kind_limit: Some(2), kind_running: 1, ..OPEN };
    let key_taken = LaneFacts { key_running: 1, ..OPEN };
    let table: &[(&str, &Mission, LaneFacts, &[&str])] = &[
        ("nothing", &plain, OPEN, &[]),
        ("held", &held, OPEN, &["held"]),
        ("a dependency", &blocked, OPEN, &["dependencies"]),
        ("expired now", &expiring(NOW), OPEN, &["expired"]),
        ("expires later", &expiring(NOW.plus(secs(1))), OPEN, &[]),
        ("from outside", &external(), OPEN, &["external"]),
        ("its run is paused", &paused, OPEN, &["run_paused"]),
        ("scheduled later", &scheduled(NOW.plus(secs(1))), OPEN, &["scheduled"]),
        ("scheduled now", &scheduled(NOW), OPEN, &[]),
        ("kind paused", &plain, LaneFacts { kind_paused: true, ..OPEN }, &["paused"]),
        ("project paused", &plain, LaneFacts { project_paused: true, ..OPEN }, &["paused"]),
        ("no agent", &plain, LaneFacts { capable_agents: 0, ..OPEN }, &["capabilities"]),
        ("kind full", &plain, full, &["kind_limit"]),
        ("room for one", &plain, room, &[]),
        ("key taken", &keyed(), key_taken, &["key_limit"]),
        ("no key of its own", &plain, key_taken, &[]),
    ];
    for (name, mission, lane, expected) in table {
        assert_eq!(closed(mission, lane), *expected, "{name}");
    }
}

#[test]
fn the_lane_is_open_exactly_when_none_of_its_gates_is_closed() {
    for bits in 0_u32..64 {
        let bit = |n: u32| bits & (1 << n) != 0;
        let facts = LaneFacts {
            kind_paused: bit(0),
            project_paused: bit(1),
            kind_limit: bit(2).then_some(1),
            kind_running: u32::from(bit(3)),
            key_running: u32::from(bit(4)),
            ..OPEN
        };
        let mission = if bit(5) { keyed() } else { pending(1, spec()) };
        let has_key = LaneKey::of(&mission).concurrency_key.is_some();
        assert_eq!(facts.open(has_key), closed(&mission, &facts).is_empty(), "{facts:?}");
    }
}

#[test]
fn a_start_from_outside_respects_the_hold_and_the_dependencies_alone() {
    let held = after(&pending(1, spec()), &Command::Hold { reason: None }, NOW);
    let blocked = waiting_for(1, &[&pending(2, spec())]);
    for (mission, gate) in [(held, "held"), (blocked, "dependencies")] {
        assert_eq!(closed_to_start(&mission), [gate]);
        let refusal = ask(&mission, &start(), NOW).unwrap_err();
        assert_eq!(refusal_code(&refusal), format!("not_ready ({gate})"));
    }
    for mission in [scheduled(NOW.plus(secs(9))), expiring(NOW), external()] {
        assert!(closed_to_start(&mission).is_empty());
        assert!(ask(&mission, &start(), NOW).is_ok());
    }
}

#[test]
fn a_claim_respects_every_gate_of_the_mission_itself() {
    let table = [
        (scheduled(NOW.plus(secs(9))), "scheduled"),
        (expiring(NOW), "expired"),
        (external(), "external"),
        (after(&pending(1, spec()), &Command::Hold { reason: None }, NOW), "held"),
        (after(&pending(1, spec()), &Command::Pause, NOW), "run_paused"),
    ];
    for (mission, gate) in table {
        assert_eq!(closed_to_claim(&mission, NOW), [gate]);
        let refusal = ask(&mission, &claim(), NOW).unwrap_err();
        assert_eq!(refusal_code(&refusal), format!("not_ready ({gate})"));
    }
}

#[test]
fn what_only_a_command_can_open_stands_in_no_queue() {
    let plain = pending(1, spec());
    let other = pending(2, spec());
    let blocked = waiting_for(1, &[&other]);
    let opened = after(&blocked, &settle(&other, Standing::Satisfied), NOW.plus(secs(5)));
    let table = [
        (plain.clone(), true),
        (scheduled(NOW.plus(secs(60))), true),
        (opened, true),
        (blocked, false),
        (after(&plain, &Command::Hold { reason: None }, NOW), false),
        (after(&plain, &Command::Pause, NOW), false),
        (external(), false),
        (after(&plain, &start(), NOW), false),
    ];
    for (mission, queued) in table {
        assert_eq!(is_queued(&mission), queued, "{mission:?}");
        assert_eq!(ticket(&mission).is_some(), queued, "{mission:?}");
    }
}

#[test]
fn a_ticket_is_ranked_by_when_the_mission_may_start() {
    let rank = |mission: &Mission| ticket(mission).unwrap().rank;
    assert_eq!(rank(&pending(1, spec())), NOW);
    assert_eq!(rank(&scheduled(NOW.plus(secs(60)))), NOW.plus(secs(60)));
    assert_eq!(
        rank(&scheduled(NOW.minus(secs(60)))),
        NOW,
        "a time that has passed is no head start"
    );
    let returned =
        after(&after(&pending(1, spec()), &start(), NOW), &Command::TakeBack, NOW.plus(secs(7)));
    assert_eq!(rank(&returned), NOW.plus(secs(7)), "what returns stands at the end");
}
