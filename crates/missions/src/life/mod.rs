//! The whole life of a mission: one pure function from a mission and a command to what follows.
//!
//! `docs/STATES.md` is printed from it by a test.

mod step;

use mission_control_kernel::{Chance, LeaseId, Timestamp};

use self::step::Step;
use crate::change::{AttemptOutcome, Decision};
use crate::command::{Command, Refusal};
use crate::mission::{Driver, Mission, Phase};
use crate::words::Progress;

/// Decides what a command does to a mission at `now`; `chance` is drawn for this call alone.
///
/// # Errors
/// Why the command is refused; then nothing has changed.
pub fn decide(
    mission: &Mission,
    command: &Command,
    now: Timestamp,
    chance: Chance,
) -> Result<Decision, Refusal> {
    check_fence(mission, command)?;
    let step = Step { mission, now, chance };
    match (&mission.phase, command) {
        (Phase::Pending { .. }, Command::Start { agent_type, model_used }) => {
            step.start(agent_type.as_ref(), model_used.as_ref())
        }
        (Phase::Pending { .. }, Command::Claim { agent, agent_type, length }) => {
            let expires_at = now.plus(*length);
            step.claim(Driver::Leased { agent: *agent, length: *length, expires_at }, agent_type)
        }
        (Phase::Pending { .. }, Command::Expire) => Ok(step.expire()),
        (Phase::Pending { .. }, Command::Hold { reason }) => {
            Ok(step.set_held(true, reason.as_ref()))
        }
        (Phase::Pending { .. }, Command::Approve) => Ok(step.set_held(false, None)),

        (Phase::Running(attempt), Command::Progress { progress, message, result, usage, .. }) => {
            let output = attempt.output.with(*progress, message.as_ref(), result.as_ref());
            Ok(step.progress(attempt, output, usage))
        }
        (Phase::Running(attempt), Command::Heartbeat { .. }) => Ok(step.heartbeat(attempt)),
        (Phase::Running(attempt), Command::Complete { result, usage, .. }) => {
            let output = attempt.output.with(Some(Progress::DONE), None, result.as_ref());
            Ok(step.complete(attempt, output, usage))
        }
        (Phase::Running(attempt), Command::Fail { report, usage, .. }) => {
            Ok(step.fail(attempt, report, usage, AttemptOutcome::Failed))
        }
        (Phase::Running(attempt), Command::Snooze { until, .. }) => {
            Ok(step.snooze(attempt, *until))
        }
        (Phase::Running(attempt), Command::Release { .. }) => {
            Ok(step.give_back(attempt, AttemptOutcome::Released))
        }
        (Phase::Running(attempt), Command::TakeBack) => {
            Ok(step.give_back(attempt, AttemptOutcome::TakenBack))
        }
        (Phase::Running(attempt), Command::Lose { .. }) => step.lose(attempt),
        (Phase::Running(attempt), Command::TimeOut { .. }) => step.time_out(attempt),

        (Phase::Pending { .. } | Phase::Running(_), Command::Cancel { reason, children }) => {
            Ok(step.cancel(reason.clone(), None, *children))
        }
        (Phase::Cancelled { .. }, Command::Cancel { .. })
        | (Phase::Failed { discarded: true, .. }, Command::Discard { .. }) => {
            Ok(Decision::Unchanged)
        }

        (Phase::Failed { .. } | Phase::Cancelled { .. }, Command::Retry) => Ok(step.retry()),
        (Phase::Failed { ended, discarded: false }, Command::Discard { reason }) => {
            Ok(step.discard(ended.clone(), reason.as_ref()))
        }
        // What is done never waits again.
        (Phase::Completed(_), Command::Pause | Command::Resume) => Ok(Decision::Unchanged),
        (_, Command::Pause) => Ok(step.set_run_paused(true)),
        (_, Command::Resume) => Ok(step.set_run_paused(false)),
        (_, Command::Edit(edit)) => step.edit(edit),
        (_, Command::Settle { dependency, standing }) => Ok(step.settle(*dependency, *standing)),
        // Every other pair is refused: that is the rule, not an oversight.
        (_, command) => {
            Err(Refusal::InvalidTransition { command: command.name(), status: mission.status() })
        }
    }
}

/// The fence: a worker's write names the current lease, and only that.
fn check_fence(mission: &Mission, command: &Command) -> Result<(), Refusal> {
    let (named, needs_lease) = match command {
        Command::Progress { lease, .. }
        | Command::Complete { lease, .. }
        | Command::Fail { lease, .. } => (*lease, false),
        Command::Heartbeat { lease }
        | Command::Snooze { lease, .. }
        | Command::Release { lease }
        | Command::Lose { lease } => (Some(*lease), true),
        Command::TimeOut { lease } => (Some(*lease), false),
        Command::Start { .. }
        | Command::Claim { .. }
        | Command::TakeBack
        | Command::Expire
        | Command::Cancel { .. }
        | Command::Retry
        | Command::Discard { .. }
        | Command::Hold { .. }
        | Command::Approve
        | Command::Pause
        | Command::Resume
        | Command::Edit(_)
        | Command::Settle { .. } => return Ok(()),
    };
    let driver = mission.running().map(|attempt| &attempt.driver);
    match (named, driver) {
        (Some(lease), _) if lease != mission.lease_id => Err(Refusal::LeaseLost),
        (Some(_), None) => Err(Refusal::LeaseLost),
        (Some(_), Some(Driver::Outside)) if needs_lease => Err(Refusal::NotLeased),
        (None, Some(Driver::Leased { .. })) => Err(Refusal::LeaseRequired),
        (Some(_), Some(_)) | (None, Some(Driver::Outside) | None) => Ok(()),
    }
}

/// Whether `lease` is the current lease of an attempt under way.
#[must_use]
pub fn holds(mission: &Mission, lease: LeaseId) -> bool {
    mission.lease_id == lease
        && mission.running().is_some_and(|attempt| attempt.driver.agent().is_some())
}
