//! Counters.

use mission_control::MetricsPoint;
use mission_control::kernel::Money;
use mission_control::missions::{Status, Totals};
use mission_control_wire::{Cost, Word, reply};

/// The counters of some projects.
pub(crate) fn metrics(totals: &Totals) -> reply::Metrics {
    let count = |status| whole(totals.status(status));
    reply::Metrics {
        total_missions: whole(totals.total()),
        completed_missions: count(Status::Completed),
        failed_missions: count(Status::Failed),
        running_missions: count(Status::Running),
        average_duration: totals.average_duration(),
        success_rate: totals.success_rate(),
        total_tokens: whole(totals.sums.tokens),
        total_cost: Cost(Money::from_nanos(totals.sums.cost_nanos).unwrap_or(Money::ZERO)),
        pending_missions: count(Status::Pending),
        cancelled_missions: count(Status::Cancelled),
        finished_success_rate: totals.finished_success_rate(),
    }
}

/// The counters of one minute.
pub(crate) fn metrics_point(point: &MetricsPoint) -> reply::MetricsPoint {
    reply::MetricsPoint {
        timestamp: Word(point.at),
        total_missions: whole(point.total),
        completed_missions: whole(point.completed),
        failed_missions: whole(point.failed),
        running_missions: whole(point.running),
        average_duration: point.average_duration,
        success_rate: point.success_rate,
        total_tokens: whole(point.tokens),
        total_cost: Cost(point.cost),
    }
}

/// Counts are sums of what came and went and never below zero.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
