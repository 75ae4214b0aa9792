//! The saved projection, as JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use mission_control::agents::Standing;
use mission_control::missions::{Delta, Kind, KindCounts, Totals};
use mission_control::{Completion, Minute, Snapshot};
use mission_control_kernel::{Money, ProjectId, StoreError};
use serde::{Deserialize, Serialize};

use super::read::{Reader, at};

#[derive(Serialize, Deserialize)]
struct Saved {
    v: u8,
    totals: Vec<SavedTotals>,
    /// None in what was saved before anything could be removed.
    #[serde(default)]
    removed: Vec<SavedTotals>,
    /// Project, kind, pending by rank of priority, running, held.
    kinds: Vec<(String, String, Vec<i64>, i64, i64)>,
    standings: Vec<(String, u64, u64)>,
    running: Vec<(String, u32)>,
    minutes: Vec<SavedMinute>,
    completions: Vec<(String, Vec<SavedCompletion>)>,
}

#[derive(Serialize, Deserialize)]
struct SavedTotals {
    project: String,
    cells: Vec<(String, String, i64)>,
    tokens: i64,
    cost: i64,
    duration: i64,
    timed: i64,
    dead: i64,
    held: i64,
}

#[derive(Serialize, Deserialize)]
struct SavedMinute {
    project: String,
    minute: i64,
    completed: u64,
    failed: u64,
    duration_us: u64,
    timed: u64,
    tokens: u64,
    cost: i64,
}

#[derive(Serialize, Deserialize)]
struct SavedCompletion {
    mission: String,
    at: i64,
    agent: Option<String>,
    status: String,
    duration_us: u64,
}

/// 1 had no counts by kind; what it has saved is counted anew.
const VERSION: u8 = 2;

/// The text of a snapshot; its place stands beside it, in a column.
pub(crate) fn checkpoint_to_text(snapshot: &Snapshot) -> String {
    let saved = Saved {
        v: VERSION,
        totals: all_saved(&snapshot.totals),
        removed: all_saved(&snapshot.removed),
        kinds: saved_kinds(&snapshot.kinds),
        standings: snapshot
            .standings
            .iter()
            .map(|(agent, standing)| (agent.to_string(), standing.completed, standing.failed))
            .collect(),
        running: snapshot.running.iter().map(|(agent, n)| (agent.to_string(), *n)).collect(),
        minutes: snapshot
            .minutes
            .iter()
            .map(|((project, minute), sums)| SavedMinute {
                project: project.to_string(),
                minute: minute.as_micros(),
                completed: sums.completed,
                failed: sums.failed,
                duration_us: micros(sums.duration),
                timed: sums.timed,
                tokens: sums.tokens,
                cost: sums.cost.as_nanos(),
            })
            .collect(),
        completions: snapshot
            .completions
            .iter()
            .map(|(project, ring)| (project.to_string(), ring.iter().map(saved).collect()))
            .collect(),
    };
    serde_json::to_string(&saved).expect("strings and integers are always JSON")
}

/// The snapshot of a text and the place beside it.
///
/// # Errors
/// `Corrupt` when it is not what we write; the caller then counts anew.
pub(crate) fn checkpoint_from_text(seq: i64, text: &str) -> Result<Snapshot, StoreError> {
    let reader = Reader { table: "projection_checkpoint", row: "1" };
    let saved: Saved = reader.json("body", text)?;
    if saved.v != VERSION {
        return Err(reader.corrupt("body.v"));
    }
    let mut snapshot = Snapshot { seq, ..Snapshot::default() };
    for row in saved.totals {
        let (project, totals) = totals(&reader, &row)?;
        snapshot.totals.insert(project, totals);
    }
    for row in saved.removed {
        let (project, totals) = totals(&reader, &row)?;
        snapshot.removed.insert(project, totals);
    }
    for (project, kind, pending, running, held) in saved.kinds {
        let pending = pending.try_into().map_err(|_| reader.corrupt("body.kinds"))?;
        let kinds = snapshot.kinds.entry(reader.parse("body", &project)?).or_default();
        kinds.insert(reader.parse("body", &kind)?, KindCounts { pending, running, held });
    }
    for (agent, completed, failed) in saved.standings {
        snapshot.standings.insert(reader.parse("body", &agent)?, Standing { completed, failed });
    }
    for (agent, n) in saved.running {
        snapshot.running.insert(reader.parse("body", &agent)?, n);
    }
    for row in saved.minutes {
        let minute = Minute {
            completed: row.completed,
            failed: row.failed,
            duration: Duration::from_micros(row.duration_us),
            timed: row.timed,
            tokens: row.tokens,
            cost: reader.need("body", Money::from_nanos(row.cost))?,
        };
        snapshot.minutes.insert((reader.parse("body", &row.project)?, at(row.minute)), minute);
    }
    for (project, ring) in saved.completions {
        let ring = ring
            .into_iter()
            .map(|saved| completion(&reader, &saved))
            .collect::<Result<Vec<_>, _>>()?;
        snapshot.completions.insert(reader.parse("body", &project)?, ring);
    }
    Ok(snapshot)
}

fn all_saved(totals: &BTreeMap<ProjectId, Totals>) -> Vec<SavedTotals> {
    let saved = totals.iter().map(|(project, totals)| SavedTotals {
        project: project.to_string(),
        cells: totals
            .cells
            .iter()
            .map(|((status, priority), n)| (status.to_string(), priority.to_string(), *n))
            .collect(),
        tokens: totals.sums.tokens,
        cost: totals.sums.cost_nanos,
        duration: totals.sums.duration_micros,
        timed: totals.sums.timed,
        dead: totals.sums.dead_letter,
        held: totals.sums.held,
    });
    saved.collect()
}

fn saved_kinds(
    kinds: &BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
) -> Vec<(String, String, Vec<i64>, i64, i64)> {
    let all = kinds.iter().flat_map(|(project, kinds)| {
        kinds.iter().map(move |(kind, counts)| {
            let KindCounts { pending, running, held } = *counts;
            (project.to_string(), kind.to_string(), pending.to_vec(), running, held)
        })
    });
    all.collect()
}

fn totals(reader: &Reader<'_>, row: &SavedTotals) -> Result<(ProjectId, Totals), StoreError> {
    let sums = Delta {
        tokens: row.tokens,
        cost_nanos: row.cost,
        duration_micros: row.duration,
        timed: row.timed,
        dead_letter: row.dead,
        held: row.held,
    };
    let mut totals = Totals { sums, ..Totals::default() };
    for (status, priority, n) in &row.cells {
        let cell = (reader.parse("body", status)?, reader.parse("body", priority)?);
        totals.cells.insert(cell, *n);
    }
    Ok((reader.parse("body", &row.project)?, totals))
}

fn saved(completion: &Completion) -> SavedCompletion {
    SavedCompletion {
        mission: completion.mission.to_string(),
        at: completion.at.as_micros(),
        agent: completion.agent.map(|agent| agent.to_string()),
        status: completion.status.to_string(),
        duration_us: micros(completion.duration),
    }
}

fn completion(reader: &Reader<'_>, saved: &SavedCompletion) -> Result<Completion, StoreError> {
    Ok(Completion {
        mission: reader.parse("body", &saved.mission)?,
        at: at(saved.at),
        agent: reader.parse_some("body", saved.agent.as_deref())?,
        status: reader.parse("body", &saved.status)?,
        duration: Duration::from_micros(saved.duration_us),
    })
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
