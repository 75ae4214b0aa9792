//! Folding requests over loaded missions.

use std::collections::HashMap;

use mission_control::JournalEntry;
use mission_control_kernel::{Chance, LeaseId, MissionId, Timestamp};
use mission_control_missions::{
    Action, Actor, AttemptChange, AttemptOutcome, Change, Command, Decision, EventKind, FollowUp,
    Mission, NewMission, Outcome, Refusal, RunTask, Seen, Standing, decide, dependency,
};

use super::needs::outcome_lease;
use super::runs::Runs;
use super::writes::{Touched, Writes};
use crate::row::AttemptRow;

/// What became of one action; the adapter adds the receipt.
pub(crate) type Answer = Result<Outcome, Refusal>;

/// Missions as they were loaded, and all that has been done to them since.
pub(crate) struct Fold<'a> {
    now: Timestamp,
    chance: &'a (dyn Fn() -> Chance + Send + Sync),
    touched: HashMap<MissionId, Touched>,
    order: Vec<MissionId>,
    entries: Vec<JournalEntry>,
    /// Where the last entry of a mission stands in `entries`, while it tells of progress alone.
    open_progress: HashMap<MissionId, usize>,
    attempts: Vec<AttemptRow>,
    edges: Vec<(MissionId, MissionId)>,
    follow_ups: Vec<(MissionId, FollowUp)>,
    past: HashMap<(MissionId, LeaseId), AttemptOutcome>,
    /// How missions stand that are not loaded, and that some of those depend on.
    standings: HashMap<MissionId, Standing>,
    runs: Runs,
}

impl<'a> Fold<'a> {
    /// Over missions that are locked, and the outcomes of past attempts.
    pub(crate) fn over(
        loaded: impl IntoIterator<Item = Mission>,
        past: HashMap<(MissionId, LeaseId), AttemptOutcome>,
        now: Timestamp,
        chance: &'a (dyn Fn() -> Chance + Send + Sync),
    ) -> Self {
        let touched =
            loaded.into_iter().map(|mission| (mission.id, Touched::loaded(mission))).collect();
        Self {
            now,
            chance,
            touched,
            order: Vec::new(),
            entries: Vec::new(),
            open_progress: HashMap::new(),
            attempts: Vec::new(),
            edges: Vec::new(),
            follow_ups: Vec::new(),
            past,
            standings: HashMap::new(),
            runs: Runs::default(),
        }
    }

    /// The same, knowing how the dependencies stand of what is to be retried.
    pub(crate) fn knowing(self, standings: HashMap<MissionId, Standing>) -> Self {
        Self { standings, ..self }
    }

    /// The same, with the runs that it needs.
    pub(crate) fn with_runs(self, runs: Runs) -> Self {
        Self { runs, ..self }
    }

    /// Carries out one action that `by` asks for on what is loaded. A refused one leaves nothing
    /// behind.
    pub(crate) fn act(&mut self, action: &Action, by: &Actor) -> Answer {
        match action {
            Action::Create(new) => self.create(new, by),
            Action::Launch { run, missions } => {
                let outcome = self.create(missions, by)?;
                let run = run.create(self.now);
                self.runs.add(run.clone());
                Ok(Outcome { run: Some(run), ..outcome })
            }
            Action::Run { scope, run, command } => {
                let task = RunTask { run: *run, command: command.clone(), by: by.clone() };
                let (run, changed) = self.runs.ask(scope, task)?;
                Ok(Outcome { missions: Vec::new(), run: Some(run), changed, repeated: None })
            }
            Action::Align { run, mission } => {
                let paused = self.runs.find(*run).ok_or(Refusal::UnknownRun)?.paused;
                let found = self.find(*mission).cloned().ok_or(Refusal::NotFound)?;
                let command = if paused { Command::Pause } else { Command::Resume };
                self.command(&found, &command, by)
            }
            Action::Command { scope, mission, command } => {
                let found = self.find(*mission).filter(|found| scope.sees(&found.project));
                let found = found.cloned().ok_or(Refusal::NotFound)?;
                self.command(&found, command, by)
            }
            Action::Selected { scope, mission, seen, command } => {
                let found = self.find(*mission).filter(|found| scope.sees(&found.project));
                let found = found.cloned().ok_or(Refusal::NotFound)?;
                if Seen::of(&found) != *seen {
                    return Err(Refusal::Changed { status: found.status() });
                }
                self.command(&found, command, by)
            }
            Action::Settle { dependant, dependency } => {
                let dependency = *dependency;
                let found = self.find(*dependant).cloned().ok_or(Refusal::NotFound)?;
                let standing = self
                    .find(dependency)
                    .map(dependency::standing)
                    .ok_or(Refusal::UnknownDependency { dependency })?;
                self.command(&found, &Command::Settle { dependency, standing }, by)
            }
        }
    }

    /// Everything that must be written now.
    pub(crate) fn into_writes(mut self) -> Writes {
        let touched = self.order.iter().filter_map(|id| self.touched.remove(id)).collect();
        Writes::of(touched, self.entries, self.attempts, self.edges, self.follow_ups, self.runs)
    }

    fn find(&self, id: MissionId) -> Option<&Mission> {
        self.touched.get(&id).map(|touched| &touched.now)
    }

    fn standing(&self, id: MissionId) -> Option<Standing> {
        let here = self.find(id).map(dependency::standing);
        here.or_else(|| self.standings.get(&id).copied())
    }

