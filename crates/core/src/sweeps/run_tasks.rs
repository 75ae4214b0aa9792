//! What is asked of a whole run, done to its missions.

use std::collections::HashSet;

use futures::{StreamExt, stream};
use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, ErrorText, Refusal, Request, RunCommand, RunTask, Verdict,
};
use mission_control_workflows::Members;

use super::follow_ups::{FollowUpSweep, Step};
use super::{APPLYING, STEP};

impl FollowUpSweep {
    /// Does what is asked to every mission of the run that it concerns.
    pub(super) async fn work_off_run(&self, task: &RunTask) -> Result<Step, StoreError> {
        match &task.command {
            RunCommand::Cancel { reason } => {
                let reason = reason.clone().unwrap_or_else(|| ErrorText::cleaned(CANCELLED));
                let cancel = |mission| {
                    let command = Command::Cancel { reason: Some(reason.clone()), children: true };
                    Action::Command { scope: Scope::All, mission, command }
                };
                self.tell_members(task, Members::Open, cancel).await
            }
            RunCommand::Retry => self.retry_members(task).await,
            // Whether the run is paused is read when a mission is told, so that the two cannot
            // overtake each other.
            RunCommand::Pause | RunCommand::Resume => {
                let align = |mission| Action::Align { run: task.run, mission };
                self.tell_members(task, Members::Unaligned, align).await
            }
        }
    }

    async fn tell_members(
        &self,
        task: &RunTask,
        which: Members,
        tell: impl Fn(MissionId) -> Action + Send + Sync,
    ) -> Result<Step, StoreError> {
        let mut whole = Step::default();
        let mut after = None;
        loop {
            let members = self.workflows.members(task.run, which, after, STEP).await?;
            let (last, full) = (members.last().copied(), members.len() >= STEP as usize);
            let told = self.tell(members, &task.by, &tell).await;
            whole.add(told.step());
            if !full || whole.failed {
                return Ok(whole);
            }
            after = last;
        }
    }

    /// Retries what is broken, each after all that it depends on, which is the order of ids. What
    /// could not be retried yet because something that it depends on was not, is asked once more; what
    /// has been retried and fails again meanwhile is left alone.
    async fn retry_members(&self, task: &RunTask) -> Result<Step, StoreError> {
        let retry =
            |mission| Action::Command { scope: Scope::All, mission, command: Command::Retry };
        let mut whole = Step::default();
        // At most the steps of a run.
        let mut retried = HashSet::new();
        loop {
            let mut after = None;
            let before = retried.len();
            loop {
                let mut members =
                    self.workflows.members(task.run, Members::Broken, after, STEP).await?;
                let (last, full) = (members.last().copied(), members.len() >= STEP as usize);
                members.retain(|member| !retried.contains(member));
                let told = self.tell(members, &task.by, &retry).await;
                whole.add(told.step());
                retried.extend(told.moved);
                if whole.failed {
                    return Ok(whole);
                }
                if !full {
                    break;
                }
                after = last;
            }
            if retried.len() == before {
                return Ok(whole);
            }
        }
    }

    async fn tell(
        &self,
        members: Vec<MissionId>,
        by: &Actor,
        tell: &(impl Fn(MissionId) -> Action + Send + Sync),
    ) -> Told {
        // Made before they are sent: what is sent together keeps its order.
        let asked: Vec<(MissionId, Request)> = members
            .into_iter()
            .map(|member| (member, Request { action: tell(member), by: by.clone(), receipt: None }))
            .collect();
        stream::iter(asked)
            .map(|(member, request)| async move { (member, self.store.apply(request).await) })
            .buffered(APPLYING)
            .fold(Told::default(), |mut told, (member, verdict)| async move {
                match verdict {
                    Ok(Verdict::Done(outcome, _)) if outcome.changed => told.moved.push(member),
                    Ok(Verdict::Refused(Refusal::Busy)) | Err(_) => told.failed = true,
                    // It is so already, or no longer as it was: there is nothing to be done.
                    Ok(Verdict::Done(..) | Verdict::Refused(_) | Verdict::Replayed(_)) => {}
                }
                told
            })
            .await
    }
}

/// What is said of a mission that was called off with its run when nobody gave a reason.
const CANCELLED: &str = "its run was cancelled";

/// What became of the missions that were told.
#[derive(Default)]
struct Told {
    moved: Vec<MissionId>,
    failed: bool,
}

impl Told {
    fn step(&self) -> Step {
        let moved = u32::try_from(self.moved.len()).unwrap_or(u32::MAX);
        Step { moved, failed: self.failed }
    }
}
