//! What one mission's move asks of others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, ErrorText, FollowUp, FollowUpTask, ListQuery, MissionStore, Refusal,
    Request, Sort, SortKey, Task, Verdict,
};
use mission_control_workflows::WorkflowStore;

use super::held::Held;
use super::{APPLYING, FOLLOW_EVERY, STEP, STEPS, Sweep};

/// How many follow-ups are taken at a time: what one process can do well within the half minute
/// after which they come back.
const TAKEN: u32 = 50;

/// How many of them are worked off at a time: their commands share the store's batches.
const TASKS_AT_ONCE: usize = 8;

/// Takes follow-ups and works them off.
pub(crate) struct FollowUpSweep {
    pub(crate) follow_ups: FollowUps,
}

/// What was worked off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct FollowUpReport {
    /// Follow-ups that are done.
    pub(crate) finished: u32,
    /// Follow-ups that will come back, or that somebody else has taken meanwhile.
    pub(crate) left: u32,
    /// Missions that moved.
    pub(crate) moved: u32,
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
            let tasks = self.follow_ups.missions.take_follow_ups(TAKEN).await?;
            if tasks.is_empty() {
                break;
            }
            let mut followed = stream::iter(tasks)
                .map(|task| async move { self.follow_ups.work_off(&task).await })
                .buffer_unordered(TASKS_AT_ONCE);
            while let Some(followed) = followed.next().await {
                let followed = followed?;
                report.moved += followed.moved;
                report.left += u32::from(followed.left);
                report.finished += u32::from(!followed.left);
            }
        }
        Ok(report)
    }
}

/// What became of a follow-up that was worked on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Followed {
    /// Missions that moved.
    pub moved: u32,
    /// Whether it is not done: it comes back, or somebody else is at it.
    pub left: bool,
}

/// Works follow-ups off as every process does in the background, in steps of at most 500 commands; a
/// step that is done twice changes nothing the second time.
#[derive(Clone)]
pub struct FollowUps {
    pub(super) missions: Arc<dyn MissionStore>,
    pub(super) workflows: Arc<dyn WorkflowStore>,
    /// How many commands are under way at a time.
    pub(super) at_once: usize,
}

impl FollowUps {
    /// Of these stores.
    #[must_use]
    pub fn of(missions: Arc<dyn MissionStore>, workflows: Arc<dyn WorkflowStore>) -> Self {
        Self { missions, workflows, at_once: APPLYING }
    }

    /// The same with one command at a time, so that all that it does has one order.
    #[must_use]
    pub fn one_by_one(self) -> Self {
        Self { at_once: 1, ..self }
    }

