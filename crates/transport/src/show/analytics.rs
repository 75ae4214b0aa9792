//! What ended missions were like.

use mission_control::{Figure, Group};
use mission_control_wire::Cost;
use mission_control_wire::reply::{AnalyticsFigure, AnalyticsGroup};

/// One group with its rates.
#[expect(clippy::cast_precision_loss, reason = "durations and counts far below 2^52")]
pub(crate) fn group(group: &Group) -> AnalyticsGroup<'_> {
    let rate = |of: u64| if of == 0 { 0.0 } else { group.completed as f64 / of as f64 * 100.0 };
    let seconds = |micros: i64| micros as f64 / 1e6;
    AnalyticsGroup {
        key: group.key.as_deref(),
        count: group.count,
        completed: group.completed,
        failed: group.failed,
        cancelled: group.cancelled,
        success_rate: rate(group.count),
        finished_success_rate: rate(group.completed + group.failed),
        p50_duration: group.median_micros.map(seconds),
        p95_duration: group.p95_micros.map(seconds),
        total_tokens: group.tokens,
        total_cost: Cost(group.cost),
        metrics: (!group.figures.is_empty()).then(|| group.figures.iter().map(figure).collect()),
    }
}

fn figure(figure: &Figure) -> AnalyticsFigure<'_> {
    let Figure { metric, measured } = figure;
    AnalyticsFigure {
        key: metric.key.as_str(),
        unit: metric.unit.as_str(),
        title: metric.title.as_ref().map(|title| title.as_str()),
        count: measured.map_or(0, |it| it.count),
        average: measured.map(|it| it.average),
        min: measured.map(|it| it.min),
        max: measured.map(|it| it.max),
    }
}
