//! Groups of ended missions.

use mission_control::{Analysis, Group, Measured};
use mission_control_kernel::{Money, StoreError};

use super::read::Reader;

/// One group as a statement counts it, and how many missions it looked at for all groups.
pub(crate) struct GroupRow {
    pub(crate) name: Option<String>,
    pub(crate) count: i64,
    pub(crate) completed: i64,
    pub(crate) failed: i64,
    pub(crate) cancelled: i64,
    pub(crate) median: Option<i64>,
    pub(crate) p95: Option<i64>,
    pub(crate) tokens: i64,
    pub(crate) cost: i64,
    pub(crate) looked_at: i64,
}

/// What rows of groups are together, of at most `most` missions.
pub(crate) fn analysis(rows: Vec<GroupRow>, most: u32) -> Result<Analysis, StoreError> {
    let reader = Reader { table: "missions", row: "a group" };
    let looked_at = rows.first().map_or(0, |row| row.looked_at.unsigned_abs());
    let groups = rows.into_iter().map(|row| {
        Ok(Group {
            key: row.name,
            count: reader.count("status", row.count)?,
            completed: reader.count("status", row.completed)?,
            failed: reader.count("status", row.failed)?,
            cancelled: reader.count("status", row.cancelled)?,
            median_micros: row.median,
            p95_micros: row.p95,
            tokens: reader.count("settled_tokens", row.tokens)?,
            cost: reader.need("settled_cost_nanos", Money::from_nanos(row.cost))?,
            figures: Vec::new(),
        })
    });
    let groups = groups.collect::<Result<_, StoreError>>()?;
    let capped = looked_at > u64::from(most);
    Ok(Analysis { groups, looked_at, capped })
}

/// What the results say of the pair at a 1-based `place`. Sums that no `f64` holds are the largest one.
pub(crate) fn measured(
    place: i64,
    count: i64,
    [average, min, max]: [f64; 3],
) -> Result<Measured, StoreError> {
    let reader = Reader { table: "missions", row: "a figure" };
    let held = |figure: f64| figure.clamp(f64::MIN, f64::MAX);
    Ok(Measured {
        pair: reader.count("template", place - 1)?,
        count: reader.count("result", count)?,
        average: held(average),
        min: held(min),
        max: held(max),
    })
}
