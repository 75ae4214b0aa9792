//! One journal entry into the counters: pure, so that every replica counts alike.

use std::time::Duration;

use mission_control_agents::{AgentEntry, AgentEvent};
use mission_control_kernel::{Money, ProjectId, Timestamp};
use mission_control_missions::{AttemptOutcome, Entry, EventKind, KindCounts, Status};

use crate::journal::{Completion, JournalEntry, Minute, Removal, Sequenced, Snapshot};

/// How far back minutes are kept: the sliding hour of the throughput.
pub(crate) const MINUTES_KEPT: Duration = Duration::from_hours(1);

/// How many completions of each project are kept, as in seed 004.
pub(crate) const COMPLETIONS_KEPT: usize = 100;

const MINUTE_MICROS: i64 = 60_000_000;

/// Takes the next entry in. What is in already changes nothing, so a batch may overlap what was
/// folded before; a hole is for the caller to see.
pub(crate) fn fold(snapshot: &mut Snapshot, sequenced: &Sequenced) {
    if sequenced.seq <= snapshot.seq {
        return;
    }
    snapshot.seq = sequenced.seq;
    match &sequenced.entry {
        JournalEntry::Mission(entry) => fold_mission(snapshot, entry),
        JournalEntry::Agent(entry) => fold_agent(snapshot, entry),
        JournalEntry::Removal(entry) => fold_removal(snapshot, entry),
    }
}

/// The begin of the minute that `at` lies in.
pub(crate) fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - at.as_micros() % MINUTE_MICROS)
}

/// What the tables have as well: the totals of its project, what is not over of its kind, who runs it,
/// how an attempt ended.
pub(super) fn fold_counts(snapshot: &mut Snapshot, entry: &Entry) {
    totals_of(snapshot, &entry.project).fold(entry);
    count_kind(snapshot, entry);
    count_attempt(snapshot, entry);
}

/// Moves what left from one counter into the other; the sum of both is of all time.
pub(super) fn fold_removal(snapshot: &mut Snapshot, entry: &Removal) {
    totals_of(snapshot, &entry.project).take(&entry.counted);
    snapshot.removed.entry(entry.project.clone()).or_default().add(&entry.counted);
}

fn fold_mission(snapshot: &mut Snapshot, entry: &Entry) {
    fold_counts(snapshot, entry);
    count_minute(snapshot, entry);
    if entry.event == EventKind::Completed {
        remember_completion(snapshot, entry);
    }
}

/// Without a copy of the project's name where it is known already, which is nearly always.
fn totals_of<'a>(
    snapshot: &'a mut Snapshot,
    project: &ProjectId,
) -> &'a mut mission_control_missions::Totals {
    if !snapshot.totals.contains_key(project) {
        snapshot.totals.insert(project.clone(), Default::default());
    }
    snapshot.totals.get_mut(project).expect("it was put there if it was not")
}

/// A kind of which everything is over is forgotten, so that what is remembered hangs on what is there.
fn count_kind(snapshot: &mut Snapshot, entry: &Entry) {
    if KindCounts::is_untouched_by(entry) {
        return;
    }
    if !snapshot.kinds.contains_key(&entry.project) {
        snapshot.kinds.insert(entry.project.clone(), Default::default());
    }
    let kinds = snapshot.kinds.get_mut(&entry.project).expect("it was put there if it was not");
    if !kinds.contains_key(&entry.kind) {
        kinds.insert(entry.kind.clone(), Default::default());
    }
    let counts = kinds.get_mut(&entry.kind).expect("it was put there if it was not");
    counts.fold(entry);
    if *counts == KindCounts::default() {
        kinds.remove(&entry.kind);
    }
    if kinds.is_empty() {
        snapshot.kinds.remove(&entry.project);
    }
}

fn count_attempt(snapshot: &mut Snapshot, entry: &Entry) {
    let Some(agent) = entry.agent else { return };
    let (was_running, is_running) =
        (entry.from == Some(Status::Running), entry.to == Status::Running);
    if is_running && !was_running {
        *snapshot.running.entry(agent).or_default() += 1;
    }
    if was_running
        && !is_running
        && let Some(running) = snapshot.running.get_mut(&agent)
    {
        *running = running.saturating_sub(1);
        if *running == 0 {
            snapshot.running.remove(&agent);
        }
    }
    match entry.outcome {
        Some(AttemptOutcome::Completed) => {
            snapshot.standings.entry(agent).or_default().completed += 1;
        }
        Some(AttemptOutcome::Failed | AttemptOutcome::Lost | AttemptOutcome::TimedOut) => {
            snapshot.standings.entry(agent).or_default().failed += 1;
        }
        Some(
            AttemptOutcome::Snoozed
            | AttemptOutcome::Released
            | AttemptOutcome::TakenBack
            | AttemptOutcome::Cancelled,
        )
        | None => {}
    }
}

fn count_minute(snapshot: &mut Snapshot, entry: &Entry) {
    let (completed, failed) =
        (entry.event == EventKind::Completed, entry.event == EventKind::Failed);
    let books = entry.delta.tokens > 0 || entry.delta.cost_nanos > 0;
    if !completed && !failed && !books {
        return;
    }
    let key = (entry.project.clone(), minute_of(entry.at));
    if !snapshot.minutes.contains_key(&key) {
        let oldest = minute_of(entry.at.minus(MINUTES_KEPT));
        snapshot.minutes.retain(|(_, minute), _| *minute > oldest);
    }
    let minute: &mut Minute = snapshot.minutes.entry(key).or_default();
    minute.completed += u64::from(completed);
    minute.failed += u64::from(failed);
    if completed || failed {
        minute.duration = minute.duration.saturating_add(duration_of(entry));
        minute.timed += u64::try_from(entry.delta.timed).unwrap_or(0);
    }
    minute.tokens = minute.tokens.saturating_add(u64::try_from(entry.delta.tokens).unwrap_or(0));
    let cost = Money::from_nanos(entry.delta.cost_nanos).unwrap_or(Money::ZERO);
    minute.cost = minute.cost.plus(cost);
}

fn remember_completion(snapshot: &mut Snapshot, entry: &Entry) {
    let ring = snapshot.completions.entry(entry.project.clone()).or_default();
    if ring.len() >= COMPLETIONS_KEPT {
        ring.drain(..=ring.len() - COMPLETIONS_KEPT);
    }
    ring.push(Completion {
        mission: entry.mission,
        at: entry.at,
        agent: entry.agent,
        status: entry.to,
        duration: duration_of(entry),
    });
}

/// A mission has no duration before its end, so what the end adds is all of it.
fn duration_of(entry: &Entry) -> Duration {
    Duration::from_micros(u64::try_from(entry.delta.duration_micros).unwrap_or(0))
}

pub(super) fn fold_agent(snapshot: &mut Snapshot, entry: &AgentEntry) {
    match entry.event {
        AgentEvent::Removed => {
            snapshot.standings.remove(&entry.agent);
            snapshot.running.remove(&entry.agent);
        }
        AgentEvent::Registered
        | AgentEvent::Online
        | AgentEvent::Offline
        | AgentEvent::Draining
        | AgentEvent::Disabled
        | AgentEvent::Enabled
        | AgentEvent::Changed => {}
    }
}
