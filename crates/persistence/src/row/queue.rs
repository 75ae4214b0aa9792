//! What is set for queues, as it stands in the table.

use std::collections::BTreeMap;

use mission_control_kernel::{ProjectId, StoreError};
use mission_control_missions::queue::{
    LANES_LOOKED_AT, Many, QueueChanged, QueueLine, QueueSetting, QueueState, WAITING_COUNTED,
};
use mission_control_missions::{Actor, Kind};

use super::read::{Reader, at};

/// Of all lanes together this many missions are counted, each lane as far as every other: some
/// milliseconds.
const LANES_COUNTED: usize = 20_000;

/// How far each of so many lanes is counted.
pub(crate) fn lane_counted(lanes: usize) -> u32 {
    let each = u32::try_from(LANES_COUNTED / lanes.max(1)).unwrap_or(WAITING_COUNTED);
    each.clamp(1, WAITING_COUNTED)
}

/// A row of `queues`; its kind is empty for the whole project.
pub(crate) struct QueueRow {
    pub(crate) kind: String,
    pub(crate) paused: bool,
    pub(crate) running_limit: Option<i64>,
    pub(crate) key_limit: Option<i64>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) updated_by: Option<String>,
}

impl QueueRow {
    /// What it says; so far nothing runs.
    pub(crate) fn into_state(self, project: &ProjectId) -> Result<QueueState, StoreError> {
        let reader = Reader { table: "queues", row: project.as_str() };
        let kind = match self.kind.as_str() {
            "" => None,
            kind => Some(reader.parse("kind", kind)?),
        };
        let limit =
            |column, limit: Option<i64>| limit.map(|limit| reader.count(column, limit)).transpose();
        let setting = QueueSetting {
            paused: self.paused,
            limit: limit("running_limit", self.running_limit)?,
            key_limit: limit("key_limit", self.key_limit)?,
        };
        let by = reader.text_some("updated_by", self.updated_by.as_deref())?;
        let changed = self.updated_at.map(|micros| QueueChanged { at: at(micros), by });
        Ok(QueueState { kind, setting, changed, running: 0 })
    }
}

/// Who changed a queue, as a column.
pub(crate) fn actor_to_column(by: &Actor) -> Option<String> {
    match by {
        Actor::Principal(name) => Some(name.to_string()),
        Actor::Agent(agent) => Some(agent.to_string()),
        Actor::System => None,
    }
}

/// Adds what runs to what was set; kinds in which something runs need not be set.
pub(crate) fn with_running(
    set: Vec<QueueState>,
    running: impl IntoIterator<Item = (Kind, u32)>,
) -> Vec<QueueState> {
    let mut states: BTreeMap<Option<Kind>, QueueState> =
        set.into_iter().map(|state| (state.kind.clone(), state)).collect();
    let mut in_all: u32 = 0;
    for (kind, running) in running {
        in_all = in_all.saturating_add(running);
        let fresh = || QueueState {
            kind: Some(kind.clone()),
            setting: QueueSetting::default(),
            changed: None,
            running: 0,
        };
        states.entry(Some(kind.clone())).or_insert_with(fresh).running = running;
    }
    if let Some(whole) = states.get_mut(&None) {
        whole.running = in_all;
    }
    states.into_values().collect()
}

/// What one lane holds.
pub(crate) struct LaneDepth {
    pub(crate) kind: Kind,
    pub(crate) first_rank: Option<i64>,
    pub(crate) ready: u32,
    pub(crate) scheduled: u32,
}

/// The lines of `kinds`, each with how many are blocked, from the lanes in use: `in_use` of them in all
/// projects together, each counted up to `counted`.
pub(crate) fn lines(
    kinds: impl IntoIterator<Item = (Kind, u32)>,
    lanes: &[LaneDepth],
    in_use: usize,
    counted: u32,
    now: i64,
) -> Vec<QueueLine> {
    let all_known = in_use < LANES_LOOKED_AT;
    let line = |(kind, blocked): (Kind, u32)| {
        let nothing = Many { count: 0, whole: all_known };
        let (mut ready, mut scheduled, mut since) = (nothing, nothing, None::<i64>);
        for lane in lanes.iter().filter(|lane| lane.kind == kind) {
            add(&mut ready, lane.ready, counted);
            add(&mut scheduled, lane.scheduled, counted);
            let first = lane.first_rank.filter(|rank| *rank <= now);
            since = since.into_iter().chain(first).min();
        }
        let blocked = Many { count: blocked, whole: blocked < WAITING_COUNTED };
        QueueLine { kind, ready, scheduled, blocked, ready_since: since.map(at) }
    };
    kinds.into_iter().map(line).collect()
}

fn add(sum: &mut Many, count: u32, counted: u32) {
    sum.count = sum.count.saturating_add(count);
    sum.whole &= count < counted;
}
