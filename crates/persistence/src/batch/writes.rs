//! The rows that a batch writes, one per mission and table.

use std::collections::HashMap;

use mission_control::JournalEntry;
use mission_control_kernel::{MissionId, ProjectId};
use mission_control_missions::queue::{LaneKey, ticket};
use mission_control_missions::{Driver, FollowUp, Mission};

use super::runs::Runs;
use crate::row::{AttemptRow, EntryRow, FollowUpRow, LeaseRow, MissionRow, RunRow, entry_to_row};

/// A mission before and after a batch.
pub(crate) struct Touched {
    /// As loaded; none for a new one.
    pub(crate) was: Option<Mission>,
    /// As it is now.
    pub(crate) now: Mission,
    pub(crate) changed: bool,
}

impl Touched {
    pub(crate) fn loaded(mission: Mission) -> Self {
        Self { was: Some(mission.clone()), now: mission, changed: false }
    }

    pub(crate) fn created(mission: Mission) -> Self {
        Self { was: None, now: mission, changed: true }
    }
}

/// What becomes of the row of a mission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MissionWrite {
    /// It is new.
    Insert,
    /// It moved.
    Update,
    /// Only what progress touches has changed: no indexed column.
    Progress,
    /// A person edited it: the columns of its spec changed too.
    Edit,
}

/// What becomes of the row of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RunWrite {
    /// It is new.
    Insert,
    /// It was paused, or goes on.
    Update,
}

/// A row of `ready` by its key, the lane still by what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ReadyKey {
    pub(crate) lane: LaneKey,
    pub(crate) rank: i64,
    pub(crate) mission: String,
}

/// What becomes of a row of `leases`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum LeaseWrite {
    /// A mission began to run.
    Insert(Box<LeaseInsert>),
    /// Its lease is longer now.
    Renew { mission: String, expires_at: i64 },
    /// It runs no longer.
    Delete { mission: String },
}

/// A new row of `leases`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LeaseInsert {
    pub(crate) mission_id: String,
    pub(crate) lease_id: i64,
    pub(crate) project_id: String,
    pub(crate) agent_id: Option<String>,
    pub(crate) kind: String,
    pub(crate) concurrency_key: Option<String>,
    pub(crate) fairness_key: String,
    pub(crate) lease: Option<LeaseRow>,
    pub(crate) timeout_at: Option<i64>,
}

/// Everything that one transaction writes.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Writes {
    pub(crate) runs: Vec<(RunWrite, RunRow)>,
    pub(crate) missions: Vec<(MissionWrite, MissionRow)>,
    /// The lane and rank that each of `missions` has afterwards, in the same order.
    pub(crate) tickets: Vec<Option<ReadyKey>>,
    pub(crate) ready_deletes: Vec<ReadyKey>,
    pub(crate) ready_inserts: Vec<ReadyKey>,
    pub(crate) leases: Vec<LeaseWrite>,
    pub(crate) attempts: Vec<AttemptRow>,
    pub(crate) edges: Vec<(String, String, String)>,
    pub(crate) follow_ups: Vec<FollowUpRow>,
    pub(crate) entries: Vec<EntryRow>,
}

impl Writes {
    pub(super) fn of(
        touched: Vec<Touched>,
        entries: Vec<JournalEntry>,
        attempts: Vec<AttemptRow>,
        edges: Vec<(MissionId, MissionId)>,
        follow_ups: Vec<(MissionId, FollowUp)>,
        runs: Runs,
    ) -> Self {
        let hangs_together = !edges.is_empty() || !follow_ups.is_empty();
        let projects: HashMap<MissionId, &ProjectId> = touched
            .iter()
            .filter(|_| hangs_together)
            .map(|touched| (touched.now.id, &touched.now.project))
            .collect();
        let project =
            |id: &MissionId| projects.get(id).map(ToString::to_string).unwrap_or_default();
        let (runs, asked) = runs.into_rows();
        let mut writes = Self {
            runs,
            edges: edges
                .iter()
                .map(|(on, mission)| (on.to_string(), mission.to_string(), project(mission)))
                .collect(),
            follow_ups: follow_ups
                .iter()
                .map(|(mission, what)| FollowUpRow::of_mission(project(mission), *mission, *what))
                .chain(asked)
                .collect(),
            entries: entries.iter().map(entry_to_row).collect(),
            attempts,
            ..Self::default()
        };
        for touched in &touched {
            writes.add(touched);
        }
        writes
    }

