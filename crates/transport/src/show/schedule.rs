//! Schedules and their ticks.

use mission_control::kernel::Timestamp;
use mission_control::workflows::schedule::{Fired, Paused, Schedule, Target, Tick, TickOutcome};
use mission_control_wire::{Json, Word, reply};

use super::template::plan;

/// A schedule with the ticks that it has before it and, where they are told, those behind it.
pub(crate) fn schedule<'a>(
    schedule: &'a Schedule,
    upcoming: &[Timestamp],
    last: Option<&'a [Tick]>,
) -> reply::Schedule<'a> {
    let spec = &*schedule.spec;
    let plain = reply::Schedule {
        name: schedule.name.as_str(),
        cron: spec.cadence.cron(),
        time_zone: spec.cadence.zone(),
        template: None,
        parameters: None,
        workflow: None,
        input: None,
        mission: None,
        overlap: spec.overlap.as_str(),
        catch_up: spec.catch_up.as_str(),
        paused: schedule.paused.is_some(),
        pause: schedule.paused.as_ref().map(pause),
        next_ticks: upcoming.iter().copied().map(Word).collect(),
        failures: schedule.failures,
        revision: schedule.revision.number(),
        created_by: schedule.created_by.as_str(),
        created_at: Word(schedule.created_at),
        updated_at: Word(schedule.updated_at),
        last_ticks: last.map(|ticks| ticks.iter().map(tick).collect()),
    };
    match &spec.target {
        Target::Template { name, parameters } => reply::Schedule {
            template: Some(name.as_str()),
            parameters: Some(Json(parameters)),
            ..plain
        },
        Target::Workflow { name, input } => {
            reply::Schedule { workflow: Some(name.as_str()), input: Some(Json(input)), ..plain }
        }
        Target::Mission(it) => {
            let mission = plan(it.title.as_str(), it.description.as_str(), &it.blueprint);
            reply::Schedule { mission: Some(mission), ..plain }
        }
    }
}

fn pause(paused: &Paused) -> reply::Pause<'_> {
    reply::Pause {
        at: Word(paused.at),
        by: paused.by.as_ref().map(|name| name.as_str()),
        reason: paused.reason.as_str(),
    }
}

/// One tick.
pub(crate) fn tick(tick: &Tick) -> reply::Tick<'_> {
    let plain = reply::Tick {
        n: tick.n,
        at: Word(tick.at),
        outcome: "due",
        reason: None,
        mission_id: None,
        run_id: None,
        since: None,
        covers: None,
        decided_at: Word(tick.decided_at),
        settled_at: tick.settled_at.map(Word),
    };
    match &tick.outcome {
        TickOutcome::Due => plain,
        TickOutcome::Fired(Fired::Mission(id)) => {
            reply::Tick { outcome: "fired", mission_id: Some(Word(*id)), ..plain }
        }
        TickOutcome::Fired(Fired::Run(id)) => {
            reply::Tick { outcome: "fired", run_id: Some(Word(*id)), ..plain }
        }
        TickOutcome::Skipped { reason, since, covers } => reply::Tick {
            outcome: "skipped",
            reason: Some(reason.as_str()),
            since: Some(Word(*since)),
            covers: *covers,
            ..plain
        },
        TickOutcome::Failed(reason) => {
            reply::Tick { outcome: "failed", reason: Some(reason.as_str()), ..plain }
        }
    }
}
