//! The row of a mission, with the lease that belongs to it.

use std::sync::Arc;
use std::time::Duration;

use super::lists::{backoff_from_json, backoff_to_json, edges_from_json, edges_to_json, millis};
use super::read::{Reader, at};
use super::words::{capabilities_from_json, capabilities_to_json, names_from_json, names_to_json};
use mission_control_kernel::{JsonText, LeaseId, MissionId, Money, Revision, StoreError};
use mission_control_missions::{
    Attempt, Driver, Ended, Failure, Fingerprint, Mission, Output, Phase, Place, Progress, Spec,
    Status, Step, Usage,
};

/// The columns of `missions`; times in microseconds, JSON as text.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct MissionRow {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: String,
    pub(crate) priority: String,
    pub(crate) created_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) completed_at: Option<i64>,
    pub(crate) progress: f64,
    pub(crate) error_message: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) metadata: String,
    pub(crate) agent_type: Option<String>,
    pub(crate) model_used: Option<String>,
    pub(crate) tokens_used: i64,
    pub(crate) kind: String,
    pub(crate) input: Option<String>,
    pub(crate) labels: Option<String>,
    pub(crate) complexity: Option<String>,
    pub(crate) capabilities: Option<String>,
    pub(crate) fairness_key: Option<String>,
    pub(crate) concurrency_key: Option<String>,
    pub(crate) max_attempts: i64,
    pub(crate) backoff_ms: Option<String>,
    pub(crate) timeout_ms: Option<i64>,
    pub(crate) parent_id: Option<String>,
    pub(crate) root_id: String,
    pub(crate) depth: i64,
    pub(crate) run_id: Option<String>,
    pub(crate) step_key: Option<String>,
    pub(crate) continues_on_failure: bool,
    /// From 1; 0 for what is no step.
    pub(crate) step_position: i64,
    pub(crate) run_paused: bool,
    pub(crate) template: Option<String>,
    pub(crate) created_by: String,
    pub(crate) depends_on: Option<String>,
    pub(crate) has_dependants: bool,
    pub(crate) has_children: bool,
    pub(crate) revision: i64,
    pub(crate) version: i64,
    pub(crate) updated_at: i64,
    pub(crate) held: bool,
    pub(crate) scheduled_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) pending_since: Option<i64>,
    pub(crate) attempt: i64,
    pub(crate) lease_id: i64,
    pub(crate) snoozes: i64,
    pub(crate) agent_id: Option<String>,
    pub(crate) progress_message: Option<String>,
    pub(crate) failure_class: Option<String>,
    pub(crate) dead_letter: bool,
    pub(crate) because_of: Option<String>,
    pub(crate) tokens_in: i64,
    pub(crate) tokens_out: i64,
    pub(crate) cost_nanos: i64,
    pub(crate) attempt_tokens_used: i64,
    pub(crate) attempt_tokens_in: i64,
    pub(crate) attempt_tokens_out: i64,
    pub(crate) attempt_cost_nanos: i64,
    pub(crate) settled_duration_us: i64,
    /// Written with what has failed for good, and never read back: it follows from the failure.
    pub(crate) fingerprint: Option<String>,
}

/// The columns of `leases` that a running mission needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LeaseRow {
    pub(crate) length_ms: i64,
    pub(crate) expires_at: i64,
}

impl MissionRow {
    /// The row that shows a mission.
    pub(crate) fn of(mission: &Mission) -> Self {
        let (pending_since, dead_letter, because_of) = match &mission.phase {
            Phase::Pending { since } => (Some(since.as_micros()), false, None),
            Phase::Running(_) | Phase::Completed(_) => (None, false, None),
            Phase::Failed { discarded, .. } => (None, !discarded, None),
            Phase::Cancelled { because_of, .. } => (None, false, *because_of),
        };
        let failure = mission.last_failure.as_ref();
        Self {
            id: mission.id.to_string(),
            project_id: mission.project.to_string(),
            status: mission.status().to_string(),
            created_at: mission.created_at.as_micros(),
            completed_at: mission.ended().map(|ended| ended.at.as_micros()),
            error_message: failure.map(|failure| failure.message.to_string()),
            failure_class: failure.map(|failure| failure.class.to_string()),
            fingerprint: failure
                .filter(|_| mission.status() == Status::Failed)
                .map(|failure| Fingerprint::of(failure).to_string()),
            agent_type: written(mission.agent_type.as_ref()),
            model_used: written(mission.model_used.as_ref()),
            parent_id: written(mission.place.parent.as_ref()),
            root_id: mission.place.root.to_string(),
            depth: i64::from(mission.place.depth),
            depends_on: edges_to_json(&mission.dependencies),
            has_dependants: mission.has_dependants,
            has_children: mission.has_children,
            revision: mission.revision.number(),
            version: mission.version,
            updated_at: mission.updated_at.as_micros(),
            held: mission.held,
            run_paused: mission.run_paused,
            scheduled_at: mission.scheduled_at.map(|at| at.as_micros()),
            expires_at: mission.expires_at.map(|at| at.as_micros()),
            pending_since,
            attempt: i64::from(mission.attempt),
            lease_id: mission.lease_id.number(),
            snoozes: i64::from(mission.snoozes),
            dead_letter,
            because_of: written(because_of.as_ref()),
            ..Self::of_spec(&mission.spec)
        }
        .with_attempt(mission)
    }

