//! Flight 1 of a batch: what its requests need is locked and read.

use std::collections::{BTreeSet, HashMap, HashSet};

use mission_control_kernel::{LeaseId, MissionId, RunId, StoreError};
use mission_control_missions::{AttemptOutcome, Mission, Request, Run};
use tokio_postgres::Row;

use super::batch::{Begun, Call, Lanes, Stop, fly, parse_id, rollback, transaction_id};
use super::committer::Context;
use super::link::Link;
use super::load::{Columns, mission_row, mission_sql, sql};
use super::receipts::{self, Kept};
use super::runs;
use super::values::params;
use crate::batch::Needs;
use crate::row::{LeaseRow, MissionRow};

/// A transaction that has begun, and what it has locked.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) begun: Begun,
    pub(super) missions: Vec<Mission>,
    /// They are there, but held by someone else.
    pub(super) locked_away: HashSet<MissionId>,
    pub(super) past: HashMap<(MissionId, LeaseId), AttemptOutcome>,
    pub(super) receipts: Vec<Kept>,
    pub(super) runs: Vec<Run>,
    /// What was asked last of those that are asked again, where nobody has taken it.
    pub(super) waiting: HashMap<RunId, String>,
}

/// Which rows a batch needs, each once and sorted.
struct Needed {
    missions: Vec<String>,
    runs: Vec<String>,
    asked: Vec<String>,
    past: (Vec<String>, Vec<i64>),
}

impl Needed {
    fn of(needs: &[Needs]) -> Self {
        let mut missions: Vec<MissionId> =
            needs.iter().flat_map(|need| &need.missions).copied().collect();
        missions.sort_unstable();
        missions.dedup();
        let mut runs: Vec<RunId> = needs.iter().filter_map(|need| need.run).collect();
        runs.sort_unstable();
        runs.dedup();
        let asked: BTreeSet<RunId> = needs.iter().filter_map(|need| need.asked).collect();
        let past = needs.iter().filter_map(|need| need.attempt);
        Self {
            missions: missions.iter().map(ToString::to_string).collect(),
            runs: runs.iter().map(ToString::to_string).collect(),
            asked: asked.iter().map(ToString::to_string).collect(),
            past: past.map(|(mission, lease)| (mission.to_string(), lease.number())).unzip(),
        }
    }
}

/// Where the answers of flight 1 stand.
struct Places {
    receipts: std::ops::Range<usize>,
    runs: Option<usize>,
    waiting: Option<usize>,
    missions: usize,
}

/// A batch that needs nothing locked has no flight 1: its transaction begins with its writes.
pub(super) async fn open(
    link: &mut Link,
    context: &Context,
    requests: &[&Request],
    needs: &[Needs],
    lanes: Lanes,
) -> Result<Opened, Stop> {
    let needed = Needed::of(needs);
    let keyed = requests.iter().any(|request| request.receipt.is_some());
    let nothing = needed.missions.is_empty() && needed.runs.is_empty();
    if nothing && !keyed && lanes == Lanes::Late {
        let receipts = requests.iter().map(|_| Kept::None).collect();
        return Ok(Opened { receipts, ..Opened::default() });
    }
    let (calls, places) = calls(context, requests, needed, lanes);
    let answers = fly(link, &calls).await?;
    match decode(requests, &answers, &places) {
        Ok(opened) => Ok(opened),
        Err(error) => {
            rollback(link).await;
            Err(Stop::Refused(error))
        }
    }
}

/// What is waited for comes first, in one order for everybody: receipts, then runs. Missions are
/// passed by when they are held.
fn calls(
    context: &Context,
    requests: &[&Request],
    needed: Needed,
    lanes: Lanes,
) -> (Vec<Call>, Places) {
    let mut calls: Vec<Call> = vec![("BEGIN", Vec::new()), (sql!("transaction_id"), Vec::new())];
    if lanes == Lanes::Held {
        calls.push((sql!("hold_lanes"), Vec::new()));
    }
    let receipts_at = calls.len();
    calls.extend(receipts::take(requests, context.clock.now()));
    let receipts = receipts_at..calls.len();
    let runs = (!needed.runs.is_empty()).then(|| {
        calls.push((sql!("lock_runs"), params![needed.runs]));
        calls.len() - 1
    });
    // Once they are locked, nothing more is asked of them.
    let waiting = (!needed.asked.is_empty()).then(|| {
        calls.push((sql!("newest_asks"), params![needed.asked]));
        calls.len() - 1
    });
    let missions = calls.len();
    calls.push((mission_sql!("lock_missions"), params![needed.missions.clone()]));
    calls.push((sql!("lock_leases"), params![needed.missions.clone()]));
    calls.push((sql!("existing_missions"), params![needed.missions]));
    if !needed.past.0.is_empty() {
        calls.push((sql!("past_attempts"), params![needed.past.0, needed.past.1]));
    }
    (calls, Places { receipts, runs, waiting, missions })
}

fn decode(
    requests: &[&Request],
    answers: &[Vec<Row>],
    places: &Places,
) -> Result<Opened, StoreError> {
    let leases = leases(&answers[places.missions + 1])?;
    let (missions, mut locked_away) = missions(&answers[places.missions], &leases)?;
    let seen: HashSet<MissionId> = missions.iter().map(|mission| mission.id).collect();
    for row in &answers[places.missions + 2] {
        let id = parse_id(Columns::of(row).take()?)?;
        if !seen.contains(&id) {
            locked_away.insert(id);
        }
    }
    let past = match answers.get(places.missions + 3) {
        Some(rows) => past(rows)?,
        None => HashMap::new(),
    };
    let runs = match places.runs {
        Some(at) => answers[at].iter().map(runs::run).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let waiting = match places.waiting {
        Some(at) => answers[at].iter().map(runs::newest_ask).collect::<Result<_, _>>()?,
        None => HashMap::new(),
    };
    let receipts = receipts::read(requests, &answers[places.receipts.clone()])?;
    let begun = Begun::Yes(transaction_id(&answers[1])?);
    Ok(Opened { begun, missions, locked_away, past, receipts, runs, waiting })
}

/// Missions with their leases. One whose lease is just being renewed counts as held.
fn missions(
    rows: &[Row],
    leases: &HashMap<String, LeaseRow>,
) -> Result<(Vec<Mission>, HashSet<MissionId>), StoreError> {
    let mut missions = Vec::with_capacity(rows.len());
    let mut held = HashSet::new();
    for row in rows {
        let (row, _) = mission_row(row)?;
        let lease = leases.get(&row.id).copied();
        if is_leased(&row) && lease.is_none() {
            held.insert(parse_id(&row.id)?);
        } else {
            missions.push(row.into_mission(lease)?);
        }
    }
    Ok((missions, held))
}

fn is_leased(row: &MissionRow) -> bool {
    row.status == "running" && row.agent_id.is_some()
}

fn leases(rows: &[Row]) -> Result<HashMap<String, LeaseRow>, StoreError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let mission: String = columns.take()?;
            let length_ms = columns.take()?;
            Ok((mission, LeaseRow { length_ms, expires_at: columns.time()? }))
        })
        .collect()
}

fn past(rows: &[Row]) -> Result<HashMap<(MissionId, LeaseId), AttemptOutcome>, StoreError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let mission = parse_id(columns.take()?)?;
            let lease = LeaseId::new(columns.take()?);
            let outcome: &str = columns.take()?;
            let reader = crate::row::Reader { table: "attempts", row: &mission.to_string() };
            Ok(((mission, lease), reader.parse("outcome", outcome)?))
        })
        .collect()
}
