//! Schedules and their ticks.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, Revision, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt};
use mission_control_workflows::schedule::{
    Decision, FAILURES_BEFORE_PAUSE, MOST_SCHEDULES, NewSchedule, Paused, Schedule, ScheduleChange,
    ScheduleId, ScheduleStore, TICKS_KEPT, Tick, TickOutcome, UndoneTick,
};
use mission_control_workflows::template::{Changed, Kept, NotKept, ScheduleName};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, exactly_one};
use super::job::Turn;
use super::load::Columns;
use super::writer::Tx;
use super::{Sqlite, receipts, sql};
use crate::row::{
    OutcomeColumns, PauseColumns, ScheduleRow, TickRow, pause_reason, readable, schedule_to_text,
};

#[async_trait]
impl ScheduleStore for Sqlite {
    async fn schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<Option<Schedule>, StoreError> {
        let (project, name) = (project.clone(), name.clone());
        self.read(move |connection| one(connection, &project, &name)).await
    }

    async fn schedules(
        &self,
        project: &ProjectId,
        after: Option<&ScheduleName>,
        limit: u32,
    ) -> Result<Vec<Schedule>, StoreError> {
        let project = project.clone();
        let after = after.map_or_else(String::new, ToString::to_string);
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("schedules_of"))?;
            let rows = statement.query_map((project.as_str(), after, limit), schedule)?;
            rows.map(|row| Ok(row?.into_schedule()?)).collect()
        })
        .await
    }

    async fn add_schedule(
        &self,
        new: NewSchedule,
        receipt: Option<Receipt<Kept<Schedule>>>,
    ) -> Result<Once<Result<Kept<Schedule>, NotKept>>, StoreError> {
        self.write(Turn::Plain, move |tx| {
            receipts::once(tx, receipt.as_ref(), |tx| add(tx, &new), |kept| kept.as_ref().ok())
        })
        .await
    }

    async fn change_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
        change: ScheduleChange,
        receipt: Option<Arc<Receipt<Schedule>>>,
    ) -> Result<Once<Changed<Schedule>>, StoreError> {
        let (project, name) = (project.clone(), name.clone());
        self.write(Turn::Plain, move |tx| {
            let changing = |tx: &mut Tx<'_>| self::change(tx, &project, &name, &change);
            receipts::once(tx, receipt.as_deref(), changing, Changed::done)
        })
        .await
    }

    async fn remove_schedule(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<bool, StoreError> {
        let key = (project.to_string(), name.to_string());
        self.write(Turn::Plain, move |tx| {
            let mut statement = tx.connection.prepare_cached(sql!("delete_schedule"))?;
            Ok(statement.execute((&key.0, &key.1))? > 0)
        })
        .await
    }

    async fn due_schedules(&self, limit: u32) -> Result<Vec<Schedule>, StoreError> {
        let now = self.now().as_micros();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("due_schedules"))?;
            let rows = statement.query_map((now, limit), schedule)?;
            let read = rows.map(|row| Ok(row?.into_schedule()));
            Ok(read.collect::<Result<Vec<_>, Fault>>()?.into_iter().filter_map(readable).collect())
        })
        .await
    }

    async fn decide_ticks(
        &self,
        seen: &Schedule,
        decision: &Decision,
    ) -> Result<Option<Vec<Tick>>, StoreError> {
        let (seen, decision) = (seen.clone(), decision.clone());
        self.write(Turn::Plain, move |tx| decide(tx, &seen, &decision)).await
    }

    async fn undone_ticks(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<UndoneTick>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("undone_ticks"))?;
            let rows = statement.query_map((before.as_micros(), limit), |row| {
                let mut columns = Columns::of(row);
                Ok((read_schedule(&mut columns)?, read_tick(&mut columns)?))
            })?;
            let read = rows.map(|row| {
                let (schedule, tick) = row?;
                let both = schedule.into_schedule().and_then(|it| Ok((it, tick.into_tick()?)));
                Ok(both.map(|(schedule, tick)| UndoneTick { schedule, tick }))
            });
            Ok(read.collect::<Result<Vec<_>, Fault>>()?.into_iter().filter_map(readable).collect())
        })
        .await
    }

    async fn settle_tick(
        &self,
        schedule: ScheduleId,
        n: i64,
        outcome: &TickOutcome,
    ) -> Result<Option<Paused>, StoreError> {
        let outcome = outcome.clone();
        self.write(Turn::Plain, move |tx| settle(tx, schedule, n, &outcome)).await
    }

    async fn ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.read(move |connection| ticks(connection, sql!("ticks_of"), schedule, before, limit))
            .await
    }

    async fn made_ticks(
        &self,
        schedule: ScheduleId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Tick>, StoreError> {
        self.read(move |connection| ticks(connection, sql!("made_ticks"), schedule, before, limit))
            .await
    }
}

