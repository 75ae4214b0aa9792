//! Lists of a mission that stand in one column each.

use std::time::Duration;

use mission_control_kernel::StoreError;
use mission_control_missions::{Backoff, Dependency};
use serde::{Deserialize, Serialize};

use super::read::Reader;

#[derive(Serialize, Deserialize)]
struct EdgeJson {
    on: String,
    settled: bool,
}

/// None for the usual exponential back-off, an empty list for none.
pub(super) fn backoff_to_json(backoff: &Backoff) -> Option<String> {
    let waits: Vec<i64> = match backoff {
        Backoff::Exponential => return None,
        Backoff::None => Vec::new(),
        Backoff::Fixed(waits) => waits.iter().copied().map(millis).collect(),
    };
    Some(serde_json::to_string(&waits).expect("a list of numbers is always JSON"))
}

pub(super) fn backoff_from_json(
    reader: &Reader<'_>,
    text: Option<&str>,
) -> Result<Backoff, StoreError> {
    let Some(text) = text else { return Ok(Backoff::Exponential) };
    let waits: Vec<u64> = reader.json("backoff_ms", text)?;
    if waits.is_empty() {
        return Ok(Backoff::None);
    }
    Ok(Backoff::Fixed(waits.into_iter().map(Duration::from_millis).collect()))
}

pub(super) fn edges_to_json(edges: &[Dependency]) -> Option<String> {
    if edges.is_empty() {
        return None;
    }
    let edges: Vec<EdgeJson> = edges
        .iter()
        .map(|edge| EdgeJson { on: edge.on.to_string(), settled: edge.settled })
        .collect();
    Some(serde_json::to_string(&edges).expect("a list of edges is always JSON"))
}

pub(super) fn edges_from_json(
    reader: &Reader<'_>,
    text: Option<&str>,
) -> Result<Vec<Dependency>, StoreError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let edges: Vec<EdgeJson> = reader.json("depends_on", text)?;
    edges
        .iter()
        .map(|edge| {
            let on = reader.parse("depends_on", &edge.on)?;
            Ok(Dependency { on, settled: edge.settled })
        })
        .collect()
}

pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
