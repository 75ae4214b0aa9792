//! Runs of workflows.

use serde::Deserialize;

use crate::{Body, CheckedJson, Whole};

/// Members of a run that the server alone sets.
pub const READ_ONLY_RUN_FIELDS: &[&str] = &[
    "id",
    "run_id",
    "workflow",
    "state",
    "status",
    "paused",
    "progress",
    "current_step",
    "steps_total",
    "done",
    "steps",
    "counts",
    "project_id",
    "created_by",
    "created_at",
    "started_at",
    "completed_at",
];

/// `POST /api/workflows/{name}/runs`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchRun {
    /// An object whose members go into the input of every step, in place of the step's own.
    pub input: Option<CheckedJson>,
    /// Which version; the newest without one.
    pub version: Option<Whole>,
    /// What it is called.
    pub title: Option<String>,
    /// Of every step, in place of its own.
    pub priority: Option<String>,
    /// For every step, beside its own.
    pub labels: Option<Vec<String>>,
}

impl Body for LaunchRun {
    const MAY_BE_EMPTY: bool = true;

    fn is_read_only(member: &str) -> bool {
        READ_ONLY_RUN_FIELDS.contains(&member)
    }
}

/// `POST /api/runs/{id}/cancel`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRun {
    /// In words.
    pub reason: Option<String>,
}

impl Body for CancelRun {
    const MAY_BE_EMPTY: bool = true;

    fn is_read_only(member: &str) -> bool {
        READ_ONLY_RUN_FIELDS.contains(&member)
    }
}
