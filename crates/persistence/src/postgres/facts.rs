//! What holds for lanes, read from the tables.

use std::collections::HashMap;

use mission_control_agents::SILENT_AFTER;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::Kind;
use mission_control_missions::queue::{AgentFacts, QueueFacts, QueueSetting};
use tokio_postgres::Row;

use super::load::Columns;
use super::values::{At, Params, params};
use crate::row::{Reader, capabilities_from_json, names_from_json};

/// Parameters of `active_agents`.
pub(super) fn active_since(now: Timestamp) -> Params {
    params![At(now.minus(SILENT_AFTER).as_micros())]
}

/// From the rows of `queue_settings`, `running_counts` and `active_agents`.
pub(super) fn read(
    settings: &[Row],
    running: &[Row],
    agents: &[Row],
) -> Result<QueueFacts, StoreError> {
    let mut facts = QueueFacts { settings: read_settings(settings)?, ..QueueFacts::default() };
    for row in running {
        let mut columns = Columns::of(row);
        let reader = Reader { table: "leases", row: "" };
        let project: ProjectId = reader.parse("project_id", columns.take()?)?;
        let kind: Kind = reader.parse("kind", columns.take()?)?;
        let key = reader.text_some("concurrency_key", columns.take()?)?;
        let fairness = reader.text("fairness_key", columns.take()?)?;
        let count: u32 = reader.count("mission_id", columns.take()?)?;
        *facts.running_by_kind.entry((project.clone(), kind)).or_default() += count;
        *facts.running_by_fairness.entry((project.clone(), fairness)).or_default() += count;
        if let Some(key) = key {
            *facts.running_by_key.entry((project, key)).or_default() += count;
        }
    }
    for row in agents {
        let mut columns = Columns::of(row);
        let reader = Reader { table: "agents", row: "" };
        let project = reader.parse("project_id", columns.take()?)?;
        let capabilities = columns.take::<Option<String>>()?;
        let capabilities =
            capabilities_from_json(&reader, "capabilities", capabilities.as_deref())?;
        let kinds = match columns.take::<Option<String>>()? {
            None => None,
            Some(text) => Some(
                names_from_json(&reader, "kinds", &text)?
                    .iter()
                    .map(|kind| reader.parse("kinds", kind))
                    .collect::<Result<_, _>>()?,
            ),
        };
        facts.agents.push(AgentFacts { project, kinds, capabilities });
    }
    Ok(facts)
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
