//! Schedules: keeping them. What comes of them is in `firing`.

mod firing;
mod overlapping;
mod tending;

use std::sync::Arc;

use mission_control_kernel::{ProjectId, Revision, StoreError, Timestamp};
use mission_control_missions::{Once, Reason, Receipt, ShortName};
use mission_control_workflows::schedule::{
    MOST_SCHEDULES, NewSchedule, Paused, Schedule, ScheduleChange, ScheduleId, ScheduleSpec,
    Target, Tick,
};
use mission_control_workflows::template::{Changed, Kept, NotKept, ScheduleName};

use crate::mission_control::MissionControl;
use crate::templates::{Fault, TemplateLaunch, TemplateRefusal};

pub use firing::Ticked;
pub use tending::FIRED_WITHIN;

/// How often a change is tried that is bound to no revision: more than people and programs that change
/// one schedule at the same moment.
const TIMES_ADJUSTED: usize = 10;

/// Why something is not done to a schedule; nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScheduleRefusal {
    /// It is not there.
    #[error("there is no schedule of this name")]
    Missing,
    /// There is one of this name.
    #[error("there is a schedule of this name: choose another one, or change that one with PUT")]
    Taken,
    /// As many as there may be.
    #[error("a project has at most {MOST_SCHEDULES} schedules: remove one that nobody needs")]
    Full,
    /// It is no longer as whoever asks has seen it.
    #[error("the schedule has been changed since: read it again")]
    Stale,
    /// Members are wrong; at least one is told.
    #[error("{}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Wrong(Vec<Fault>),
}

/// A page of schedules.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SchedulePage {
    /// By name.
    pub schedules: Vec<Schedule>,
    /// After which the next page begins, when there is more.
    pub next: Option<ScheduleName>,
}

/// A page of ticks.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TickPage {
    /// Newest first.
    pub ticks: Vec<Tick>,
    /// Before which the next page begins, when there is more.
    pub next: Option<i64>,
}

