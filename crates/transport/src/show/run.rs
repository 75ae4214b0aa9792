//! Runs of workflows.

use std::collections::HashMap;

use mission_control::Shown;
use mission_control::kernel::MissionId;
use mission_control::missions::{Mission, Run, Status, Step};
use mission_control::workflows::{OnFailure, RunView, Tally};
use mission_control_wire::{Json, Word, reply};

use super::mission::seconds;

/// A run, without its steps and what it was launched with.
pub(crate) fn run(view: &RunView) -> reply::Run<'_> {
    run_of(&view.run, view.tally)
}

/// The same of a run whose missions have been counted.
pub(crate) fn run_of(run: &Run, tally: Tally) -> reply::Run<'_> {
    reply::Run {
        id: Word(run.id),
        workflow: run.workflow.as_str(),
        version: run.version,
        title: run.title.as_ref().map(|title| title.as_str()),
        state: tally.state().as_str(),
        paused: run.paused,
        progress: tally.progress(),
        current_step: tally.current_step(),
        steps_total: run.steps,
        done: tally.done(),
        counts: reply::RunCounts {
            pending: tally.pending,
            running: tally.running,
            completed: tally.completed,
            failed: tally.failed + tally.tolerated,
            cancelled: tally.cancelled,
        },
        created_by: run.created_by.as_str(),
        created_at: Word(run.created_at),
        started_at: tally.started_at.map(Word),
        completed_at: tally.completed_at().map(Word),
        input: None,
        steps: None,
    }
}

/// A run with its steps, by position.
pub(crate) fn whole_run<'a>(view: &'a RunView, missions: &'a [Shown]) -> reply::Run<'a> {
    let keyed =
        missions.iter().filter_map(|it| Some((&it.mission, it.mission.spec.step.as_ref()?)));
    let keys: HashMap<MissionId, &str> =
        keyed.map(|(mission, step)| (mission.id, step.key.as_str())).collect();
    let steps = missions.iter().filter_map(|shown| {
        let step = shown.mission.spec.step.as_ref()?;
        Some(run_step(&shown.mission, step, shown.progress, &keys))
    });
    let steps = Some(steps.collect());
    reply::Run {
        input: Some(Json(&view.run.input)),
        steps,
        ..run_of(&view.run, counted(view, missions))
    }
}

/// The steps were read a moment after they were counted: what is said of the run follows from those
/// that are shown.
fn counted(view: &RunView, missions: &[Shown]) -> Tally {
    if missions.len() != view.run.steps as usize {
        return view.tally;
    }
    let (furthest, started_at) = (view.tally.furthest, view.tally.started_at);
    let mut tally = Tally { furthest, started_at, ..Tally::default() };
    for Shown { mission, .. } in missions {
        let Some(step) = &mission.spec.step else { continue };
        let count = match mission.status() {
            Status::Pending => &mut tally.pending,
            Status::Running => &mut tally.running,
            Status::Completed => &mut tally.completed,
            Status::Failed if step.continues_on_failure => &mut tally.tolerated,
            Status::Failed => &mut tally.failed,
            Status::Cancelled => &mut tally.cancelled,
        };
        *count += 1;
        tally.ended_at = tally.ended_at.max(mission.ended().map(|ended| ended.at));
        if let Some(began) = mission.started_at() {
            tally.furthest = tally.furthest.max(step.position);
            tally.started_at = Some(tally.started_at.map_or(began, |first| first.min(began)));
        }
    }
    tally
}

fn run_step<'a>(
    mission: &'a Mission,
    step: &'a Step,
    progress: f64,
    keys: &HashMap<MissionId, &'a str>,
) -> reply::RunStep<'a> {
    let goes_on = step.continues_on_failure;
    let on_failure = if goes_on { OnFailure::Continue } else { OnFailure::Stop };
    let message = mission.output().and_then(|output| output.message.as_ref());
    reply::RunStep {
        position: step.position,
        key: step.key.as_str(),
        title: mission.spec.title.as_str(),
        mission_id: Word(mission.id),
        status: mission.status().as_str(),
        depends_on: mission
            .dependencies
            .iter()
            .filter_map(|on| keys.get(&on.on).copied())
            .collect(),
        on_failure: on_failure.as_str(),
        attempt: mission.attempt,
        progress,
        progress_message: message.map(|message| message.as_str()),
        started_at: mission.started_at().map(Word),
        completed_at: mission.ended().map(|ended| Word(ended.at)),
        duration: mission.duration().map(seconds),
        agent_id: mission.agent().map(Word),
        held: mission.held,
        failure_class: mission.last_failure.as_ref().map(|failure| failure.class.as_str()),
        error_message: mission.last_failure.as_ref().map(|failure| failure.message.as_str()),
    }
}
