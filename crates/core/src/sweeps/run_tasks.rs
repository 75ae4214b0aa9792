//! What is asked of a whole run, done to its missions.

use std::collections::HashSet;

use futures::{StreamExt, stream};
use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, ErrorText, Refusal, Request, RunCommand, RunTask, Verdict,
};
use mission_control_workflows::Members;

use super::STEP;
use super::follow_ups::{FollowUps, Followed};
use super::held::Held;

impl FollowUps {
    /// Does what is asked to every mission of the run that it concerns.
    pub(super) async fn work_off_run(
        &self,
        held: &mut Held<'_>,
        task: &RunTask,
    ) -> Result<Followed, StoreError> {
        match &task.command {
            RunCommand::Cancel { reason } => {
                let reason = reason.clone().unwrap_or_else(|| ErrorText::cleaned(CANCELLED));
                let cancel = |mission| {
                    let command = Command::Cancel { reason: Some(reason.clone()), children: true };
                    Action::Command { scope: Scope::All, mission, command }
                };
                self.tell_members(held, task, Members::Open, cancel).await
            }
            RunCommand::Retry => self.retry_members(held, task).await,
            // Whether the run is paused is read when a mission is told, so that the two cannot
            // overtake each other.
            RunCommand::Pause | RunCommand::Resume => {
                let align = |mission| Action::Align { run: task.run, mission };
                self.tell_members(held, task, Members::Unaligned, align).await
            }
        }
    }

    async fn tell_members(
        &self,
        held: &mut Held<'_>,
        task: &RunTask,
        which: Members,
        tell: impl Fn(MissionId) -> Action + Send + Sync,
    ) -> Result<Followed, StoreError> {
        let mut whole = Followed::default();
        let mut after = None;
        while held.goes_on().await? {
            let members = self.workflows.members(task.run, which, after, STEP).await?;
            let (last, full) = (members.last().copied(), members.len() >= STEP as usize);
            let told = self.tell(members, &task.by, &tell).await;
            whole.add(told.followed());
            if !full || whole.left {
                return Ok(whole);
            }
            after = last;
        }
        Ok(whole.given_up())
    }

    /// Retries what is broken, each after all that it depends on, which is the order of ids. What
    /// could not be retried yet because something that it depends on was not, is asked once more.
    ///
    /// What has been retried and fails again is left alone: also when this comes back, perhaps to
    /// another process, what ended after it first began does not count.
    async fn retry_members(
        &self,
        held: &mut Held<'_>,
        task: &RunTask,
    ) -> Result<Followed, StoreError> {
        let retry =
            |mission| Action::Command { scope: Scope::All, mission, command: Command::Retry };
        let mut whole = Followed::default();
        let Some(began) = held.began().await? else { return Ok(whole.given_up()) };
        let broken = Members::Broken { ended_by: began };
        // At most the steps of a run.
        let mut retried = HashSet::new();
        loop {
            let mut after = None;
            let before = retried.len();
            loop {
                if !held.goes_on().await? {
                    return Ok(whole.given_up());
                }
                let mut members = self.workflows.members(task.run, broken, after, STEP).await?;
                let (last, full) = (members.last().copied(), members.len() >= STEP as usize);
                members.retain(|member| !retried.contains(member));
                let told = self.tell(members, &task.by, &retry).await;
                whole.add(told.followed());
                retried.extend(told.moved);
                if whole.left {
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
            .map(|(member, request)| async move { (member, self.missions.apply(request).await) })
            .buffered(self.at_once)
            .fold(Told::default(), |mut told, (member, verdict)| async move {
                match verdict {
                    Ok(Verdict::Done(outcome, _)) if outcome.changed => told.moved.push(member),
                    Ok(Verdict::Refused(Refusal::Busy)) | Err(_) => told.left = true,
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
    left: bool,
}

impl Told {
    fn followed(&self) -> Followed {
        let moved = u32::try_from(self.moved.len()).unwrap_or(u32::MAX);
        Followed { moved, left: self.left }
    }
}
