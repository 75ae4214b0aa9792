//! The counters that the journal adds up to, counted here a second time and as plainly as can be.

use std::collections::BTreeMap;

use mission_control::{JournalEntry, Sequenced, Snapshot};
use mission_control_agents::{AgentEvent, Standing};
use mission_control_kernel::{AgentId, MissionId, ProjectId};
use mission_control_missions::{
    AttemptOutcome, Entry, EventKind, Kind, KindCounts, Status, Totals,
};

/// The part of a snapshot that every entry bears on.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Folded {
    pub(crate) seq: i64,
    pub(crate) totals: BTreeMap<ProjectId, Totals>,
    pub(crate) kinds: BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
    pub(crate) removed: BTreeMap<ProjectId, Totals>,
    pub(crate) standings: BTreeMap<AgentId, Standing>,
    pub(crate) running: BTreeMap<AgentId, u32>,
    /// Newest last, at most 100.
    pub(crate) completions: BTreeMap<ProjectId, Vec<MissionId>>,
    /// Completed and failed, of all minutes that are kept.
    pub(crate) finished: BTreeMap<ProjectId, (u64, u64)>,
}

/// How many completions of a project are kept.
const COMPLETIONS: usize = 100;

impl Folded {
    /// From the journal, from its begin, of a history no longer than an hour.
    pub(crate) fn from_journal(entries: &[Sequenced]) -> Self {
        let mut folded = Self::default();
        for sequenced in entries {
            folded.seq = sequenced.seq;
            match &sequenced.entry {
                JournalEntry::Mission(entry) => {
                    folded.totals.entry(entry.project.clone()).or_default().fold(entry);
                    folded.count(entry);
                }
                JournalEntry::Agent(entry) if entry.event == AgentEvent::Removed => {
                    folded.standings.remove(&entry.agent);
                }
                JournalEntry::Agent(_) => {}
                JournalEntry::Removal(entry) => {
                    folded.totals.entry(entry.project.clone()).or_default().take(&entry.counted);
                    folded.removed.entry(entry.project.clone()).or_default().add(&entry.counted);
                }
            }
        }
        folded.trimmed()
    }

    /// From what a store has counted in its tables.
    pub(crate) fn from_snapshot(snapshot: Snapshot) -> Self {
        let mut finished: BTreeMap<ProjectId, (u64, u64)> = BTreeMap::new();
        for ((project, _), minute) in &snapshot.minutes {
            let counted = finished.entry(project.clone()).or_default();
            counted.0 += minute.completed;
            counted.1 += minute.failed;
        }
        let missions = |ring: Vec<mission_control::Completion>| -> Vec<MissionId> {
            ring.into_iter().map(|completion| completion.mission).collect()
        };
        Self {
            seq: snapshot.seq,
            totals: snapshot.totals,
            kinds: snapshot.kinds,
            removed: snapshot.removed,
            standings: snapshot.standings,
            running: snapshot.running,
            completions: snapshot
                .completions
                .into_iter()
                .map(|(project, ring)| (project, missions(ring)))
                .collect(),
            finished,
        }
        .trimmed()
    }

    fn count(&mut self, entry: &Entry) {
        let kinds = self.kinds.entry(entry.project.clone()).or_default();
        kinds.entry(entry.kind.clone()).or_default().fold(entry);
        match entry.event {
            EventKind::Completed => {
                self.finished.entry(entry.project.clone()).or_default().0 += 1;
                let ring = self.completions.entry(entry.project.clone()).or_default();
                ring.push(entry.mission);
                let surplus = ring.len().saturating_sub(COMPLETIONS);
                ring.drain(..surplus);
            }
            EventKind::Failed => self.finished.entry(entry.project.clone()).or_default().1 += 1,
            _ => {}
        }
        let Some(agent) = entry.agent else { return };
        let (was, is) = (entry.from == Some(Status::Running), entry.to == Status::Running);
        let running = self.running.entry(agent).or_default();
        *running = *running + u32::from(is && !was) - u32::from(was && !is);
        let standing = self.standings.entry(agent).or_default();
        match entry.outcome {
            Some(AttemptOutcome::Completed) => standing.completed += 1,
            Some(AttemptOutcome::Failed | AttemptOutcome::Lost | AttemptOutcome::TimedOut) => {
                standing.failed += 1;
            }
            _ => {}
        }
    }

    /// Nothing and none are the same.
    fn trimmed(mut self) -> Self {
        for totals in self.totals.values_mut().chain(self.removed.values_mut()) {
            totals.cells.retain(|_, count| *count != 0);
        }
        for counted in [&mut self.totals, &mut self.removed] {
            counted.retain(|_, totals| *totals != Totals::default());
        }
        for kinds in self.kinds.values_mut() {
            kinds.retain(|_, counts| *counts != KindCounts::default());
        }
        self.kinds.retain(|_, kinds| !kinds.is_empty());
        self.standings.retain(|_, standing| *standing != Standing::default());
        self.running.retain(|_, running| *running > 0);
        self.completions.retain(|_, ring| !ring.is_empty());
        self.finished.retain(|_, counted| *counted != (0, 0));
        self
    }
}