fn ticks(
    connection: &Connection,
    sql: &str,
    schedule: ScheduleId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Tick>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let parameters = (schedule.to_string(), before.unwrap_or(i64::MAX), limit);
    let rows = statement.query_map(parameters, |row| read_tick(&mut Columns::of(row)))?;
    rows.map(|row| Ok(row?.into_tick()?)).collect()
}

fn add(tx: &Tx<'_>, new: &NewSchedule) -> Result<Result<Kept<Schedule>, NotKept>, Fault> {
    let key = (new.project.as_str(), new.name.as_str());
    let (count, taken): (u32, bool) = tx
        .connection
        .prepare_cached(sql!("count_schedules"))?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if taken {
        let there = one(tx.connection, &new.project, &new.name)?;
        let same = there.filter(|there| new.is_said_by(there));
        return Ok(same.map(Kept::Same).ok_or(NotKept::Taken));
    }
    if count >= MOST_SCHEDULES {
        return Ok(Err(NotKept::Full));
    }
    let pause = PauseColumns::of(new.paused.as_ref());
    let rows = tx.connection.prepare_cached(sql!("insert_schedule"))?.execute((
        new.id.to_string(),
        key.0,
        key.1,
        schedule_to_text(&new.spec),
        pause.at,
        pause.by,
        pause.reason,
        new.next.map(Timestamp::as_micros),
        tx.now.as_micros(),
        new.created_by.as_str(),
    ))?;
    exactly_one(rows, "a schedule's row")?;
    let made = one(tx.connection, &new.project, &new.name)?;
    let made = made.ok_or_else(|| Fault::defect("a schedule was made and is not there"))?;
    Ok(Ok(Kept::Made(made)))
}

fn change(
    tx: &Tx<'_>,
    project: &ProjectId,
    name: &ScheduleName,
    change: &ScheduleChange,
) -> Result<Changed<Schedule>, Fault> {
    if change.is_nothing() {
        return Ok(change.found(one(tx.connection, project, name)?));
    }
    let pause = PauseColumns::of(change.paused.as_ref().and_then(Option::as_ref));
    let changed = tx.connection.prepare_cached(sql!("update_schedule"))?.execute((
        project.as_str(),
        name.as_str(),
        change.seen.map(Revision::number),
        change.spec.as_ref().map(|spec| schedule_to_text(spec)),
        change.paused.is_some(),
        pause.at,
        pause.by,
        pause.reason,
        change.next.is_some(),
        change.next.flatten().map(Timestamp::as_micros),
        tx.now.as_micros(),
    ))?;
    let found = one(tx.connection, project, name)?;
    Ok(match (changed, found) {
        (_, None) => Changed::Missing,
        (0, Some(_)) => Changed::Stale,
        (_, Some(schedule)) => Changed::Done(schedule),
    })
}

