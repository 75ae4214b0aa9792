//! What holds for lanes, read from the tables.

use std::collections::HashMap;
use std::hash::Hash;

use mission_control_agents::SILENT_AFTER;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::queue::{
    AgentFacts, Counted, FAIRNESS_COUNTED, QueueFacts, QueueSetting,
};
use mission_control_missions::{Kind, QueueKey};
use tokio_postgres::Row;

use super::batch::Call;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::values::{At, params};
use crate::row::{Reader, capabilities_from_json, names_from_json};

/// The statements that count what a look needs; [`read`] takes their answers.
pub(super) fn calls(counted: &Counted) -> [Call; 4] {
    let projects: Vec<String> = counted.projects.iter().map(ToString::to_string).collect();
    let columns = |keys: &[(ProjectId, QueueKey)]| -> (Vec<String>, Vec<String>) {
        keys.iter().map(|(project, key)| (project.to_string(), key.to_string())).unzip()
    };
    let (of, keys) = columns(&counted.keys);
    let (from, fairness) = columns(&counted.fairness);
    [
        (sql!("queue_settings"), params![projects.clone()]),
        (sql!("running_by_kind"), params![projects]),
        (sql!("running_by_key"), params![of, keys]),
        (sql!("running_by_fairness"), params![from, fairness, i64::from(FAIRNESS_COUNTED)]),
    ]
}

/// From the answers of [`calls`], in their order. Without the agents: a claim asks whether the
/// claimant itself suits a lane, not who else would.
pub(super) fn read(answers: &[Vec<Row>]) -> Result<QueueFacts, StoreError> {
    let [settings, kinds, keys, fairness] = answers else {
        return Err(StoreError::Defect("four answers make the facts".to_owned()));
    };
    let reader = Reader { table: "leases", row: "" };
    Ok(QueueFacts {
        settings: read_settings(settings)?,
        running_by_kind: counts(kinds, |word| reader.parse("kind", word))?,
        running_by_key: counts(keys, |word| reader.text("concurrency_key", word))?,
        running_by_fairness: counts(fairness, |word| reader.text("fairness_key", word))?,
        agents: Vec::new(),
    })
}

fn counts<K: Eq + Hash>(
    rows: &[Row],
    key: impl Fn(&str) -> Result<K, StoreError>,
) -> Result<HashMap<(ProjectId, K), u32>, StoreError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let reader = Reader { table: "leases", row: "" };
            let project = reader.parse("project_id", columns.take()?)?;
            let key = key(columns.take()?)?;
            Ok(((project, key), reader.count("mission_id", columns.take()?)?))
        })
        .collect()
}

/// The agents of a project that may take missions now.
pub(super) async fn agents(
    pool: &Pool,
    project: &ProjectId,
    now: Timestamp,
) -> Result<Vec<AgentFacts>, StoreError> {
    let since = At(now.minus(SILENT_AFTER).as_micros());
    let rows = pool.query(sql!("active_agents"), &params![project.to_string(), since]).await?;
    rows.iter().map(agent).collect()
}

fn agent(row: &Row) -> Result<AgentFacts, StoreError> {
    let mut columns = Columns::of(row);
    let reader = Reader { table: "agents", row: "" };
    let project = reader.parse("project_id", columns.take()?)?;
    let capabilities = columns.take::<Option<String>>()?;
    let capabilities = capabilities_from_json(&reader, "capabilities", capabilities.as_deref())?;
    // A name that no mission can have as its kind matches nothing.
    let kinds = match columns.take::<Option<String>>()? {
        None => None,
        Some(text) => {
            let names = names_from_json(&reader, "kinds", &text)?;
            Some(names.iter().filter_map(|kind| kind.parse().ok()).collect())
        }
    };
    Ok(AgentFacts { project, kinds, capabilities })
}

type Settings = HashMap<(ProjectId, Option<Kind>), QueueSetting>;

pub(super) fn read_settings(rows: &[Row]) -> Result<Settings, StoreError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let reader = Reader { table: "queues", row: "" };
            let project = reader.parse("project_id", columns.take()?)?;
            let kind = match columns.take::<&str>()? {
                "" => None,
                kind => Some(reader.parse("kind", kind)?),
            };
            let paused = columns.take()?;
            let mut limit = |column| -> Result<Option<u32>, StoreError> {
                let limit: Option<i64> = columns.take()?;
                limit.map(|limit| reader.count(column, limit)).transpose()
            };
            let (limit, key_limit) = (limit("running_limit")?, limit("key_limit")?);
            Ok(((project, kind), QueueSetting { paused, limit, key_limit }))
        })
        .collect()
}
