//! Many reports of one agent in one request.

use mission_control_kernel::{Invalid, LeaseId, MissionId};
use serde::de::{Deserialize, Deserializer};

use crate::decode::refuse_member;
use crate::{Body, CheckedJson, Cost, Lease, List, Time, Whole, Word};

use super::{Complete, Fail, Progress, Snooze};

/// The most reports of one request: what a worker gathers in a moment, and one transaction.
pub const MAX_REPORTS: usize = 500;

/// `POST /api/agents/{id}/report`.
#[derive(Clone, PartialEq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    /// 1 to [`MAX_REPORTS`], judged in order.
    pub reports: List<Report, 1, MAX_REPORTS>,
}

impl Body for Reports {}

/// One report.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// About which mission.
    pub mission_id: MissionId,
    /// Its fence.
    pub lease_id: LeaseId,
    /// What happened.
    pub kind: ReportKind,
}

/// What a report says: the same as the route of its name, whose `lease_id` is filled in.
#[derive(Clone, PartialEq, Debug)]
pub enum ReportKind {
    /// How far it is.
    Progress(Progress),
    /// It is done.
    Complete(Complete),
    /// It went wrong.
    Fail(Fail),
    /// Not now.
    Snooze(Snooze),
    /// The worker lets go of it.
    Release,
}

/// A report as it is written: the members of every kind side by side.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    mission_id: Word<MissionId>,
    lease_id: Lease,
    kind: Kind,
    progress: Option<f64>,
    message: Option<String>,
    result: Option<CheckedJson>,
    tokens_used: Option<Whole>,
    tokens_in: Option<Whole>,
    tokens_out: Option<Whole>,
    cost_estimate: Option<Cost>,
    error_message: Option<String>,
    class: Option<String>,
    retryable: Option<bool>,
    retry_after: Option<Time>,
    until: Option<Time>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Progress,
    Complete,
    Fail,
    Snooze,
    Release,
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::deserialize(deserializer)?;
        if let Some(member) = flat.stray_member() {
            let stray = Invalid::new("unknown_field", "does not belong to a report of this kind");
            return Err(refuse_member(member, stray));
        }
        let (mission_id, lease_id) = (flat.mission_id.0, flat.lease_id.0);
        let kind = flat.into_kind().map_err(|member| {
            refuse_member(member, Invalid::new("missing_field", "must be given"))
        })?;
        Ok(Self { mission_id, lease_id, kind })
    }
}

impl Flat {
    /// A member that is given although its kind does not have it.
    fn stray_member(&self) -> Option<&'static str> {
        use Kind::{Complete, Fail, Progress, Snooze};
        let members: [(&'static str, bool, &[Kind]); 12] = [
            ("progress", self.progress.is_some(), &[Progress]),
            ("message", self.message.is_some(), &[Progress]),
            ("result", self.result.is_some(), &[Progress, Complete]),
            ("tokens_used", self.tokens_used.is_some(), &[Progress, Complete]),
            ("tokens_in", self.tokens_in.is_some(), &[Progress, Complete]),
            ("tokens_out", self.tokens_out.is_some(), &[Progress, Complete]),
            ("cost_estimate", self.cost_estimate.is_some(), &[Progress, Complete]),
            ("error_message", self.error_message.is_some(), &[Fail]),
            ("class", self.class.is_some(), &[Fail]),
            ("retryable", self.retryable.is_some(), &[Fail]),
            ("retry_after", self.retry_after.is_some(), &[Fail]),
            ("until", self.until.is_some(), &[Snooze]),
        ];
        let stray = members.iter().find(|(_, given, kinds)| *given && !kinds.contains(&self.kind));
        stray.map(|(member, ..)| *member)
    }

    /// What it says, or the member that is missing.
    fn into_kind(self) -> Result<ReportKind, &'static str> {
        Ok(match self.kind {
            Kind::Progress => ReportKind::Progress(Progress {
                progress: self.progress.ok_or("progress")?,
                message: self.message,
                result: self.result,
                tokens_used: self.tokens_used,
                tokens_in: self.tokens_in,
                tokens_out: self.tokens_out,
                cost_estimate: self.cost_estimate,
                lease_id: Some(self.lease_id),
            }),
            Kind::Complete => ReportKind::Complete(Complete {
                result: self.result,
                tokens_used: self.tokens_used,
                tokens_in: self.tokens_in,
                tokens_out: self.tokens_out,
                cost_estimate: self.cost_estimate,
                lease_id: Some(self.lease_id),
            }),
            Kind::Fail => ReportKind::Fail(Fail {
                error_message: self.error_message,
                class: self.class,
                retryable: self.retryable,
                retry_after: self.retry_after,
                lease_id: Some(self.lease_id),
            }),
            Kind::Snooze => ReportKind::Snooze(Snooze {
                until: self.until.ok_or("until")?,
                lease_id: self.lease_id,
            }),
            Kind::Release => ReportKind::Release,
        })
    }
}
