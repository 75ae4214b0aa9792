//! What one mission's move asks of others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, ErrorText, FollowUp, FollowUpTask, ListQuery, MissionStore, Refusal,
    Request, Sort, SortKey, Task, Verdict,
};
use mission_control_workflows::WorkflowStore;

use super::{APPLYING, FOLLOW_EVERY, STEP, STEPS, Sweep};

/// How many follow-ups are taken at a time: what one process can do well within the half minute
/// after which they come back.
const TAKEN: u32 = 50;

/// How many of them are worked off at a time: their commands share the store's batches.
const TASKS_AT_ONCE: usize = 8;

/// Works follow-ups off, in steps of at most [`STEP`] commands; a step that is done twice changes
/// nothing the second time.
pub(crate) struct FollowUpSweep {
    pub(crate) store: Arc<dyn MissionStore>,
    pub(crate) workflows: Arc<dyn WorkflowStore>,
}

/// What was worked off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct FollowUpReport {
    /// Follow-ups that are done.
    pub(crate) finished: u32,
    /// Follow-ups that will come back.
    pub(crate) left: u32,
    /// Missions that moved.
    pub(crate) moved: u32,
}

/// What one step did.
#[derive(Clone, Copy, Default)]
pub(super) struct Step {
    pub(super) moved: u32,
    pub(super) failed: bool,
}

#[async_trait]
impl Sweep for FollowUpSweep {
    type Report = FollowUpReport;

    const NAME: &'static str = "follow-ups";
    const PERIOD: Duration = FOLLOW_EVERY;

    fn done(report: &FollowUpReport) -> u64 {
        u64::from(report.finished)
    }

    async fn sweep(&self) -> Result<FollowUpReport, StoreError> {
        let mut report = FollowUpReport::default();
        // What moves here may leave follow-ups of its own: on until there is none.
        for _ in 0..STEPS {
            let tasks = self.store.take_follow_ups(TAKEN).await?;
            if tasks.is_empty() {
                break;
            }
            let mut steps =
                stream::iter(tasks).map(|task| self.work_off(task)).buffer_unordered(TASKS_AT_ONCE);
            while let Some(step) = steps.next().await {
                let step = step?;
                report.moved += step.moved;
                report.left += u32::from(step.failed);
                report.finished += u32::from(!step.failed);
            }
        }
        Ok(report)
    }
}

impl FollowUpSweep {
    /// Does what is asked and, when all of it succeeded, forgets the task.
    async fn work_off(&self, task: FollowUpTask) -> Result<Step, StoreError> {
        let step = match &task.task {
            Task::Mission { mission, what: FollowUp::Dependants } => {
                self.tell_dependants(*mission).await?
            }
            Task::Mission { mission, what: FollowUp::Dependencies } => {
                self.ask_dependencies(*mission).await?
            }
            Task::Mission { mission, what: FollowUp::CancelChildren } => {
                self.cancel_below(*mission).await?
            }
            Task::Run(task) => self.work_off_run(task).await?,
        };
        if !step.failed {
            self.store.finish_follow_up(task.id).await?;
        }
        Ok(step)
    }

    async fn tell_dependants(&self, dependency: MissionId) -> Result<Step, StoreError> {
        let mut whole = Step::default();
        let mut after = None;
        loop {
            let dependants = self.store.dependants(dependency, after, STEP).await?;
            let (last, full) = (dependants.last().copied(), dependants.len() >= STEP as usize);
            let settle = |dependant| Action::Settle { dependant, dependency };
            whole.add(self.apply(dependants.into_iter().map(settle)).await);
            if !full || whole.failed {
                return Ok(whole);
            }
            after = last;
        }
    }

    async fn ask_dependencies(&self, dependant: MissionId) -> Result<Step, StoreError> {
        let Some(mission) = self.store.mission(&Scope::All, dependant).await? else {
            return Ok(Step::default());
        };
        let settle = |dependency| Action::Settle { dependant, dependency };
        Ok(self.apply(mission.open_dependencies().map(settle)).await)
    }

    /// Walks the whole tree below `top`, also through missions that ended before their children:
    /// each level is closed before the next is looked at, so nothing can be added behind the walk.
    async fn cancel_below(&self, top: MissionId) -> Result<Step, StoreError> {
        let mut whole = Step::default();
        // An id for each inner mission of the tree at most.
        let mut parents = vec![top];
        while let Some(parent) = parents.pop() {
            whole.add(self.cancel_children(top, parent).await?);
            if whole.failed {
                break;
            }
            self.find_parents(parent, &mut parents).await?;
        }
        Ok(whole)
    }

    async fn cancel_children(&self, top: MissionId, parent: MissionId) -> Result<Step, StoreError> {
        let reason = ErrorText::cleaned(&format!("{top} above it was cancelled"));
        let mut whole = Step::default();
        let mut after = None;
        loop {
            let children = self.store.open_children(parent, after, STEP).await?;
            let (last, full) = (children.last().copied(), children.len() >= STEP as usize);
            let cancel = |mission| {
                let command = Command::Cancel { reason: Some(reason.clone()), children: false };
                Action::Command { scope: Scope::All, mission, command }
            };
            whole.add(self.apply(children.into_iter().map(cancel)).await);
            if !full || whole.failed {
                return Ok(whole);
            }
            after = last;
        }
    }

    /// Adds the children of `parent` that have children themselves.
    async fn find_parents(
        &self,
        parent: MissionId,
        parents: &mut Vec<MissionId>,
    ) -> Result<(), StoreError> {
        let sort = Sort { key: SortKey::CreatedAt, descending: false };
        let mut query =
            ListQuery { parents: vec![parent], sort, limit: STEP, ..ListQuery::default() };
        loop {
            let page = self.store.list(&Scope::All, &query).await?;
            let inner = page.missions.iter().filter(|mission| mission.has_children);
            parents.extend(inner.map(|mission| mission.id));
            if page.next.is_none() {
                return Ok(());
            }
            query.after = page.next;
        }
    }

    async fn apply(&self, actions: impl Iterator<Item = Action> + Send) -> Step {
        let actions: Vec<Action> = actions.collect();
        stream::iter(actions)
            .map(|action| self.store.apply(Request { action, by: Actor::System, receipt: None }))
            .buffer_unordered(APPLYING)
            .fold(Step::default(), |mut step, verdict| async move {
                match verdict {
                    Ok(Verdict::Done(outcome, _)) => step.moved += u32::from(outcome.changed),
                    Ok(Verdict::Refused(Refusal::Busy)) | Err(_) => step.failed = true,
                    // It has ended or is gone: nothing is left to be done about it.
                    Ok(Verdict::Refused(_) | Verdict::Replayed(_)) => {}
                }
                step
            })
            .await
    }
}

impl Step {
    pub(super) const fn add(&mut self, other: Self) {
        self.moved += other.moved;
        self.failed |= other.failed;
    }
}
