//! Schedules and their ticks.

use mission_control_wire::reply::{Pause, Schedule, ScheduleList, ScheduleReply, Tick, TickList};
use mission_control_wire::{Json, Word};

use super::templates::plan;
use super::{Shapes, json, time};

const MISSION: &str = "019126f4-5d40-7000-8000-000000000001";
const RUN: &str = "019126f4-5d40-7000-8000-0000000000f1";

fn fired() -> Tick<'static> {
    Tick {
        n: 7,
        at: time("2024-08-06T00:30:00Z"),
        outcome: "fired",
        reason: None,
        mission_id: Some(Word(MISSION.parse().unwrap())),
        run_id: None,
        since: None,
        covers: None,
        decided_at: time("2024-08-06T00:30:00.4Z"),
        settled_at: Some(time("2024-08-06T00:30:00.41Z")),
    }
}

fn ticks() -> Vec<Tick<'static>> {
    let missed = Tick {
        n: 6,
        at: time("2024-08-05T00:30:00Z"),
        outcome: "skipped",
        reason: Some("missed"),
        mission_id: None,
        since: Some(time("2024-08-02T00:30:00Z")),
        covers: Some(2),
        settled_at: None,
        ..fired()
    };
    let failed = Tick {
        n: 5,
        at: time("2024-08-01T00:30:00Z"),
        outcome: "failed",
        reason: Some("there is no template of this name"),
        mission_id: None,
        ..fired()
    };
    let run = Tick {
        n: 4,
        at: time("2024-07-31T00:30:00Z"),
        mission_id: None,
        run_id: Some(Word(RUN.parse().unwrap())),
        ..fired()
    };
    vec![fired(), missed, failed, run]
}

pub(crate) fn add(shapes: &mut Shapes) {
    let (parameters, input, metadata) =
        (json(r#"{"document":"reports/today.md"}"#), json(r#"{"depth":3}"#), json("{}"));
    let timestamp = time("2024-08-06T06:36:00Z");
    let nightly = Schedule {
        name: "nightly-summary",
        cron: "30 2 * * MON-FRI",
        time_zone: "Europe/Berlin",
        template: Some("document-processing"),
        parameters: Some(Json(&parameters)),
        workflow: None,
        input: None,
        mission: None,
        overlap: "skip",
        catch_up: "latest",
        paused: false,
        pause: None,
        next_ticks: vec![time("2024-08-07T00:30:00Z"), time("2024-08-08T00:30:00Z")],
        failures: 0,
        revision: 2,
        created_by: "maria",
        created_at: time("2024-07-30T06:30:00Z"),
        updated_at: time("2024-07-30T06:35:00Z"),
        last_ticks: Some(ticks()),
    };
    let reply = ScheduleReply { schedule: nightly.clone(), timestamp };
    super::add(shapes, "schedule", &reply);
    let reason = "5 ticks in a row could not be fired: there is no workflow survey";
    let resting = Schedule {
        name: "survey",
        template: None,
        parameters: None,
        workflow: Some("survey"),
        input: Some(Json(&input)),
        paused: true,
        pause: Some(Pause { at: time("2024-08-01T00:30:00Z"), by: None, reason }),
        next_ticks: Vec::new(),
        failures: 5,
        last_ticks: None,
        ..nightly.clone()
    };
    let often = Schedule {
        name: "mailbox",
        cron: "*/15 * * * * *",
        time_zone: "UTC",
        template: None,
        parameters: None,
        mission: Some(plan(None, &metadata)),
        overlap: "queue",
        last_ticks: None,
        ..nightly.clone()
    };
    let paused = ScheduleReply { schedule: resting.clone(), timestamp };
    super::add(shapes, "schedule_paused", &paused);
    let schedules = vec![often, Schedule { last_ticks: None, ..nightly }, resting];
    let list = ScheduleList { schedules, timestamp, next_cursor: None };
    super::add(shapes, "schedules", &list);
    let list = TickList { ticks: ticks(), timestamp, next_cursor: Some("bmV4dA") };
    super::add(shapes, "schedule_ticks", &list);
}
