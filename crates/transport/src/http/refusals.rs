//! What the domains and the stores refuse, as problems: the one place that gives them their codes.

use std::time::Duration;

use http::StatusCode;
use mission_control::agents::AgentRefusal;
use mission_control::kernel::StoreError;
use mission_control::missions::Refusal;
use mission_control::workflows::NoRoom;
use mission_control::{Fault, LaunchRefusal, ScheduleRefusal, TemplateRefusal};
use mission_control_wire::EncodeError;

use super::{FieldError, Problem};
use crate::auth::{Crowded, IdentityError, NotIn};

/// What is held or away for a moment is asked for again after this.
const SOON: Duration = Duration::from_secs(1);
/// After this, a client asks again whether the records of who may come in have recovered.
const IDENTITIES_AGAIN: Duration = Duration::from_secs(2);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            Refusal::NotFound | Refusal::UnknownRun => Self::not_found(),
            Refusal::InvalidTransition { .. } => Self::conflict("invalid_transition", sentence),
            Refusal::NotReady { .. } => Self::conflict("not_ready", sentence),
            Refusal::LeaseLost => Self::conflict("lease_lost", sentence),
            Refusal::LeaseRequired => Self::conflict("lease_required", sentence),
            Refusal::NotLeased => Self::conflict("not_leased", sentence),
            Refusal::Stale { .. } => Self::stale_revision(sentence),
            Refusal::Changed { .. } => Self::conflict("changed", sentence),
            Refusal::ParentFinished { .. } => Self::conflict("parent_finished", sentence),
            Refusal::UnknownParent { .. } => {
                wrong("parent_id", "unknown_parent", "names no mission of this project")
            }
            Refusal::TreeTooDeep => {
                wrong("parent_id", "tree_too_deep", "lies too deep: a tree has at most 16 levels")
            }
            Refusal::UnknownDependency { dependency } => {
                let message = format!("names {dependency}, which is no mission of this project");
                wrong("depends_on", "unknown_dependency", message)
            }
            Refusal::DependencyFailed { dependency } => {
                let message = format!("names {dependency}, which has failed or was cancelled");
                wrong("depends_on", "dependency_failed", message)
            }
            Refusal::DependencyBroken { .. } => Self::conflict("dependency_failed", sentence),
            Refusal::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", sentence)
            }
            Refusal::Busy => Self::unavailable("busy", sentence, SOON),
        }
    }
}

impl From<TemplateRefusal> for Problem {
    fn from(refusal: TemplateRefusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            TemplateRefusal::Missing => Self::not_found(),
            TemplateRefusal::Taken => Self::conflict("template_taken", sentence),
            TemplateRefusal::Full => Self::conflict("no_room", sentence),
            TemplateRefusal::BuiltIn => Self::conflict("builtin_template", sentence),
            TemplateRefusal::Stale => Self::stale_revision(sentence),
            TemplateRefusal::Wrong(faults) => faulty(faults),
        }
    }
}

impl From<ScheduleRefusal> for Problem {
    fn from(refusal: ScheduleRefusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            ScheduleRefusal::Missing => Self::not_found(),
            ScheduleRefusal::Taken => Self::conflict("schedule_taken", sentence),
            ScheduleRefusal::Full => Self::conflict("no_room", sentence),
            ScheduleRefusal::Stale => Self::stale_revision(sentence),
            ScheduleRefusal::Wrong(faults) => faulty(faults),
        }
    }
}

impl From<NoRoom> for Problem {
    fn from(no_room: NoRoom) -> Self {
        Self::conflict("no_room", no_room.to_string())
    }
}

/// Every member that is wrong.
fn faulty(faults: Vec<Fault>) -> Problem {
    let mut fields = faults.into_iter().map(|fault| {
        let Fault { field, code, message } = fault;
        FieldError { field, code, message }
    });
    match fields.next() {
        Some(first) => fields.fold(Problem::wrong_field(first), Problem::and),
        // Whoever refuses without having noted why is at fault, not the client.
        None => Problem::internal(),
    }
}

impl From<LaunchRefusal> for Problem {
    fn from(refusal: LaunchRefusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            LaunchRefusal::UnknownWorkflow { .. } => Self::not_found(),
            LaunchRefusal::UnknownVersion { .. } => {
                wrong("version", "unknown_version", "is none that the workflow has")
            }
            LaunchRefusal::InputIsNoObject => {
                wrong("input", "input_not_an_object", "must be a JSON object")
            }
            LaunchRefusal::InputTooLarge { step } => {
                let message = format!("would make that of the step {step} too large");
                wrong("input", "too_large", message)
            }
            LaunchRefusal::TooManyLabels { step } => {
                wrong("labels", "too_many", format!("would be too many on the step {step}"))
            }
            LaunchRefusal::TooLarge { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "run_too_large", sentence)
            }
        }
    }
}

impl From<AgentRefusal> for Problem {
    fn from(refusal: AgentRefusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            AgentRefusal::NotFound => Self::not_found(),
            AgentRefusal::RunsMissions { .. } => Self::conflict("runs_missions", sentence),
        }
    }
}

impl From<StoreError> for Problem {
    /// What a store says of itself goes into the log and to nobody else.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                // Once per request: that storage has gone and come back, health says once.
                tracing::debug!(%error, "storage is away");
                Self::unavailable("storage_unavailable", "storage is away: ask again soon", SOON)
            }
            StoreError::Busy(_) => {
                tracing::debug!(%error, "storage is busy");
                Self::unavailable("busy", "what this needs is busy: ask again soon", SOON)
            }
            StoreError::OutcomeUnknown => {
                tracing::info!(%error, "storage was lost within a write");
                let detail = "storage was lost before it confirmed: this may have been done; send \
                              it again with the same Idempotency-Key, or look";
                Self::unavailable("outcome_unknown", detail, SOON)
            }
            StoreError::Corrupt { .. } | StoreError::Defect(_) => {
                tracing::error!(%error, "storage failed");
                Self::internal()
            }
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        Self::unavailable("identities_unavailable", error.to_string(), IDENTITIES_AGAIN)
    }
}