    fn command(&mut self, mission: &Mission, command: &Command, by: &Actor) -> Answer {
        match decide(mission, command, self.now, (self.chance)()) {
            Ok(Decision::Unchanged) => Ok(unchanged(mission.clone())),
            Ok(Decision::Renewed(next)) => {
                self.put(*next.clone());
                Ok(unchanged(*next))
            }
            Ok(Decision::Changed(mut change)) => {
                if matches!(command, Command::Retry) {
                    dependency::can_wait(mission, |on| self.standing(on))?;
                }
                change.entry.by = by.clone();
                let mission = self.apply(mission, *change);
                Ok(Outcome { missions: vec![mission], run: None, changed: true, repeated: None })
            }
            Err(Refusal::LeaseLost) => {
                let repeated = self.told_before(mission.id, command).ok_or(Refusal::LeaseLost)?;
                let missions = vec![mission.clone()];
                Ok(Outcome { missions, run: None, changed: false, repeated: Some(repeated) })
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn create(&mut self, new: &[NewMission], by: &Actor) -> Answer {
        let mut changes: Vec<Change> = Vec::with_capacity(new.len());
        // Those made before it in the same request are there for it too.
        let mut made: HashMap<MissionId, usize> = HashMap::new();
        for mission in new {
            let find = |id| {
                let earlier = made.get(&id).map(|index| &changes[*index].mission);
                earlier.or_else(|| self.find(id))
            };
            let mut change = mission.create(find, self.now)?;
            change.entry.by = by.clone();
            made.insert(mission.id, changes.len());
            changes.push(change);
        }
        let missions = changes.into_iter().map(|change| self.add(change)).collect();
        for mission in new {
            if let (Some(parent), Some(lease)) = (mission.parent, mission.under) {
                self.renew(parent, lease);
            }
        }
        Ok(Outcome { missions, run: None, changed: true, repeated: None })
    }

    fn add(&mut self, change: Change) -> Mission {
        let mission = change.mission;
        for edge in &mission.dependencies {
            self.edges.push((edge.on, mission.id));
            self.mark(edge.on, |found| found.has_dependants = true);
        }
        if let Some(parent) = mission.place.parent {
            self.mark(parent, |found| found.has_children = true);
        }
        self.entries.push(JournalEntry::Mission(change.entry));
        self.order.push(mission.id);
        self.touched.insert(mission.id, Touched::created(mission.clone()));
        mission
    }

    /// Extends the lease of an attempt that has made something: any accepted write does. One that is
    /// driven from outside has none.
    fn renew(&mut self, id: MissionId, lease: LeaseId) {
        let Some(found) = self.find(id) else { return };
        let heartbeat = Command::Heartbeat { lease };
        if let Ok(Decision::Renewed(next)) = decide(found, &heartbeat, self.now, (self.chance)()) {
            self.put(*next);
        }
    }

    /// Sets a flag of a mission that others now hang on; no entry tells of it.
    fn mark(&mut self, id: MissionId, set: impl Fn(&mut Mission)) {
        let Some(found) = self.find(id) else { return };
        let mut marked = found.clone();
        set(&mut marked);
        if marked != *found {
            self.put(marked);
        }
    }

    fn apply(&mut self, before: &Mission, change: Change) -> Mission {
        let Change { mut mission, mut entry, attempt, follow_ups } = change;
        if let Some(AttemptChange::Ended { lease, outcome, usage, failure }) = attempt {
            let at = mission.updated_at.as_micros();
            self.attempts.extend(AttemptRow::of(before, outcome, usage, failure.as_ref(), at));
            self.past.insert((mission.id, lease), outcome);
        }
        // Progress of one mission within a batch is one entry: the latest, with the sum of what
        // they add. Its version is the first one's, so that versions stay without holes.
        let merged = (entry.event == EventKind::Progressed)
            .then(|| self.open_progress.get(&mission.id).copied())
            .flatten();
        match merged {
            Some(index) => {
                let JournalEntry::Mission(earlier) = &self.entries[index] else {
                    unreachable!("only entries of missions are noted as progress")
                };
                entry.version = earlier.version;
                entry.delta = earlier.delta.plus(entry.delta);
                mission.version = earlier.version;
                self.entries[index] = JournalEntry::Mission(entry);
            }
            None => {
                if entry.event == EventKind::Progressed {
                    self.open_progress.insert(mission.id, self.entries.len());
                } else {
                    self.open_progress.remove(&mission.id);
                }
                self.entries.push(JournalEntry::Mission(entry));
            }
        }
        self.follow_ups.extend(follow_ups.into_iter().map(|what| (mission.id, what)));
        self.put(mission.clone());
        mission
    }

    fn put(&mut self, mission: Mission) {
        let id = mission.id;
        if let Some(touched) = self.touched.get_mut(&id) {
            if !touched.changed {
                touched.changed = true;
                self.order.push(id);
            }
            touched.now = mission;
        }
    }

    /// The outcome of the attempt that a command names, when the command says the same again.
    fn told_before(&self, mission: MissionId, command: &Command) -> Option<AttemptOutcome> {
        let outcome = self.past.get(&(mission, outcome_lease(command)?)).copied()?;
        let same = match command {
            Command::Complete { .. } => outcome == AttemptOutcome::Completed,
            // A quota failure is stored as the snooze that it became.
            Command::Fail { .. } => {
                matches!(outcome, AttemptOutcome::Failed | AttemptOutcome::Snoozed)
            }
            Command::Snooze { .. } => {
                matches!(outcome, AttemptOutcome::Snoozed | AttemptOutcome::Failed)
            }
            _ => outcome == AttemptOutcome::Released,
        };
        same.then_some(outcome)
    }
}

fn unchanged(mission: Mission) -> Outcome {
    Outcome { missions: vec![mission], run: None, changed: false, repeated: None }
}