fn decide(tx: &Tx<'_>, seen: &Schedule, decision: &Decision) -> Result<Option<Vec<Tick>>, Fault> {
    let id = seen.id.to_string();
    let many = i64::try_from(decision.ticks.len()).unwrap_or(i64::MAX);
    let decided: Option<i64> = tx
        .connection
        .prepare_cached(sql!("move_schedule"))?
        .query_row(
            (
                &id,
                seen.revision.number(),
                seen.next.map(Timestamp::as_micros),
                decision.next.map(Timestamp::as_micros),
                many,
            ),
            |row| row.get(0),
        )
        .optional()?;
    let Some(decided) = decided else { return Ok(None) };
    let first = decided - many + 1;
    let mut insert = tx.connection.prepare_cached(sql!("insert_tick"))?;
    let mut written = Vec::with_capacity(decision.ticks.len());
    for (n, tick) in (first..).zip(&decision.ticks) {
        let told = OutcomeColumns::of(&tick.outcome);
        let rows = insert.execute((
            &id,
            n,
            tick.at.as_micros(),
            told.outcome,
            told.reason,
            told.since,
            told.covers,
            tx.now.as_micros(),
        ))?;
        if rows > 0 {
            written.push(tick.tick(n, tx.now));
        }
    }
    let mut remove = tx.connection.prepare_cached(sql!("remove_ticks"))?;
    remove.execute((&id, decided - TICKS_KEPT))?;
    Ok(Some(written))
}

fn settle(
    tx: &Tx<'_>,
    schedule: ScheduleId,
    n: i64,
    outcome: &TickOutcome,
) -> Result<Option<Paused>, Fault> {
    let (id, told) = (schedule.to_string(), OutcomeColumns::of(outcome));
    let now = tx.now.as_micros();
    let written = tx.connection.prepare_cached(sql!("settle_tick"))?.execute((
        &id,
        n,
        told.outcome,
        told.mission_id,
        told.run_id,
        told.reason,
        now,
        told.since,
        told.covers,
    ))?;
    if written == 0 || matches!(outcome, TickOutcome::Skipped { .. }) {
        return Ok(None);
    }
    if !matches!(outcome, TickOutcome::Failed(_)) {
        tx.connection.prepare_cached(sql!("forget_failures"))?.execute([&id])?;
        return Ok(None);
    }
    let (failures, rests): (u32, bool) = tx
        .connection
        .prepare_cached(sql!("count_failure"))?
        .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if rests || failures < FAILURES_BEFORE_PAUSE {
        return Ok(None);
    }
    let reason = pause_reason(FAILURES_BEFORE_PAUSE, outcome);
    let pausing = (&id, now, reason.as_str());
    exactly_one(
        tx.connection.prepare_cached(sql!("pause_failing"))?.execute(pausing)?,
        "a schedule that fails",
    )?;
    Ok(Some(Paused { at: tx.now, by: None, reason }))
}

fn one(
    connection: &Connection,
    project: &ProjectId,
    name: &ScheduleName,
) -> Result<Option<Schedule>, Fault> {
    let found = connection
        .prepare_cached(sql!("schedule"))?
        .query_row((project.as_str(), name.as_str()), schedule)
        .optional()?;
    Ok(found.map(ScheduleRow::into_schedule).transpose()?)
}

fn schedule(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    read_schedule(&mut Columns::of(row))
}

fn read_schedule(c: &mut Columns<'_, '_>) -> rusqlite::Result<ScheduleRow> {
    Ok(ScheduleRow {
        id: c.take()?,
        project_id: c.take()?,
        name: c.take()?,
        spec: c.take()?,
        revision: c.take()?,
        paused_at: c.take()?,
        paused_by: c.take()?,
        pause_reason: c.take()?,
        next_tick: c.take()?,
        decided: c.take()?,
        failures: c.take()?,
        created_at: c.take()?,
        updated_at: c.take()?,
        created_by: c.take()?,
    })
}

fn read_tick(c: &mut Columns<'_, '_>) -> rusqlite::Result<TickRow> {
    Ok(TickRow {
        n: c.take()?,
        tick: c.take()?,
        outcome: c.take()?,
        mission_id: c.take()?,
        run_id: c.take()?,
        reason: c.take()?,
        since: c.take()?,
        covers: c.take()?,
        decided_at: c.take()?,
        settled_at: c.take()?,
    })
}