    /// Does what a follow-up that was just taken asks and, when all of it succeeded, forgets it. It is
    /// held on to page by page, and given up when somebody else has taken it meanwhile.
    ///
    /// # Errors
    /// Storage trouble; what is left undone comes back by itself.
    pub fn work_off<'a>(
        &'a self,
        task: &'a FollowUpTask,
    ) -> BoxFuture<'a, Result<Followed, StoreError>> {
        Box::pin(self.work_on(task))
    }

    async fn work_on(&self, task: &FollowUpTask) -> Result<Followed, StoreError> {
        let held = &mut Held::of(&*self.missions, task);
        let mut whole = match &task.task {
            Task::Mission { mission, what: FollowUp::Dependants } => {
                self.tell_dependants(held, *mission).await?
            }
            Task::Mission { mission, what: FollowUp::Dependencies } => {
                self.ask_dependencies(held, *mission).await?
            }
            Task::Mission { mission, what: FollowUp::CancelChildren } => {
                self.cancel_below(held, *mission).await?
            }
            Task::Run(task) => self.work_off_run(held, task).await?,
        };
        whole.left = whole.left || !held.finish().await?;
        Ok(whole)
    }

    async fn tell_dependants(
        &self,
        held: &mut Held<'_>,
        dependency: MissionId,
    ) -> Result<Followed, StoreError> {
        let mut whole = Followed::default();
        let mut after = None;
        while held.goes_on().await? {
            let dependants = self.missions.dependants(dependency, after, STEP).await?;
            let (last, full) = (dependants.last().copied(), dependants.len() >= STEP as usize);
            let settle = |dependant| Action::Settle { dependant, dependency };
            whole.add(self.apply(dependants.into_iter().map(settle)).await);
            if !full || whole.left {
                return Ok(whole);
            }
            after = last;
        }
        Ok(whole.given_up())
    }

    async fn ask_dependencies(
        &self,
        held: &mut Held<'_>,
        dependant: MissionId,
    ) -> Result<Followed, StoreError> {
        if !held.goes_on().await? {
            return Ok(Followed::default().given_up());
        }
        let Some(mission) = self.missions.mission(&Scope::All, dependant).await? else {
            return Ok(Followed::default());
        };
        let settle = |dependency| Action::Settle { dependant, dependency };
        Ok(self.apply(mission.open_dependencies().map(settle)).await)
    }

    /// Walks the whole tree below `top`, also through missions that ended before their children:
    /// each level is closed before the next is looked at, so nothing can be added behind the walk.
    async fn cancel_below(
        &self,
        held: &mut Held<'_>,
        top: MissionId,
    ) -> Result<Followed, StoreError> {
        let mut whole = Followed::default();
        // An id for each inner mission of the tree at most.
        let mut parents = vec![top];
        while let Some(parent) = parents.pop() {
            whole.add(self.cancel_children(held, top, parent).await?);
            if whole.left {
                break;
            }
            self.find_parents(parent, &mut parents).await?;
        }
        Ok(whole)
    }

    async fn cancel_children(
        &self,
        held: &mut Held<'_>,
        top: MissionId,
        parent: MissionId,
    ) -> Result<Followed, StoreError> {
        let reason = ErrorText::cleaned(&format!("{top} above it was cancelled"));
        let mut whole = Followed::default();
        let mut after = None;
        while held.goes_on().await? {
            let children = self.missions.open_children(parent, after, STEP).await?;
            let (last, full) = (children.last().copied(), children.len() >= STEP as usize);
            let cancel = |mission| {
                let command = Command::Cancel { reason: Some(reason.clone()), children: false };
                Action::Command { scope: Scope::All, mission, command }
            };
            whole.add(self.apply(children.into_iter().map(cancel)).await);
            if !full || whole.left {
                return Ok(whole);
            }
            after = last;
        }
        Ok(whole.given_up())
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
            let page = self.missions.list(&Scope::All, &query).await?;
            let inner = page.missions.iter().filter(|mission| mission.has_children);
            parents.extend(inner.map(|mission| mission.id));
            if page.next.is_none() {
                return Ok(());
            }
            query.after = page.next;
        }
    }

    async fn apply(&self, actions: impl Iterator<Item = Action> + Send) -> Followed {
        let actions: Vec<Action> = actions.collect();
        stream::iter(actions)
            .map(|action| self.missions.apply(Request { action, by: Actor::System, receipt: None }))
            .buffer_unordered(self.at_once)
            .fold(Followed::default(), |mut whole, verdict| async move {
                match verdict {
                    Ok(Verdict::Done(outcome, _)) => whole.moved += u32::from(outcome.changed),
                    Ok(Verdict::Refused(Refusal::Busy)) | Err(_) => whole.left = true,
                    // It has ended or is gone: nothing is left to be done about it.
                    Ok(Verdict::Refused(_) | Verdict::Replayed(_)) => {}
                }
                whole
            })
            .await
    }
}

impl Followed {
    pub(super) const fn add(&mut self, other: Self) {
        self.moved += other.moved;
        self.left |= other.left;
    }

    /// The same, of a follow-up that somebody else has taken.
    pub(super) const fn given_up(self) -> Self {
        Self { left: true, ..self }
    }
}