    fn add(&mut self, touched: &Touched) {
        let (was, now) = (touched.was.as_ref(), &touched.now);
        let before = was.and_then(ready_key);
        let after = ready_key(now);
        if before != after {
            self.ready_deletes.extend(before);
            self.ready_inserts.extend(after.clone());
        }
        self.leases.extend(lease_write(was, now));
        if let Some(write) = mission_write(was, now) {
            self.missions.push((write, MissionRow::of(now)));
            self.tickets.push(after);
        }
    }
}

fn ready_key(mission: &Mission) -> Option<ReadyKey> {
    let ticket = ticket(mission)?;
    Some(ReadyKey {
        lane: ticket.lane,
        rank: ticket.rank.as_micros(),
        mission: mission.id.to_string(),
    })
}

fn mission_write(was: Option<&Mission>, now: &Mission) -> Option<MissionWrite> {
    let Some(was) = was else { return Some(MissionWrite::Insert) };
    if was.spec != now.spec {
        return Some(MissionWrite::Edit);
    }
    match (was.running(), now.running()) {
        (Some(one), Some(other)) if was.lease_id == now.lease_id => {
            let same_row = was.version == now.version
                && was.has_dependants == now.has_dependants
                && was.has_children == now.has_children;
            let flags_moved = was.has_dependants != now.has_dependants
                || was.has_children != now.has_children
                || was.run_paused != now.run_paused;
            if flags_moved {
                return Some(MissionWrite::Update);
            }
            (!same_row || one.output != other.output || one.usage != other.usage)
                .then_some(MissionWrite::Progress)
        }
        _ => (was != now).then_some(MissionWrite::Update),
    }
}

fn lease_write(was: Option<&Mission>, now: &Mission) -> Option<LeaseWrite> {
    let mission = || now.id.to_string();
    let was_running = was.filter(|was| was.running().is_some());
    match (was_running, now.running()) {
        (None, None) => None,
        (Some(_), None) => Some(LeaseWrite::Delete { mission: mission() }),
        (None, Some(_)) => Some(LeaseWrite::Insert(Box::new(lease_insert(now)?))),
        // A batch can end one attempt and begin the next: the row is the new one's.
        (Some(was), Some(_)) if was.lease_id != now.lease_id => {
            Some(LeaseWrite::Insert(Box::new(lease_insert(now)?)))
        }
        (Some(was), Some(attempt)) => match (was.running().map(|a| a.driver), attempt.driver) {
            (
                Some(Driver::Leased { expires_at: before, .. }),
                Driver::Leased { expires_at, .. },
            ) if before != expires_at => {
                Some(LeaseWrite::Renew { mission: mission(), expires_at: expires_at.as_micros() })
            }
            _ => None,
        },
    }
}

fn lease_insert(mission: &Mission) -> Option<LeaseInsert> {
    let attempt = mission.running()?;
    let key = LaneKey::of(mission);
    let lease = match attempt.driver {
        Driver::Outside => None,
        Driver::Leased { length, expires_at, .. } => Some(LeaseRow {
            length_ms: i64::try_from(length.as_millis()).unwrap_or(i64::MAX),
            expires_at: expires_at.as_micros(),
        }),
    };
    Some(LeaseInsert {
        mission_id: mission.id.to_string(),
        lease_id: mission.lease_id.number(),
        project_id: mission.project.to_string(),
        agent_id: attempt.driver.agent().map(|agent| agent.to_string()),
        kind: key.kind.to_string(),
        concurrency_key: key.concurrency_key.map(|key| key.to_string()),
        fairness_key: key.fairness_key.to_string(),
        lease,
        timeout_at: mission.spec.timeout.map(|span| attempt.began.plus(span).as_micros()),
    })
}
