//! Schedules and their ticks.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::{Client, Transaction};
use mission_control_kernel::{ProjectId, Revision, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt};
use mission_control_workflows::schedule::{
    Decision, FAILURES_BEFORE_PAUSE, MOST_SCHEDULES, NewSchedule, Paused, Schedule, ScheduleChange,
    ScheduleId, ScheduleStore, TICKS_KEPT, Tick, TickOutcome, UndoneTick,
};
use mission_control_workflows::template::{Changed, Kept, NotKept, ScheduleName};
use tokio_postgres::Row;

use super::link::query;
use super::load::{Columns, sql};
use super::values::{At, Params, params, store_error};
use super::{Postgres, receipts};
use crate::row::{
    OutcomeColumns, PauseColumns, ScheduleRow, TickRow, pause_reason, readable, schedule_to_text,
};

#[async_trait]
impl ScheduleStore for Postgres {
    async fn schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<Option<Schedule>, StoreError> {
        let parameters = params![project.to_string(), name.to_string()];
        let rows = self.context.pool.query(sql!("schedule"), &parameters).await?;
        rows.first().map(schedule).transpose()
    }

    async fn schedules(
        &self,
        project: &ProjectId,
        after: Option<&ScheduleName>,
        limit: u32,
    ) -> Result<Vec<Schedule>, StoreError> {
        let after = after.map_or_else(String::new, ToString::to_string);
        let parameters = params![project.to_string(), after, i64::from(limit)];
        let rows = self.context.pool.query(sql!("schedules_of"), &parameters).await?;
        rows.iter().map(schedule).collect()
    }

    async fn add_schedule(
        &self,
        new: NewSchedule,
        receipt: Option<Receipt<Kept<Schedule>>>,
    ) -> Result<Once<Result<Kept<Schedule>, NotKept>>, StoreError> {
        let now = self.context.clock.now();
        self.context.pool.writing(|client| add(client, now, new, receipt)).await
    }

    async fn change_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        change: ScheduleChange,
        receipt: Option<Arc<Receipt<Schedule>>>,
    ) -> Result<Once<Changed<Schedule>>, StoreError> {
        let (now, key) = (self.context.clock.now(), (project, name));
        let changing = |client| self::change(client, now, key, change, receipt);
        self.context.pool.writing(changing).await
    }

    async fn remove_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<bool, StoreError> {
        let parameters = params![project.to_string(), name.to_string()];
        let rows = self.context.pool.write(sql!("delete_schedule"), &parameters).await?;
        Ok(!rows.is_empty())
    }

    async fn due_schedules(&self, limit: u32) -> Result<Vec<Schedule>, StoreError> {
        let parameters = params![at(self.context.clock.now()), i64::from(limit)];
        let rows = self.context.pool.query(sql!("due_schedules"), &parameters).await?;
        Ok(rows.iter().map(schedule).filter_map(readable).collect())
    }

    async fn decide_ticks(
        &self,
        seen: &Schedule,
        decision: &Decision,
    ) -> Result<Option<Vec<Tick>>, StoreError> {
        let now = self.context.clock.now();
        let told = OutcomeColumns::of_all(&decision.ticks);
        let column = |of: fn(&OutcomeColumns) -> Option<String>| -> Vec<Option<String>> {
            told.iter().map(of).collect()
        };
        let parameters = params![
            seen.id.to_string(),
            seen.revision.number(),
            seen.next.map(at),
            decision.next.map(at),
            decision.ticks.iter().map(|tick| at(tick.at)).collect::<Vec<_>>(),
            told.iter().map(|told| told.outcome).collect::<Vec<_>>(),
            column(|told| told.reason.clone()),
            told.iter().map(|told| told.since.map(At)).collect::<Vec<_>>(),
            told.iter().map(|told| told.covers).collect::<Vec<_>>(),
            TICKS_KEPT,
            at(now),
        ];
        let rows = self.context.pool.write(sql!("decide_ticks"), &parameters).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut c = Columns::of(row);
        let (first, written): (i64, Vec<i64>) = (c.take()?, c.take()?);
        let ticks = (first..).zip(&decision.ticks).filter(|(n, _)| written.contains(n));
        Ok(Some(ticks.map(|(n, tick)| tick.tick(n, now)).collect()))
    }

    async fn undone_ticks(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<UndoneTick>, StoreError> {
        let parameters = params![at(before), i64::from(limit)];
        let rows = self.context.pool.query(sql!("undone_ticks"), &parameters).await?;
        let undone = rows.iter().map(|row| {
            let mut columns = Columns::of(row);
            let schedule = read_schedule(&mut columns)?.into_schedule()?;
            Ok(UndoneTick { schedule, tick: read_tick(&mut columns)?.into_tick()? })
        });
        Ok(undone.filter_map(readable).collect())
    }

    async fn settle_tick(
        &self,
        schedule: ScheduleId,
        n: i64,
        outcome: &TickOutcome,
    ) -> Result<Option<Paused>, StoreError> {
        let told = OutcomeColumns::of(outcome);
        let (now, reason) =
            (self.context.clock.now(), pause_reason(FAILURES_BEFORE_PAUSE, outcome));
        let parameters = params![
            schedule.to_string(),
            n,
            told.outcome,
            told.mission_id,
            told.run_id,
            told.reason,
            at(now),
            i32::try_from(FAILURES_BEFORE_PAUSE).unwrap_or(i32::MAX),
            reason.to_string(),
            told.since.map(At),
            told.covers,
        ];
        let rows = self.context.pool.write(sql!("settle_tick"), &parameters).await?;
        let pauses = rows.first().map_or(Ok(false), |row| Columns::of(row).take())?;
        Ok(pauses.then_some(Paused { at: now, by: None, reason }))
    }

    async fn ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.ticks_by(sql!("ticks_of"), schedule, before, limit).await
    }

    async fn made_ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.ticks_by(sql!("made_ticks"), schedule, before, limit).await
    }
}

