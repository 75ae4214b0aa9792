//! What ended missions were like.

use serde::Serialize;

use crate::{Cost, Time};

/// `GET /api/analytics`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AnalyticsReply<'a> {
    /// What missions of one group have in common.
    pub by: &'a str,
    /// The begin of the span in which they ended.
    pub from: Time,
    /// Its end, itself not in.
    pub to: Time,
    /// The largest groups first; days in their order.
    pub groups: Vec<AnalyticsGroup<'a>>,
    /// How many missions were looked at, also those of groups that are not told.
    pub counted: u64,
    /// Whether more ended than are looked at; the newest were.
    pub capped: bool,
    /// When this was said.
    pub timestamp: Time,
}

/// Missions that have something in common.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AnalyticsGroup<'a> {
    /// What that is; null for those without a model or an agent.
    pub key: Option<&'a str>,
    /// How many ended.
    pub count: u64,
    /// Of these, completed.
    pub completed: u64,
    /// Of these, failed for good.
    pub failed: u64,
    /// Of these, called off.
    pub cancelled: u64,
    /// Completed ÷ count × 100.
    pub success_rate: f64,
    /// Completed ÷ (completed + failed) × 100; 0 without any.
    pub finished_success_rate: f64,
    /// Seconds that half of them did not exceed; null when none of them ever began.
    pub p50_duration: Option<f64>,
    /// Seconds that 95 of a hundred did not exceed; null when none of them ever began.
    pub p95_duration: Option<f64>,
    /// Of all their attempts.
    pub total_tokens: u64,
    /// Of all their attempts.
    pub total_cost: Cost,
    /// The figures that their template names, in its order; by template alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<AnalyticsFigure<'a>>>,
}

/// A figure that a template names, over the results of its missions.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct AnalyticsFigure<'a> {
    /// Which member of the results.
    pub key: &'a str,
    /// In what it is counted.
    pub unit: &'a str,
    /// What it is called.
    pub title: Option<&'a str>,
    /// How many results have it as a number.
    pub count: u64,
    /// Their mean; null without any.
    pub average: Option<f64>,
    /// The least; null without any.
    pub min: Option<f64>,
    /// The largest; null without any.
    pub max: Option<f64>,
}