impl MissionControl {
    /// One schedule.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<Option<Schedule>, StoreError> {
        self.inner.stores.schedules.schedule(project, name).await
    }

    /// Schedules of a project, by name after `after`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn schedules(
        &self,
        project: &ProjectId,
        after: Option<&ScheduleName>,
        limit: u32,
    ) -> Result<SchedulePage, StoreError> {
        let store = &self.inner.stores.schedules;
        let mut schedules = store.schedules(project, after, limit.saturating_add(1)).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = schedules.len() > limit;
        schedules.truncate(limit);
        let next = schedules.last().filter(|_| more).map(|last| last.name.clone());
        Ok(SchedulePage { schedules, next })
    }

    /// Keeps a new schedule, at rest from the beginning where `paused` says so, unless there is one that
    /// says the same.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn add_schedule(
        &self,
        project: &ProjectId,
        name: ScheduleName,
        spec: ScheduleSpec,
        paused: bool,
        by: ShortName,
        receipt: Option<Receipt<Kept<Schedule>>>,
    ) -> Result<Result<Once<Kept<Schedule>>, ScheduleRefusal>, StoreError> {
        if let Err(faults) = self.check_target(project, &spec.target, &by).await? {
            return Ok(Err(ScheduleRefusal::Wrong(faults)));
        }
        let now = self.store_time();
        let resting = || Paused { at: now, by: Some(by.clone()), reason: Reason::cleaned("") };
        let new = NewSchedule {
            id: ScheduleId::new(self.ids().next(now)),
            project: project.clone(),
            name,
            paused: paused.then(resting),
            next: spec.cadence.next_after(now),
            spec: Arc::new(spec),
            created_by: by,
        };
        let kept = self.inner.stores.schedules.add_schedule(new, receipt).await?;
        Ok(kept.transpose().map_err(|why| match why {
            NotKept::Taken => ScheduleRefusal::Taken,
            NotKept::Full => ScheduleRefusal::Full,
        }))
    }

    /// Replaces what a schedule says, if it is still at `seen`, or whatever it is by now. With another
    /// cadence it goes on from now; with the same one it stays at the tick where it was.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn put_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        seen: Option<Revision>,
        spec: ScheduleSpec,
        by: &ShortName,
    ) -> Result<Result<Schedule, ScheduleRefusal>, StoreError> {
        if let Err(faults) = self.check_target(project, &spec.target, by).await? {
            return Ok(Err(ScheduleRefusal::Wrong(faults)));
        }
        let spec = Arc::new(spec);
        let say = |current: &Schedule| {
            let moved = current.spec.cadence != spec.cadence;
            let next = moved.then(|| spec.cadence.next_after(self.store_time()));
            let spec = Some(Arc::clone(&spec));
            ScheduleChange { spec, next, ..ScheduleChange::default() }
        };
        let changed = self.adjust(project, name, seen, say, None).await?;
        Ok(changed.and_then(|changed| match changed {
            Once::Now(schedule) => Ok(schedule),
            // Nobody has named a key.
            Once::Before(_) | Once::KeyReused => Err(ScheduleRefusal::Stale),
        }))
    }

    /// Lets a schedule rest; nothing happens to one that does.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn pause_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        by: ShortName,
        reason: Reason,
        receipt: Option<Receipt<Schedule>>,
    ) -> Result<Result<Once<Schedule>, ScheduleRefusal>, StoreError> {
        let paused = Paused { at: self.store_time(), by: Some(by), reason };
        let say = |current: &Schedule| {
            let paused = current.paused.is_none().then(|| Some(paused.clone()));
            ScheduleChange { paused, ..ScheduleChange::default() }
        };
        self.adjust(project, name, None, say, receipt).await
    }

    /// Lets a schedule go on with the first tick from now; nothing happens to one that does not rest.
    /// What it would have fired meanwhile is no missed tick: it was not to be.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn resume_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        receipt: Option<Receipt<Schedule>>,
    ) -> Result<Result<Once<Schedule>, ScheduleRefusal>, StoreError> {
        let say = |current: &Schedule| {
            if current.paused.is_none() {
                return ScheduleChange::default();
            }
            let next = Some(current.spec.cadence.next_after(self.store_time()));
            ScheduleChange { paused: Some(None), next, ..ScheduleChange::default() }
        };
        self.adjust(project, name, None, say, receipt).await
    }

    /// Removes a schedule with its ticks; says whether it was there. What it has made stays.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn remove_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<bool, StoreError> {
        self.inner.stores.schedules.remove_schedule(project, name).await
    }

    /// Ticks of a schedule, newest first, those before number `before`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn ticks(
        &self,
        schedule: &Schedule,
        before: Option<i64>,
        limit: u32,
    ) -> Result<TickPage, StoreError> {
        let store = &self.inner.stores.schedules;
        let mut ticks = store.ticks(schedule.id, before, limit.saturating_add(1)).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = ticks.len() > limit;
        ticks.truncate(limit);
        let next = ticks.last().filter(|_| more).map(|last| last.n);
        Ok(TickPage { ticks, next })
    }

    /// The clock that schedules are judged by.
    #[must_use]
    pub fn store_time(&self) -> Timestamp {
        self.inner.stores.missions.now()
    }

    /// Changes a schedule as `say` wants it by how it is, again where it was no longer so; it stays as
    /// it is where that wants nothing.
    async fn adjust(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        seen: Option<Revision>,
        say: impl Fn(&Schedule) -> ScheduleChange + Send + Sync,
        receipt: Option<Receipt<Schedule>>,
    ) -> Result<Result<Once<Schedule>, ScheduleRefusal>, StoreError> {
        let receipt = receipt.map(Arc::new);
        for _ in 0..TIMES_ADJUSTED {
            let Some(current) = self.schedule(project, name).await? else {
                return Ok(Err(ScheduleRefusal::Missing));
            };
            if seen.is_some_and(|seen| seen != current.revision) {
                return Ok(Err(ScheduleRefusal::Stale));
            }
            let change = ScheduleChange { seen: Some(current.revision), ..say(&current) };
            if change.is_nothing() && receipt.is_none() {
                return Ok(Ok(Once::Now(current)));
            }
            match self.change(project, name, change, receipt.clone()).await? {
                Err(ScheduleRefusal::Stale) if seen.is_none() => {}
                told => return Ok(told),
            }
        }
        Ok(Err(ScheduleRefusal::Stale))
    }

    async fn change(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        change: ScheduleChange,
        receipt: Option<Arc<Receipt<Schedule>>>,
    ) -> Result<Result<Once<Schedule>, ScheduleRefusal>, StoreError> {
        let schedules = &self.inner.stores.schedules;
        let changed = schedules.change_schedule(project, name, change, receipt).await?;
        let told = changed.map(|changed| match changed {
            Changed::Done(schedule) => Ok(schedule),
            Changed::Missing => Err(ScheduleRefusal::Missing),
            Changed::Stale => Err(ScheduleRefusal::Stale),
        });
        Ok(told.transpose())
    }

    /// Whether a target could be fired now: whoever makes a schedule learns of a slip at once, and not
    /// at its fifth failure.
    async fn check_target(
        &self,
        project: &ProjectId,
        target: &Target,
        by: &ShortName,
    ) -> Result<Result<(), Vec<Fault>>, StoreError> {
        let absent = |field: &str, code, message: &str| Err(vec![Fault::new(field, code, message)]);
        Ok(match target {
            Target::Mission(_) => Ok(()),
            Target::Workflow { name, .. } => match self.workflow(project, name, None).await? {
                Some(_) => Ok(()),
                None => absent("workflow", "unknown_workflow", "is not there"),
            },
            Target::Template { name, parameters } => {
                let (project, name) = (project.clone(), name.clone());
                let launch = TemplateLaunch::new(project, name, parameters.clone(), by.clone());
                match self.mission_of_template(launch).await? {
                    Ok(_) => Ok(()),
                    Err(TemplateRefusal::Wrong(faults)) => Err(faults),
                    Err(_) => absent("template", "unknown_template", "is not there"),
                }
            }
        })
    }
}
