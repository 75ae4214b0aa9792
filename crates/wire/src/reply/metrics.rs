//! The numbers on the wall.

use serde::Serialize;

use crate::{Cost, Time};

/// Counters of all time: the members of seed 002 in its order, then ours.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Metrics {
    /// Ever made.
    pub total_missions: u64,
    /// Of these, completed.
    pub completed_missions: u64,
    /// Of these, failed.
    pub failed_missions: u64,
    /// Of these, under way.
    pub running_missions: u64,
    /// Over missions with a duration, in seconds; 0 without any.
    pub average_duration: f64,
    /// Completed ÷ total × 100; 0 without any.
    pub success_rate: f64,
    /// Of all missions.
    pub total_tokens: u64,
    /// Of all missions.
    pub total_cost: Cost,
    /// Waiting.
    pub pending_missions: u64,
    /// Called off.
    pub cancelled_missions: u64,
    /// Completed ÷ (completed + failed) × 100; 0 without any.
    pub finished_success_rate: f64,
}

/// The counters as they were in one minute: the columns of seed 002 in its order.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct MetricsPoint {
    /// The begin of the minute.
    pub timestamp: Time,
    /// Ever made until then.
    pub total_missions: u64,
    /// Of these, completed.
    pub completed_missions: u64,
    /// Of these, failed.
    pub failed_missions: u64,
    /// Of these, under way.
    pub running_missions: u64,
    /// Over missions with a duration, in seconds; 0 without any.
    pub average_duration: f64,
    /// Completed ÷ total × 100; 0 without any.
    pub success_rate: f64,
    /// Of all missions.
    pub total_tokens: u64,
    /// Of all missions.
    pub total_cost: Cost,
}

/// `GET /api/metrics/history`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MetricsHistory {
    /// Oldest first; a span in which nothing was noted has none.
    pub points: Vec<MetricsPoint>,
    /// The first instant that was looked at.
    pub from: Time,
    /// The end, itself not looked at.
    pub to: Time,
    /// From one point to the next, in seconds.
    pub step: u64,
    /// When this was said.
    pub timestamp: Time,
}

/// `GET /api/metrics`, with [`Metrics`] as they are or already written.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct MetricsReply<M = Metrics> {
    /// They.
    pub metrics: M,
    /// When this was said.
    pub timestamp: Time,
}