    /// What was asked for.
    fn of_spec(spec: &Spec) -> Self {
        let step = spec.step.as_ref();
        Self {
            title: spec.title.to_string(),
            description: spec.description.to_string(),
            priority: spec.priority.to_string(),
            kind: spec.kind.to_string(),
            metadata: spec.metadata.to_string(),
            input: written(spec.input.as_ref()),
            labels: (!spec.labels.is_empty())
                .then(|| names_to_json(spec.labels.iter().map(|label| label.as_str()))),
            complexity: written(spec.complexity.as_ref()),
            capabilities: capabilities_to_json(&spec.required_capabilities),
            fairness_key: written(spec.fairness_key.as_ref()),
            concurrency_key: written(spec.concurrency_key.as_ref()),
            max_attempts: i64::from(spec.max_attempts),
            backoff_ms: backoff_to_json(&spec.backoff),
            timeout_ms: spec.timeout.map(millis),
            run_id: step.map(|step| step.run.to_string()),
            step_key: step.map(|step| step.key.to_string()),
            continues_on_failure: step.is_some_and(|step| step.continues_on_failure),
            step_position: step.map_or(0, |step| i64::from(step.position)),
            template: written(spec.template.as_ref()),
            created_by: spec.created_by.to_string(),
            ..Self::default()
        }
    }

