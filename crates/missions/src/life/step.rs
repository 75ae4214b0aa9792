//! What each command does, once the table of the life has allowed it.

use mission_control_kernel::{Chance, MissionId, Timestamp};

use crate::change::{AttemptOutcome, Change, Decision, EventKind};
use crate::command::{Edit, Refusal, Standing};
use crate::failure::{Aftermath, MAX_SNOOZES, aftermath};
use crate::gates;
use crate::mission::{Attempt, Driver, Ended, Mission, Output, Phase};
use crate::words::{
    ErrorText, Failure, FailureClass, FailureReport, ShortName, Usage, UsageReport,
};

/// One step from a mission, at an instant, with a draw.
pub(super) struct Step<'a> {
    pub(super) mission: &'a Mission,
    pub(super) now: Timestamp,
    pub(super) chance: Chance,
}

impl Step<'_> {
    pub(super) fn start(
        &self,
        agent_type: Option<&ShortName>,
        model_used: Option<&ShortName>,
    ) -> Result<Decision, Refusal> {
        let closed = gates::closed_to_start(self.mission);
        if !closed.is_empty() {
            return Err(Refusal::NotReady { gates: closed });
        }
        let mut next = self.begin(Driver::Outside);
        next.agent_type = agent_type.or(next.agent_type.as_ref()).cloned();
        next.model_used = model_used.or(next.model_used.as_ref()).cloned();
        Ok(self.moved(next, EventKind::Started).beginning().into())
    }

    pub(super) fn claim(
        &self,
        driver: Driver,
        agent_type: &ShortName,
    ) -> Result<Decision, Refusal> {
        let closed = gates::closed_to_claim(self.mission, self.now);
        if !closed.is_empty() {
            return Err(Refusal::NotReady { gates: closed });
        }
        let mut next = self.begin(driver);
        next.agent_type = Some(agent_type.clone());
        Ok(self.moved(next, EventKind::Started).beginning().into())
    }

    fn begin(&self, driver: Driver) -> Mission {
        let mut next = self.touched();
        next.attempt += 1;
        next.lease_id = next.lease_id.next();
        next.phase = Phase::Running(Attempt {
            began: self.now,
            driver,
            output: Output::default(),
            usage: Usage::default(),
        });
        next
    }

    pub(super) fn progress(
        &self,
        attempt: &Attempt,
        output: Output,
        usage: &UsageReport,
    ) -> Decision {
        let mut next = self.touched();
        next.phase = Phase::Running(Attempt {
            began: attempt.began,
            driver: self.renewed(&attempt.driver),
            output,
            usage: attempt.usage.raised_by(usage),
        });
        self.moved(next, EventKind::Progressed).into()
    }

    /// A heartbeat alone is not journalled and does not touch the mission's row; see the store's
    /// `renew`, which does the same in one statement for all leases of an agent.
    pub(super) fn heartbeat(&self, attempt: &Attempt) -> Decision {
        let mut next = self.mission.clone();
        let driver = self.renewed(&attempt.driver);
        next.phase = Phase::Running(Attempt { driver, ..attempt.clone() });
        Decision::Renewed(Box::new(next))
    }

    pub(super) fn complete(
        &self,
        attempt: &Attempt,
        output: Output,
        usage: &UsageReport,
    ) -> Decision {
        let mut next = self.after(attempt, usage);
        next.last_failure = None;
        next.snoozes = 0;
        // What is done never waits again, whatever becomes of its run.
        next.run_paused = false;
        next.phase = Phase::Completed(self.end_of(attempt, output));
        self.ended(next, attempt, usage, AttemptOutcome::Completed, None)
    }

    pub(super) fn fail(
        &self,
        attempt: &Attempt,
        report: &FailureReport,
        usage: &UsageReport,
        outcome: AttemptOutcome,
    ) -> Decision {
        let mut next = self.after(attempt, usage);
        next.last_failure = Some(report.failure.clone());
        let outcome = match aftermath(self.mission, &attempt.driver, report, self.now, self.chance)
        {
            Aftermath::Again { at } => {
                next.snoozes = 0;
                next.scheduled_at = Some(at);
                next.phase = Phase::Pending { since: self.now };
                outcome
            }
            Aftermath::Snooze { until } => {
                next.snoozes += 1;
                next.attempt = next.attempt.saturating_sub(1);
                next.scheduled_at = Some(until);
                next.phase = Phase::Pending { since: self.now };
                AttemptOutcome::Snoozed
            }
            Aftermath::Final => {
                next.snoozes = 0;
                let ended = self.end_of(attempt, attempt.output.clone());
                next.phase = Phase::Failed { ended, discarded: false };
                outcome
            }
        };
        self.ended(next, attempt, usage, outcome, Some(report.failure.clone()))
    }

    pub(super) fn snooze(&self, attempt: &Attempt, until: Timestamp) -> Decision {
        if self.mission.snoozes >= MAX_SNOOZES {
            let message = ErrorText::cleaned("snoozed more than 20 times in a row");
            let failure = Failure { class: FailureClass::Transient, message };
            let report =
                FailureReport { failure, retryable: None, retry_after: Some(until.max(self.now)) };
            return self.fail(attempt, &report, &UsageReport::default(), AttemptOutcome::Failed);
        }
        let mut next = self.after(attempt, &UsageReport::default());
        next.snoozes += 1;
        next.attempt = next.attempt.saturating_sub(1);
        next.scheduled_at = Some(until.max(self.now));
        next.phase = Phase::Pending { since: self.now };
        self.ended(next, attempt, &UsageReport::default(), AttemptOutcome::Snoozed, None)
    }

    pub(super) fn give_back(&self, attempt: &Attempt, outcome: AttemptOutcome) -> Decision {
        let mut next = self.after(attempt, &UsageReport::default());
        next.snoozes = 0;
        next.attempt = next.attempt.saturating_sub(1);
        next.phase = Phase::Pending { since: self.now };
        self.ended(next, attempt, &UsageReport::default(), outcome, None)
    }

    pub(super) fn lose(&self, attempt: &Attempt) -> Result<Decision, Refusal> {
        match attempt.driver {
            Driver::Leased { expires_at, .. } if expires_at <= self.now => {
                let report = plain_report(FailureClass::Lost, "lease expired");
                Ok(self.fail(attempt, &report, &UsageReport::default(), AttemptOutcome::Lost))
            }
            // It was renewed after the sweep had looked.
            Driver::Leased { .. } | Driver::Outside => Ok(Decision::Unchanged),
        }
    }

    pub(super) fn time_out(&self, attempt: &Attempt) -> Result<Decision, Refusal> {
        match self.mission.spec.timeout {
            Some(timeout) if attempt.began.plus(timeout) <= self.now => {
                let report = plain_report(FailureClass::TimedOut, "ran longer than its timeout");
                Ok(self.fail(attempt, &report, &UsageReport::default(), AttemptOutcome::TimedOut))
            }
            Some(_) | None => Ok(Decision::Unchanged),
        }
    }

    pub(super) fn expire(&self) -> Decision {
        if self.mission.expires_at.is_none_or(|at| at > self.now) {
            return Decision::Unchanged;
        }
        let mut next = self.touched();
        next.last_failure = Some(plain_report(FailureClass::TimedOut, EXPIRED).failure);
        next.phase = Phase::Failed { ended: self.end_while_waiting(), discarded: false };
        self.moved(next, EventKind::Failed).into()
    }

    pub(super) fn cancel(
        &self,
        reason: Option<ErrorText>,
        because_of: Option<MissionId>,
        children: bool,
    ) -> Decision {
        let message = reason.unwrap_or_else(|| ErrorText::cleaned("cancelled"));
        let failure = Failure { class: FailureClass::Cancelled, message };
        let (mut next, ended) = match self.mission.running() {
            Some(attempt) => {
                let next = self.after(attempt, &UsageReport::default());
                (next, self.end_of(attempt, attempt.output.clone()))
            }
            None => (self.touched(), self.end_while_waiting()),
        };
        next.last_failure = Some(failure.clone());
        next.phase = Phase::Cancelled { ended, because_of };
        let change = self.moved(next, EventKind::Cancelled).with_children(children);
        match self.mission.running() {
            Some(attempt) => {
                let lease = self.mission.lease_id;
                change.ending(lease, AttemptOutcome::Cancelled, attempt.usage, Some(failure)).into()
            }
            None => change.into(),
        }
    }

    pub(super) fn retry(&self) -> Decision {
        let mut next = self.touched();
        next.attempt = 0;
        next.snoozes = 0;
        next.scheduled_at = None;
        next.expires_at = None;
        next.phase = Phase::Pending { since: self.now };
        self.moved(next, EventKind::Retried).into()
    }

    pub(super) fn discard(&self, ended: Ended, reason: Option<&ErrorText>) -> Decision {
        let mut next = self.touched();
        next.phase = Phase::Failed { ended, discarded: true };
        self.moved(next, EventKind::Discarded).because(reason).into()
    }

    pub(super) fn set_held(&self, held: bool, reason: Option<&ErrorText>) -> Decision {
        if self.mission.held == held {
            return Decision::Unchanged;
        }
        let mut next = self.touched();
        next.held = held;
        let event = if held { EventKind::Held } else { EventKind::Approved };
        self.moved(next, event).because(reason).into()
    }

    pub(super) fn set_run_paused(&self, paused: bool) -> Decision {
        if self.mission.run_paused == paused {
            return Decision::Unchanged;
        }
        let mut next = self.touched();
        next.run_paused = paused;
        self.moved(next, if paused { EventKind::Paused } else { EventKind::Resumed }).into()
    }

    pub(super) fn edit(&self, edit: &Edit) -> Result<Decision, Refusal> {
        let mission = self.mission;
        if edit.if_match.is_some_and(|seen| seen != mission.revision) {
            return Err(Refusal::Stale { current: mission.revision });
        }
        if edit.priority.is_some_and(|priority| priority != mission.spec.priority)
            && !matches!(mission.phase, Phase::Pending { .. })
        {
            let status = mission.status();
            return Err(Refusal::InvalidTransition { command: "change its priority", status });
        }
        let mut spec = (*mission.spec).clone();
        spec.title = edit.title.clone().unwrap_or(spec.title);
        spec.description = edit.description.clone().unwrap_or(spec.description);
        spec.metadata = edit.metadata.clone().unwrap_or(spec.metadata);
        spec.labels = edit.labels.clone().unwrap_or(spec.labels);
        spec.priority = edit.priority.unwrap_or(spec.priority);
        if spec == *mission.spec {
            return Ok(Decision::Unchanged);
        }
        let mut next = self.touched();
        next.spec = spec.into();
        next.revision = mission.revision.next();
        Ok(self.moved(next, EventKind::Edited).into())
    }

    pub(super) fn settle(&self, dependency: MissionId, standing: Standing) -> Decision {
        let settled = |mut next: Mission| {
            for edge in next.dependencies.iter_mut().filter(|edge| edge.on == dependency) {
                edge.settled = true;
            }
            next
        };
        let open = self.mission.open_dependencies().any(|on| on == dependency);
        match (&self.mission.phase, standing) {
            (Phase::Pending { .. }, Standing::Satisfied) if open => {
                self.moved(settled(self.touched()), EventKind::Settled).into()
            }
            (Phase::Pending { .. }, Standing::Broken) if open => {
                let reason = ErrorText::cleaned(&format!("dependency {dependency} failed"));
                self.cancel(Some(reason), Some(dependency), false)
            }
            (Phase::Cancelled { because_of: Some(cause), .. }, Standing::Open)
                if *cause == dependency =>
            {
                self.retry()
            }
            (Phase::Cancelled { because_of: Some(cause), .. }, Standing::Satisfied)
                if *cause == dependency =>
            {
                let waiting = Step { mission: &settled(self.mission.clone()), ..*self };
                waiting.retry()
            }
            // Told twice, or told of something that no longer matters here.
            (
                Phase::Pending { .. }
                | Phase::Running(_)
                | Phase::Completed(_)
                | Phase::Failed { .. }
                | Phase::Cancelled { .. },
                Standing::Open | Standing::Satisfied | Standing::Broken,
            ) => Decision::Unchanged,
        }
    }

    /// The mission one entry later.
    fn touched(&self) -> Mission {
        let mut next = self.mission.clone();
        next.updated_at = self.now;
        next.version += 1;
        next
    }

    /// The mission with the attempt's use booked.
    fn after(&self, attempt: &Attempt, usage: &UsageReport) -> Mission {
        let mut next = self.touched();
        next.spent = next.spent.plus(attempt.usage.raised_by(usage));
        next
    }

    fn ended(
        &self,
        next: Mission,
        attempt: &Attempt,
        usage: &UsageReport,
        outcome: AttemptOutcome,
        failure: Option<Failure>,
    ) -> Decision {
        let usage = attempt.usage.raised_by(usage);
        let event = match next.phase {
            Phase::Completed(_) => EventKind::Completed,
            Phase::Failed { .. } => EventKind::Failed,
            Phase::Cancelled { .. } => EventKind::Cancelled,
            Phase::Pending { .. } | Phase::Running(_) => EventKind::Requeued,
        };
        self.moved(next, event).ending(self.mission.lease_id, outcome, usage, failure).into()
    }

    fn moved(&self, next: Mission, event: EventKind) -> Change {
        Change::moved(self.mission, next, event)
    }

    fn end_of(&self, attempt: &Attempt, output: Output) -> Ended {
        let began = Some(attempt.began);
        Ended { at: self.now.max(attempt.began), began, agent: attempt.driver.agent(), output }
    }

    fn end_while_waiting(&self) -> Ended {
        Ended { at: self.now, began: None, agent: None, output: Output::default() }
    }

    /// Any accepted write extends the lease by its length.
    fn renewed(&self, driver: &Driver) -> Driver {
        match *driver {
            Driver::Outside => Driver::Outside,
            Driver::Leased { agent, length, expires_at } => {
                let expires_at = expires_at.max(self.now.plus(length));
                Driver::Leased { agent, length, expires_at }
            }
        }
    }
}

const EXPIRED: &str = "expired while waiting";

fn plain_report(class: FailureClass, message: &str) -> FailureReport {
    let failure = Failure { class, message: ErrorText::cleaned(message) };
    FailureReport { failure, retryable: None, retry_after: None }
}
