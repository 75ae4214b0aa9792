//! Answers to agents at work.

use mission_control_kernel::MissionId;
use serde::ser::{Serialize, Serializer};

use crate::{Json, Lease, Time, Word};

use super::Mission;

/// `POST /api/agents/{id}/claim`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct ClaimReply<'a> {
    /// What the agent may now begin; empty when there was nothing.
    pub missions: Vec<Claimed<'a>>,
    /// active, draining or disabled: what an operator has decided about the agent. Unless it is
    /// active, it gets nothing.
    pub duty: &'a str,
}

/// One mission with the lease on it.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Claimed<'a> {
    /// It.
    pub mission: Mission<'a>,
    /// From 1.
    pub attempt: u32,
    /// The fence to name in every call about it.
    pub lease_id: Lease,
    /// By the store's clock.
    pub lease_expires_at: Time,
    /// What came out of the missions it waited for.
    pub dependencies: Dependencies<'a>,
    /// Those of them whose results there was no room for.
    pub dependencies_omitted: Omitted<'a>,
}

/// Results by step key, or by id outside a run; null for one without a result.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Dependencies<'a>(pub Vec<(&'a str, Option<Json<'a>>)>);

impl Serialize for Dependencies<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, result)| (key, result)))
    }
}

/// Ids of missions by step key, or by id outside a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Omitted<'a>(pub Vec<(&'a str, Word<MissionId>)>);

impl Serialize for Omitted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, mission)| (key, mission)))
    }
}

/// `GET /api/missions/{id}/dependencies/{dependency}`.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
pub struct DependencyReply<'a> {
    /// Which of the missions it waited for.
    pub mission_id: Word<MissionId>,
    /// What came out of it; null where nothing did.
    pub result: Option<Json<'a>>,
    /// When it was read.
    pub timestamp: Time,
}

/// `POST /api/agents/{id}/heartbeat`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct HeartbeatReply {
    /// What the agent still holds.
    pub leases: Vec<RenewedLease>,
    /// What has been called off: end it.
    pub cancelled: Vec<Word<MissionId>>,
    /// What is no longer the agent's: end it and report nothing.
    pub lost: Vec<Word<MissionId>>,
    /// active, draining or disabled: what an operator has decided about the agent.
    pub duty: &'static str,
}

/// A lease that goes on.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
pub struct RenewedLease {
    /// On which mission.
    pub mission_id: Word<MissionId>,
    /// Its fence.
    pub lease_id: Lease,
    /// By the store's clock.
    pub lease_expires_at: Time,
}

/// `POST /api/agents/{id}/report`.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct ReportReply<'a> {
    /// One for each report, in order.
    pub outcomes: Vec<ReportOutcome<'a>>,
}

/// What became of one report.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
pub struct ReportOutcome<'a> {
    /// About which mission.
    pub mission_id: Word<MissionId>,
    /// Under which fence.
    pub lease_id: Lease,
    /// Whether it was accepted, now or when it was first sent.
    pub ok: bool,
    /// Where the mission stands; null when it is not known here.
    pub status: Option<&'a str>,
    /// Why it was refused, to branch on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    /// Why it was refused, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}
