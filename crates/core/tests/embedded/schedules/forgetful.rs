//! A store that does not know under whose receipts the ticks are fired that others left undone: the
//! control of what receipts are for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use mission_control::kernel::{Ids as _, ProjectId, SeededIds, StoreError, Timestamp};
use mission_control::missions::{Once, Receipt};
use mission_control::workflows::schedule::{
    Decision, NewSchedule, Paused, Schedule, ScheduleChange, ScheduleId, ScheduleStore, Tick,
    TickOutcome, UndoneTick,
};
use mission_control::workflows::template::{Changed, Kept, NotKept, ScheduleName};

/// Gives schedules of undone ticks ids that nobody has seen, and takes those back for the true ones.
pub(crate) struct Forgetful {
    store: Arc<dyn ScheduleStore>,
    ids: SeededIds,
    known: Mutex<HashMap<ScheduleId, ScheduleId>>,
}

impl Forgetful {
    pub(crate) fn around(store: Arc<dyn ScheduleStore>) -> Self {
        Self { store, ids: SeededIds::default(), known: Mutex::default() }
    }

    fn disguised(&self, mut undone: UndoneTick) -> UndoneTick {
        let other = ScheduleId::new(self.ids.next(Timestamp::MIN));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(other, undone.schedule.id);
        undone.schedule.id = other;
        undone
    }

    fn truly(&self, id: ScheduleId) -> ScheduleId {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&id).copied().unwrap_or(id)
    }
}

#[async_trait]
impl ScheduleStore for Forgetful {
    async fn schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<Option<Schedule>, StoreError> {
        self.store.schedule(project, name).await
    }

    async fn schedules(
        &self,
        project: &ProjectId,
        after: Option<&ScheduleName>,
        limit: u32,
    ) -> Result<Vec<Schedule>, StoreError> {
        self.store.schedules(project, after, limit).await
    }

    async fn add_schedule(
        &self,
        schedule: NewSchedule,
        receipt: Option<Receipt<Kept<Schedule>>>,
    ) -> Result<Once<Result<Kept<Schedule>, NotKept>>, StoreError> {
        self.store.add_schedule(schedule, receipt).await
    }

    async fn change_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        change: ScheduleChange,
        receipt: Option<Arc<Receipt<Schedule>>>,
    ) -> Result<Once<Changed<Schedule>>, StoreError> {
        self.store.change_schedule(project, name, change, receipt).await
    }

    async fn remove_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<bool, StoreError> {
        self.store.remove_schedule(project, name).await
    }

    async fn due_schedules(&self, limit: u32) -> Result<Vec<Schedule>, StoreError> {
        self.store.due_schedules(limit).await
    }

    async fn decide_ticks(
        &self,
        seen: &Schedule,
        decision: &Decision,
    ) -> Result<Option<Vec<Tick>>, StoreError> {
        self.store.decide_ticks(seen, decision).await
    }

    async fn undone_ticks(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<UndoneTick>, StoreError> {
        let undone = self.store.undone_ticks(before, limit).await?;
        Ok(undone.into_iter().map(|undone| self.disguised(undone)).collect())
    }

    async fn settle_tick(
        &self,
        schedule: ScheduleId,
        n: i64,
        outcome: &TickOutcome,
    ) -> Result<Option<Paused>, StoreError> {
        self.store.settle_tick(self.truly(schedule), n, outcome).await
    }

    async fn ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.store.ticks(self.truly(schedule), before, limit).await
    }

    async fn made_ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.store.made_ticks(self.truly(schedule), before, limit).await
    }
}
