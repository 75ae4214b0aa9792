//! The row of an ended attempt.

use mission_control_kernel::{LeaseId, Money, StoreError};
use mission_control_missions::{AttemptOutcome, AttemptRecord, Failure, Mission, Usage};

use super::read::{Reader, at};

/// The columns of `attempts`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct AttemptRow {
    pub(crate) mission_id: String,
    pub(crate) lease_id: i64,
    pub(crate) project_id: String,
    pub(crate) attempt: i64,
    pub(crate) agent_id: Option<String>,
    pub(crate) agent_type: Option<String>,
    pub(crate) model_used: Option<String>,
    pub(crate) began_at: i64,
    pub(crate) ended_at: i64,
    pub(crate) outcome: String,
    pub(crate) failure_class: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) tokens_used: i64,
    pub(crate) tokens_in: i64,
    pub(crate) tokens_out: i64,
    pub(crate) cost_nanos: i64,
}

impl AttemptRow {
    /// The row of the attempt that `before` shows under way, ended at `ended_at`.
    pub(crate) fn of(
        before: &Mission,
        outcome: AttemptOutcome,
        usage: Usage,
        failure: Option<&Failure>,
        ended_at: i64,
    ) -> Option<Self> {
        let attempt = before.running()?;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Some(Self {
            mission_id: before.id.to_string(),
            lease_id: before.lease_id.number(),
            project_id: before.project.to_string(),
            attempt: i64::from(before.attempt),
            agent_id: attempt.driver.agent().map(|id| id.to_string()),
            agent_type: before.agent_type.as_ref().map(ToString::to_string),
            model_used: before.model_used.as_ref().map(ToString::to_string),
            began_at: attempt.began.as_micros(),
            ended_at,
            outcome: outcome.to_string(),
            failure_class: failure.map(|failure| failure.class.to_string()),
            error_message: failure.map(|failure| failure.message.to_string()),
            tokens_used: number(usage.tokens_used),
            tokens_in: number(usage.tokens_in),
            tokens_out: number(usage.tokens_out),
            cost_nanos: usage.cost.as_nanos(),
        })
    }

    /// The attempt that a row shows.
    pub(crate) fn into_record(self) -> Result<AttemptRecord, StoreError> {
        let reader = Reader { table: "attempts", row: &self.mission_id };
        let failure = match (self.failure_class.as_deref(), self.error_message.as_deref()) {
            (None, _) => None,
            (Some(class), message) => Some(Failure {
                class: reader.parse("failure_class", class)?,
                message: reader.text("error_message", message.unwrap_or(""))?,
            }),
        };
        Ok(AttemptRecord {
            mission: reader.parse("mission_id", &self.mission_id)?,
            lease: LeaseId::new(self.lease_id),
            attempt: reader.count("attempt", self.attempt)?,
            agent: reader.parse_some("agent_id", self.agent_id.as_deref())?,
            agent_type: reader.text_some("agent_type", self.agent_type.as_deref())?,
            model_used: reader.text_some("model_used", self.model_used.as_deref())?,
            began: at(self.began_at),
            ended: Some((at(self.ended_at), reader.parse("outcome", &self.outcome)?)),
            failure,
            usage: Usage {
                tokens_used: reader.count("tokens_used", self.tokens_used)?,
                tokens_in: reader.count("tokens_in", self.tokens_in)?,
                tokens_out: reader.count("tokens_out", self.tokens_out)?,
                cost: reader.need("cost_nanos", Money::from_nanos(self.cost_nanos))?,
            },
        })
    }
}

/// The attempt under way, which has no row of its own yet.
pub(crate) fn under_way(mission: &Mission) -> Option<AttemptRecord> {
    let attempt = mission.running()?;
    Some(AttemptRecord {
        mission: mission.id,
        lease: mission.lease_id,
        attempt: mission.attempt,
        agent: attempt.driver.agent(),
        agent_type: mission.agent_type.clone(),
        model_used: mission.model_used.clone(),
        began: attempt.began,
        ended: None,
        failure: None,
        usage: attempt.usage,
    })
}