    /// What the current or last attempt shows, and what all of them have used.
    fn with_attempt(mut self, mission: &Mission) -> Self {
        let output = mission.output();
        self.progress = output.map_or(0.0, |output| output.progress.percent());
        self.progress_message = written(output.and_then(|output| output.message.as_ref()));
        self.result = written(output.and_then(|output| output.result.as_ref()));
        self.agent_id = written(mission.agent().as_ref());
        self.started_at = mission.started_at().map(|at| at.as_micros());
        self.settled_duration_us = mission
            .duration()
            .map_or(-1, |span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
        let total = mission.usage();
        self.tokens_used = number(total.tokens_used);
        self.tokens_in = number(total.tokens_in);
        self.tokens_out = number(total.tokens_out);
        self.cost_nanos = total.cost.as_nanos();
        let attempt = mission.running().map(|attempt| attempt.usage).unwrap_or_default();
        self.attempt_tokens_used = number(attempt.tokens_used);
        self.attempt_tokens_in = number(attempt.tokens_in);
        self.attempt_tokens_out = number(attempt.tokens_out);
        self.attempt_cost_nanos = attempt.cost.as_nanos();
        self
    }

    /// The mission that a row shows, with its lease when an agent holds one.
    ///
    /// # Errors
    /// `Corrupt` when a column holds what no mission has.
    pub(crate) fn into_mission(self, lease: Option<LeaseRow>) -> Result<Mission, StoreError> {
        let reader = Reader { table: "missions", row: &self.id };
        let id: MissionId = reader.parse("id", &self.id)?;
        let phase = self.phase(&reader, lease)?;
        let place = Place {
            parent: reader.parse_some("parent_id", self.parent_id.as_deref())?,
            root: reader.parse("root_id", &self.root_id)?,
            depth: reader.count("depth", self.depth)?,
        };
        let last_failure = match (self.failure_class.as_deref(), self.error_message.as_deref()) {
            (None, None) => None,
            (class, message) => Some(Failure {
                class: reader.parse("failure_class", reader.need("failure_class", class)?)?,
                message: reader.text("error_message", message.unwrap_or(""))?,
            }),
        };
        let total = self.total(&reader)?;
        let attempt = self.attempt_usage(&reader)?;
        Ok(Mission {
            id,
            project: reader.parse("project_id", &self.project_id)?,
            spec: Arc::new(self.spec(&reader)?),
            place,
            created_at: at(self.created_at),
            updated_at: at(self.updated_at),
            revision: Revision::new(self.revision),
            version: self.version,
            held: self.held,
            run_paused: self.run_paused,
            scheduled_at: self.scheduled_at.map(at),
            expires_at: self.expires_at.map(at),
            dependencies: edges_from_json(&reader, self.depends_on.as_deref())?,
            has_dependants: self.has_dependants,
            has_children: self.has_children,
            attempt: reader.count("attempt", self.attempt)?,
            lease_id: LeaseId::new(self.lease_id),
            snoozes: reader.count("snoozes", self.snoozes)?,
            spent: less(total, attempt),
            last_failure,
            agent_type: reader.text_some("agent_type", self.agent_type.as_deref())?,
            model_used: reader.text_some("model_used", self.model_used.as_deref())?,
            phase,
        })
    }

    fn phase(&self, reader: &Reader<'_>, lease: Option<LeaseRow>) -> Result<Phase, StoreError> {
        let status: Status = reader.parse("status", &self.status)?;
        let agent = reader.parse_some("agent_id", self.agent_id.as_deref())?;
        let output = Output {
            progress: Progress::parse(self.progress).map_err(|_| reader.corrupt("progress"))?,
            message: reader.text_some("progress_message", self.progress_message.as_deref())?,
            result: self.result.as_deref().map(JsonText::from_stored),
        };
        let ended = |output| -> Result<Ended, StoreError> {
            Ok(Ended {
                at: at(reader.need("completed_at", self.completed_at)?),
                began: self.started_at.map(at),
                agent,
                output,
            })
        };
        Ok(match status {
            Status::Pending => {
                let since = at(reader.need("pending_since", self.pending_since)?);
                Phase::Pending { since }
            }
            Status::Running => {
                let driver = match (agent, lease) {
                    (Some(agent), Some(lease)) => Driver::Leased {
                        agent,
                        length: Duration::from_millis(reader.count("length_ms", lease.length_ms)?),
                        expires_at: at(lease.expires_at),
                    },
                    (None, _) => Driver::Outside,
                    (Some(_), None) => return Err(reader.corrupt("lease_id")),
                };
                let began = at(reader.need("started_at", self.started_at)?);
                Phase::Running(Attempt {
                    began,
                    driver,
                    output,
                    usage: self.attempt_usage(reader)?,
                })
            }
            Status::Completed => Phase::Completed(ended(output)?),
            Status::Failed => Phase::Failed { ended: ended(output)?, discarded: !self.dead_letter },
            Status::Cancelled => Phase::Cancelled {
                ended: ended(output)?,
                because_of: reader.parse_some("because_of", self.because_of.as_deref())?,
            },
        })
    }

    fn spec(&self, reader: &Reader<'_>) -> Result<Spec, StoreError> {
        let labels = match self.labels.as_deref() {
            None => Vec::new(),
            Some(text) => names_from_json(reader, "labels", text)?
                .iter()
                .map(|label| reader.text("labels", label))
                .collect::<Result<_, _>>()?,
        };
        let step = match (self.run_id.as_deref(), self.step_key.as_deref()) {
            (None, _) => None,
            (Some(run), key) => Some(Step {
                run: reader.parse("run_id", run)?,
                key: reader.text("step_key", reader.need("step_key", key)?)?,
                position: reader.count("step_position", self.step_position)?,
                continues_on_failure: self.continues_on_failure,
            }),
        };
        Ok(Spec {
            title: reader.text("title", &self.title)?,
            description: reader.text("description", &self.description)?,
            priority: reader.parse("priority", &self.priority)?,
            kind: reader.parse("kind", &self.kind)?,
            metadata: JsonText::from_stored(&self.metadata),
            input: self.input.as_deref().map(JsonText::from_stored),
            labels,
            complexity: reader.parse_some("complexity", self.complexity.as_deref())?,
            required_capabilities: capabilities_from_json(
                reader,
                "capabilities",
                self.capabilities.as_deref(),
            )?,
            fairness_key: reader.text_some("fairness_key", self.fairness_key.as_deref())?,
            concurrency_key: reader
                .text_some("concurrency_key", self.concurrency_key.as_deref())?,
            max_attempts: reader.count("max_attempts", self.max_attempts)?,
            backoff: backoff_from_json(reader, self.backoff_ms.as_deref())?,
            timeout: self
                .timeout_ms
                .map(|ms| reader.count("timeout_ms", ms).map(Duration::from_millis))
                .transpose()?,
            step,
            template: reader.text_some("template", self.template.as_deref())?,
            created_by: reader.text("created_by", &self.created_by)?,
        })
    }

    fn total(&self, reader: &Reader<'_>) -> Result<Usage, StoreError> {
        Ok(Usage {
            tokens_used: reader.count("tokens_used", self.tokens_used)?,
            tokens_in: reader.count("tokens_in", self.tokens_in)?,
            tokens_out: reader.count("tokens_out", self.tokens_out)?,
            cost: reader.need("cost_nanos", Money::from_nanos(self.cost_nanos))?,
        })
    }

    fn attempt_usage(&self, reader: &Reader<'_>) -> Result<Usage, StoreError> {
        Ok(Usage {
            tokens_used: reader.count("attempt_tokens_used", self.attempt_tokens_used)?,
            tokens_in: reader.count("attempt_tokens_in", self.attempt_tokens_in)?,
            tokens_out: reader.count("attempt_tokens_out", self.attempt_tokens_out)?,
            cost: reader.need("attempt_cost_nanos", Money::from_nanos(self.attempt_cost_nanos))?,
        })
    }
}

fn written(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

fn less(total: Usage, attempt: Usage) -> Usage {
    let cost = total.cost.as_nanos().saturating_sub(attempt.cost.as_nanos());
    Usage {
        tokens_used: total.tokens_used.saturating_sub(attempt.tokens_used),
        tokens_in: total.tokens_in.saturating_sub(attempt.tokens_in),
        tokens_out: total.tokens_out.saturating_sub(attempt.tokens_out),
        cost: Money::from_nanos(cost).unwrap_or(Money::ZERO),
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
