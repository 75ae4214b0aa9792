//! What is noted each minute, and what leaves once it is old.

use std::time::Duration;

use async_trait::async_trait;
use mission_control::{
    Analysis, Grouping, History, Measured, MetricsPoint, Perishable, Retention, Walk,
};
use mission_control_kernel::{MissionId, Money, ProjectId, StoreError, Timestamp};
use mission_control_missions::queue::LaneId;
use mission_control_missions::{Status, Totals};
use mission_control_workflows::template::{MetricKey, TemplateName};
use rusqlite::{Connection, Row};

use super::fault::Fault;
use super::job::Turn;
use super::load::Columns;
use super::{Sqlite, closing, leaving, sql};
use crate::row::{GroupRow, Reader, analysis, at, measured, micros_of};

#[async_trait]
impl Retention for Sqlite {
    async fn remove(&self, what: Perishable, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let sql = match what {
            Perishable::Journal => sql!("remove_journal"),
            Perishable::Logs => sql!("remove_logs"),
            Perishable::Receipts => sql!("remove_receipts"),
            Perishable::Metrics => sql!("remove_metrics"),
            Perishable::Previews => sql!("remove_previews"),
        };
        self.write(Turn::Plain, move |tx| {
            let before = tx.now.minus(age).as_micros();
            let rows = tx.connection.prepare_cached(sql)?.execute((before, limit))?;
            Ok(rows as u64)
        })
        .await
    }

    async fn remove_missions(
        &self,
        age: Duration,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Walk<MissionId>, StoreError> {
        self.write(Turn::Plain, move |tx| leaving::step(tx, age, after, limit)).await
    }

    async fn remove_lanes(
        &self,
        age: Duration,
        after: Option<LaneId>,
        limit: u32,
    ) -> Result<Walk<LaneId>, StoreError> {
        self.write(Turn::Plain, move |tx| closing::step(tx, age, after, limit)).await
    }
}

#[async_trait]
impl History for Sqlite {
    async fn note_minute(
        &self,
        minute: Timestamp,
        totals: &[(ProjectId, Totals)],
    ) -> Result<u64, StoreError> {
        let totals = totals.to_vec();
        self.write(Turn::Plain, move |tx| note(tx.connection, minute, &totals)).await
    }

    async fn history(
        &self,
        project: &ProjectId,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
        limit: u32,
    ) -> Result<Vec<MetricsPoint>, StoreError> {
        let project = project.clone();
        self.read(move |connection| points(connection, &project, from, to, step, limit)).await
    }

    async fn analyse(
        &self,
        project: &ProjectId,
        by: Grouping,
        (from, to): (Timestamp, Timestamp),
        most: u32,
        groups: u32,
    ) -> Result<Analysis, StoreError> {
        let project = project.clone();
        self.read(move |connection| {
            let span = (from.as_micros(), to.as_micros());
            let parameters = (project.as_str(), span.0, span.1, by.as_str(), most, groups);
            let mut statement = connection.prepare_cached(sql!("analyse"))?;
            let rows = statement.query_map(parameters, group)?.collect::<Result<_, _>>()?;
            Ok(analysis(rows, most)?)
        })
        .await
    }

    async fn measure(
        &self,
        project: &ProjectId,
        wanted: &[(TemplateName, MetricKey)],
        (from, to): (Timestamp, Timestamp),
        most: u32,
    ) -> Result<Vec<Measured>, StoreError> {
        let pairs: Vec<[&str; 2]> =
            wanted.iter().map(|(template, key)| [template.as_str(), key.as_str()]).collect();
        let pairs = serde_json::to_string(&pairs).expect("a list of strings is always JSON");
        let project = project.clone();
        self.read(move |connection| {
            let parameters = (project.as_str(), from.as_micros(), to.as_micros(), pairs, most);
            let mut statement = connection.prepare_cached(sql!("measure"))?;
            let rows = statement.query_map(parameters, |row| {
                let mut c = Columns::of(row);
                let (place, count) = (c.take()?, c.take()?);
                Ok((place, count, [c.take()?, c.take()?, c.take()?]))
            })?;
            rows.map(|row| {
                let (place, count, figures) = row?;
                Ok(measured(place, count, figures)?)
            })
            .collect()
        })
        .await
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let size: i64 = self
            .read(|connection| {
                let mut statement = connection.prepare_cached(sql!("store_size"))?;
                Ok(statement.query_row([], |row| row.get(0))?)
            })
            .await?;
        Ok(size.unsigned_abs())
    }
}

fn group(row: &Row<'_>) -> rusqlite::Result<GroupRow> {
    let mut c = Columns::of(row);
    Ok(GroupRow {
        name: c.take()?,
        count: c.take()?,
        completed: c.take()?,
        failed: c.take()?,
        cancelled: c.take()?,
        median: c.take()?,
        p95: c.take()?,
        tokens: c.take()?,
        cost: c.take()?,
        looked_at: c.take()?,
    })
}

fn note(
    connection: &Connection,
    minute: Timestamp,
    totals: &[(ProjectId, Totals)],
) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(sql!("note_minute"))?;
    let mut noted = 0;
    for (project, totals) in totals {
        noted += statement.execute((
            minute.as_micros(),
            project.as_str(),
            totals.total(),
            totals.status(Status::Completed),
            totals.status(Status::Failed),
            totals.status(Status::Running),
            totals.average_duration(),
            totals.success_rate(),
            totals.sums.tokens,
            totals.sums.cost_nanos,
        ))?;
    }
    Ok(noted as u64)
}

fn points(
    connection: &Connection,
    project: &ProjectId,
    from: Timestamp,
    to: Timestamp,
    step: Duration,
    limit: u32,
) -> Result<Vec<MetricsPoint>, Fault> {
    let reader = Reader { table: "mission_metrics", row: project.as_str() };
    let parameters =
        (project.as_str(), from.as_micros(), to.as_micros(), micros_of(step).max(1), limit);
    let mut statement = connection.prepare_cached(sql!("history"))?;
    let mut rows = statement.query(parameters)?;
    let mut points = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let c = &mut columns;
        points.push(MetricsPoint {
            at: at(c.take()?),
            total: c.take()?,
            completed: c.take()?,
            failed: c.take()?,
            running: c.take()?,
            average_duration: c.take()?,
            success_rate: c.take()?,
            tokens: c.take()?,
            cost: reader.need("total_cost_nanos", Money::from_nanos(c.take()?))?,
        });
    }
    Ok(points)
}