impl Postgres {
    async fn ticks_by(
        &self,
        sql: &'static str,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let parameters = params![schedule.to_string(), before, i64::from(limit)];
        let rows = self.context.pool.query(sql, &parameters).await?;
        rows.iter().map(|row| read_tick(&mut Columns::of(row))?.into_tick()).collect()
    }
}

async fn add(
    mut client: Client,
    now: Timestamp,
    new: NewSchedule,
    receipt: Option<Receipt<Kept<Schedule>>>,
) -> Result<Once<Result<Kept<Schedule>, NotKept>>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let Some(before) = receipts::answered_before(&transaction, receipt.as_ref(), now).await? {
        return Ok(before);
    }
    let pause = PauseColumns::of(new.paused.as_ref());
    let parameters = params![
        new.id.to_string(),
        new.project.to_string(),
        new.name.to_string(),
        schedule_to_text(&new.spec),
        pause.at.map(At),
        pause.by,
        pause.reason,
        new.next.map(at),
        at(now),
        new.created_by.to_string(),
        i64::from(MOST_SCHEDULES),
    ];
    let rows = query(&transaction, sql!("insert_schedule"), &parameters).await?;
    let row = rows.first().ok_or_else(|| StoreError::Defect("no answer".to_owned()))?;
    let mut c = Columns::of(row);
    let kept = match (c.take()?, c.take()?) {
        (true, _) => Ok(Kept::Made(made(new, now))),
        (false, false) => Err(NotKept::Full),
        // A statement of its own, so that it sees what somebody else has just made.
        (false, true) => {
            let there = one(&transaction, (&new.project, &new.name)).await?;
            let same = there.filter(|there| new.is_said_by(there));
            same.map(Kept::Same).ok_or(NotKept::Taken)
        }
    };
    receipts::settle(transaction, receipt.as_ref(), kept.as_ref().ok()).await?;
    Ok(Once::Now(kept))
}

fn made(new: NewSchedule, now: Timestamp) -> Schedule {
    Schedule {
        id: new.id,
        project: new.project,
        name: new.name,
        spec: new.spec,
        revision: Revision::FIRST,
        paused: new.paused,
        next: new.next,
        decided: 0,
        failures: 0,
        created_at: now,
        updated_at: now,
        created_by: new.created_by,
    }
}

async fn change(
    mut client: Client,
    now: Timestamp,
    key: (&ProjectId, &ScheduleName),
    change: ScheduleChange,
    receipt: Option<Arc<Receipt<Schedule>>>,
) -> Result<Once<Changed<Schedule>>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let receipt = receipt.as_deref();
    if let Some(before) = receipts::answered_before(&transaction, receipt, now).await? {
        return Ok(before);
    }
    let changed = if change.is_nothing() {
        change.found(one(&transaction, key).await?)
    } else {
        let rows = query(&transaction, sql!("update_schedule"), &update(key, change, now)).await?;
        match rows.first() {
            Some(row) => Changed::Done(schedule(row)?),
            None if one(&transaction, key).await?.is_some() => Changed::Stale,
            None => Changed::Missing,
        }
    };
    receipts::settle(transaction, receipt, changed.done()).await?;
    Ok(Once::Now(changed))
}

fn update(
    (project, name): (&ProjectId, &ScheduleName),
    change: ScheduleChange,
    now: Timestamp,
) -> Params {
    let pause = PauseColumns::of(change.paused.as_ref().and_then(Option::as_ref));
    params![
        project.to_string(),
        name.to_string(),
        change.seen.map(Revision::number),
        change.spec.as_ref().map(|spec| schedule_to_text(spec)),
        change.paused.is_some(),
        pause.at.map(At),
        pause.by,
        pause.reason,
        change.next.is_some(),
        change.next.flatten().map(at),
        at(now),
    ]
}

async fn one(
    transaction: &Transaction<'_>,
    (project, name): (&ProjectId, &ScheduleName),
) -> Result<Option<Schedule>, StoreError> {
    let parameters = params![project.to_string(), name.to_string()];
    let rows = query(transaction, sql!("schedule"), &parameters).await?;
    rows.first().map(schedule).transpose()
}

const fn at(instant: Timestamp) -> At {
    At(instant.as_micros())
}

fn schedule(row: &Row) -> Result<Schedule, StoreError> {
    read_schedule(&mut Columns::of(row))?.into_schedule()
}

fn read_schedule(c: &mut Columns<'_>) -> Result<ScheduleRow, StoreError> {
    Ok(ScheduleRow {
        id: c.take()?,
        project_id: c.take()?,
        name: c.take()?,
        spec: c.take()?,
        revision: c.take()?,
        paused_at: c.time_some()?,
        paused_by: c.take()?,
        pause_reason: c.take()?,
        next_tick: c.time_some()?,
        decided: c.take()?,
        failures: c.take::<i32>()?.into(),
        created_at: c.time()?,
        updated_at: c.time()?,
        created_by: c.take()?,
    })
}

fn read_tick(c: &mut Columns<'_>) -> Result<TickRow, StoreError> {
    Ok(TickRow {
        n: c.take()?,
        tick: c.time()?,
        outcome: c.take()?,
        mission_id: c.take()?,
        run_id: c.take()?,
        reason: c.take()?,
        since: c.time_some()?,
        covers: c.take()?,
        decided_at: c.time()?,
        settled_at: c.time_some()?,
    })
}
