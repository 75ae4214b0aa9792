//! What a store must do for schedules.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, Revision, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt, ShortName};

use super::{Decision, Paused, Schedule, ScheduleId, ScheduleSpec, Tick, TickOutcome};
use crate::template::{Changed, Kept, NotKept, ScheduleName};

/// About how many schedules a project may have.
pub const MOST_SCHEDULES: u32 = 1_000;

/// How many ticks of a schedule are kept: the newest ones, three months of an hourly schedule without
/// nights and weekends, a quarter of an hour of one that comes every second.
pub const TICKS_KEPT: i64 = 1_000;

/// A schedule that does not exist yet.
#[derive(Clone, PartialEq, Debug)]
pub struct NewSchedule {
    /// Which one.
    pub id: ScheduleId,
    /// Whose.
    pub project: ProjectId,
    /// Its name there.
    pub name: ScheduleName,
    /// What it says.
    pub spec: Arc<ScheduleSpec>,
    /// Whether it begins at rest.
    pub paused: Option<Paused>,
    /// Its first tick.
    pub next: Option<Timestamp>,
    /// Who makes it.
    pub created_by: ShortName,
}

impl NewSchedule {
    /// Whether a schedule of its name says the same: it makes the same at the same times, and rests or
    /// does not as this one is to.
    #[must_use]
    pub fn is_said_by(&self, there: &Schedule) -> bool {
        self.spec == there.spec && self.paused.is_some() == there.paused.is_some()
    }
}

/// What is to be changed of a schedule; what is not named stays.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ScheduleChange {
    /// Only while it is at this revision.
    pub seen: Option<Revision>,
    /// What it says from now on.
    pub spec: Option<Arc<ScheduleSpec>>,
    /// Whether it rests from now on. One that goes on forgets how often it has failed.
    pub paused: Option<Option<Paused>>,
    /// The next tick that is to be decided about.
    pub next: Option<Option<Timestamp>>,
}

impl ScheduleChange {
    /// Whether nothing is to be changed.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.spec.is_none() && self.paused.is_none() && self.next.is_none()
    }

    /// What becomes of a change of nothing where this is what is there.
    #[must_use]
    pub fn found(&self, there: Option<Schedule>) -> Changed<Schedule> {
        match there {
            None => Changed::Missing,
            Some(there) if self.seen.is_some_and(|seen| seen != there.revision) => Changed::Stale,
            Some(there) => Changed::Done(there),
        }
    }
}

/// A tick that is to be fired, and its schedule as it is now.
#[derive(Clone, PartialEq, Debug)]
pub struct UndoneTick {
    /// Whose.
    pub schedule: Schedule,
    /// Which one.
    pub tick: Tick,
}

/// Where schedules and their ticks are kept.
///
/// Every implementation MUST:
/// - answer a write only after it is durable;
/// - judge time by the clock that leases are judged by;
/// - find nothing outside the project it is given, where it is given one;
/// - keep the receipts of a schedule while one of its ticks is [`TickOutcome::Due`], however old they
///   are: they alone tell a tick that was fired from one that was not.
#[async_trait]
pub trait ScheduleStore: Send + Sync + 'static {
    /// One schedule.
    async fn schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<Option<Schedule>, StoreError>;

    /// Schedules of a project, by name after `after`.
    async fn schedules(
        &self,
        project: &ProjectId,
        after: Option<&ScheduleName>,
        limit: u32,
    ) -> Result<Vec<Schedule>, StoreError>;

    /// Keeps a new one, and the receipt with it; [`NewSchedule::is_said_by`] tells what is the same.
    /// [`NotKept::Full`] MAY come a few late when several are made at once.
    async fn add_schedule(
        &self,
        schedule: NewSchedule,
        receipt: Option<Receipt<Kept<Schedule>>>,
    ) -> Result<Once<Result<Kept<Schedule>, NotKept>>, StoreError>;

    /// Changes one, raises its revision and keeps the receipt; a change of nothing leaves it as it is.
    async fn change_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        change: ScheduleChange,
        receipt: Option<Arc<Receipt<Schedule>>>,
    ) -> Result<Once<Changed<Schedule>>, StoreError>;

    /// Removes one with its ticks; says whether it was there.
    async fn remove_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<bool, StoreError>;

    /// Schedules of any project that do not rest and whose next tick has come, oldest tick first. MUST
    /// pass over a row that cannot be read: it is one project's, and the others have their ticks.
    async fn due_schedules(&self, limit: u32) -> Result<Vec<Schedule>, StoreError>;

    /// Writes a decision down and moves the schedule on, in one transaction, if the schedule is still
    /// as it was `seen`: same revision, same next tick, not at rest. Says which ticks were written, in
    /// their order: those of the decision but for the ones that were decided about before. None when
    /// somebody else was faster. All but the newest [`TICKS_KEPT`] ticks leave, except what is still to
    /// be fired and the newest one that was: what it made may not be over.
    async fn decide_ticks(
        &self,
        seen: &Schedule,
        decision: &Decision,
    ) -> Result<Option<Vec<Tick>>, StoreError>;

    /// Ticks that were decided before `before` and are still to be fired, oldest first. MUST pass over
    /// a row that cannot be read, as [`Self::due_schedules`] does.
    async fn undone_ticks(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<UndoneTick>, StoreError>;

    /// Writes down how a tick was fired, or that it could not be. Only the first of several counts,
    /// except that [`TickOutcome::Fired`] also takes the place of what it is not: it was, whoever did
    /// it. [`TickOutcome::Skipped`] is neither a failure nor the end of a row of them. In the same
    /// transaction the failures in a row are counted, and [`super::FAILURES_BEFORE_PAUSE`] of them
    /// pause the schedule with the reason of the last. Says how the schedule is then, where this call
    /// paused it.
    async fn settle_tick(
        &self,
        schedule: ScheduleId,
        n: i64,
        outcome: &TickOutcome,
    ) -> Result<Option<Paused>, StoreError>;

    /// Ticks of a schedule, newest first, those before number `before`.
    async fn ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError>;

    /// The same of those alone that were fired or are to be, by index: however many were passed over
    /// since.
    async fn made_ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError>;
}