impl From<Crowded> for Problem {
    fn from(crowded: Crowded) -> Self {
        Self::unavailable("too_many_logins", crowded.to_string(), crowded.retry_after)
    }
}

impl From<NotIn> for Problem {
    /// Whoever shows something wrong learns nothing about it, whatever it was.
    fn from(not_in: NotIn) -> Self {
        match not_in {
            NotIn::Wrong => {
                let detail = "these credentials let nobody in: look at what was typed; a link works \
                              once, within 15 minutes, on the machine of its server";
                Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", detail)
            }
            NotIn::TooMany { retry_after } => {
                let detail = "too many tries to sign in: wait as long as Retry-After says";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", detail)
                    .retry_after(retry_after)
            }
            NotIn::Crowded(crowded) => crowded.into(),
            NotIn::Unknown(error) => error.into(),
            NotIn::Store(error) => error.into(),
        }
    }
}

impl From<EncodeError> for Problem {
    fn from(error: EncodeError) -> Self {
        tracing::error!(%error, "a reply could not be encoded");
        Self::internal()
    }
}

fn wrong(field: &str, code: &'static str, message: impl Into<String>) -> Problem {
    let (field, message) = (field.to_owned(), message.into());
    Problem::wrong_field(FieldError { field, code: code.into(), message })
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::{MissionId, Revision};
    use mission_control::missions::{ShortName, Status};

    use super::*;

    fn got(problem: impl Into<Problem>) -> (u16, String) {
        let problem = problem.into();
        (problem.status().as_u16(), problem.code().to_owned())
    }

    #[test]
    fn every_refusal_has_its_status_and_its_code() {
        let id: MissionId = "019126f4-5d40-7000-8000-000000000001".parse().unwrap();
        let table = [
            (Refusal::NotFound, 404, "not_found"),
            (Refusal::UnknownRun, 404, "not_found"),
            (
                Refusal::InvalidTransition { command: "start", status: Status::Completed },
                409,
                "invalid_transition",
            ),
            (Refusal::NotReady { gates: vec!["held"] }, 409, "not_ready"),
            (Refusal::LeaseLost, 409, "lease_lost"),
            (Refusal::LeaseRequired, 409, "lease_required"),
            (Refusal::NotLeased, 409, "not_leased"),
            (Refusal::Stale { current: Revision::FIRST }, 412, "stale_revision"),
            (Refusal::Changed { status: Status::Failed }, 409, "changed"),
            (Refusal::ParentFinished { parent: id }, 409, "parent_finished"),
            (Refusal::UnknownParent { parent: id }, 422, "unknown_parent"),
            (Refusal::TreeTooDeep, 422, "tree_too_deep"),
            (Refusal::UnknownDependency { dependency: id }, 422, "unknown_dependency"),
            (Refusal::DependencyFailed { dependency: id }, 422, "dependency_failed"),
            (Refusal::DependencyBroken { dependency: id }, 409, "dependency_failed"),
            (Refusal::KeyReused, 422, "idempotency_key_reused"),
            (Refusal::Busy, 503, "busy"),
        ];
        for (refusal, status, code) in table {
            assert_eq!(got(refusal), (status, code.to_owned()));
        }
        assert_eq!(got(AgentRefusal::NotFound), (404, "not_found".into()));
        assert_eq!(got(AgentRefusal::RunsMissions { running: 2 }), (409, "runs_missions".into()));
    }

    #[test]
    fn every_run_that_cannot_be_launched_has_its_status_and_its_code() {
        let (name, step) = (|| "w".parse().unwrap(), || ShortName::parse("a").unwrap());
        let table = [
            (LaunchRefusal::UnknownWorkflow { name: name() }, 404, "not_found"),
            (LaunchRefusal::UnknownVersion { name: name(), version: 2 }, 422, "unknown_version"),
            (LaunchRefusal::InputIsNoObject, 422, "input_not_an_object"),
            (LaunchRefusal::InputTooLarge { step: step() }, 422, "too_large"),
            (LaunchRefusal::TooManyLabels { step: step() }, 422, "too_many"),
            (LaunchRefusal::TooLarge { at_least: 1 << 30 }, 422, "run_too_large"),
        ];
        for (refusal, status, code) in table {
            assert_eq!(got(refusal), (status, code.to_owned()));
        }
    }

    #[test]
    fn a_mission_that_is_not_ready_names_its_gates() {
        let problem = Problem::from(Refusal::NotReady { gates: vec!["held", "dependencies"] });
        assert!(problem.detail().contains("held, dependencies"), "{problem}");
    }

    #[test]
    fn what_a_store_says_of_itself_is_told_to_nobody() {
        let table = [
            (StoreError::Unavailable("host db1".into()), 503, "storage_unavailable"),
            (StoreError::Busy("host db1".into()), 503, "busy"),
            (StoreError::OutcomeUnknown, 503, "outcome_unknown"),
            (StoreError::Defect("host db1".into()), 500, "internal"),
            (
                StoreError::Corrupt { table: "missions", column: "db1", row: "7".into() },
                500,
                "internal",
            ),
        ];
        for (error, status, code) in table {
            let problem = Problem::from(error);
            assert!(!problem.detail().contains("db1"), "{problem}");
            assert_eq!(got(problem), (status, code.to_owned()));
        }
    }
}
