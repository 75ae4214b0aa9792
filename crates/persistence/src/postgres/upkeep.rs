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
use tokio_postgres::Row;

use super::load::{Columns, sql};
use super::values::{At, Params, params};
use super::{Postgres, closing, leaving};
use crate::row::{GroupRow, Reader, analysis, at, measured, micros_of};

#[async_trait]
impl Retention for Postgres {
    async fn remove(&self, what: Perishable, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let sql = match what {
            Perishable::Journal => sql!("remove_journal"),
            Perishable::Logs => sql!("remove_logs"),
            Perishable::Receipts => sql!("remove_receipts"),
            Perishable::Metrics => sql!("remove_metrics"),
            Perishable::Previews => sql!("remove_previews"),
        };
        let before = At(self.context.clock.now().minus(age).as_micros());
        let rows = self.context.pool.write(sql, &params![before, i64::from(limit)]).await?;
        let gone: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
        Ok(gone.unsigned_abs())
    }

    async fn remove_missions(
        &self,
        age: Duration,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Walk<MissionId>, StoreError> {
        let context = &self.context;
        context.pool.writing(|client| leaving::step(client, context, age, after, limit)).await
    }

    async fn remove_lanes(
        &self,
        age: Duration,
        after: Option<LaneId>,
        limit: u32,
    ) -> Result<Walk<LaneId>, StoreError> {
        closing::step(&self.context, age, after, limit).await
    }
}

#[async_trait]
impl History for Postgres {
    async fn note_minute(
        &self,
        minute: Timestamp,
        totals: &[(ProjectId, Totals)],
    ) -> Result<u64, StoreError> {
        let rows =
            self.context.pool.write(sql!("note_minute"), &columns_of(minute, totals)).await?;
        Ok(rows.len() as u64)
    }

    async fn history(
        &self,
        project: &ProjectId,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
        limit: u32,
    ) -> Result<Vec<MetricsPoint>, StoreError> {
        let parameters = params![
            project.to_string(),
            At(from.as_micros()),
            At(to.as_micros()),
            micros_of(step).max(1),
            i64::from(limit),
        ];
        let rows = self.context.pool.query(sql!("history"), &parameters).await?;
        rows.iter().map(|row| point(project, row)).collect()
    }

    async fn analyse(
        &self,
        project: &ProjectId,
        by: Grouping,
        (from, to): (Timestamp, Timestamp),
        most: u32,
        groups: u32,
    ) -> Result<Analysis, StoreError> {
        let parameters = params![
            project.to_string(),
            At(from.as_micros()),
            At(to.as_micros()),
            by.as_str(),
            i64::from(most),
            i64::from(groups),
        ];
        let rows = self.context.pool.query(sql!("analyse"), &parameters).await?;
        analysis(rows.iter().map(group).collect::<Result<_, _>>()?, most)
    }

    async fn measure(
        &self,
        project: &ProjectId,
        wanted: &[(TemplateName, MetricKey)],
        (from, to): (Timestamp, Timestamp),
        most: u32,
    ) -> Result<Vec<Measured>, StoreError> {
        let templates: Vec<String> = wanted.iter().map(|(name, _)| name.to_string()).collect();
        let members: Vec<String> = wanted.iter().map(|(_, key)| key.to_string()).collect();
        let parameters = params![
            project.to_string(),
            At(from.as_micros()),
            At(to.as_micros()),
            templates,
            members,
            i64::from(most),
        ];
        let rows = self.context.pool.query(sql!("measure"), &parameters).await?;
        let figures = rows.iter().map(|row| {
            let mut c = Columns::of(row);
            let (place, count) = (c.take()?, c.take()?);
            let mut figure = || c.take::<&str>()?.parse().map_err(|_| not_a_figure());
            let figures = [figure()?, figure()?, figure()?];
            measured(place, count, figures)
        });
        figures.collect()
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let rows = self.context.pool.query(sql!("store_size"), &Params::new()).await?;
        let size: i64 = rows.first().map_or(Ok(0), |row| Columns::of(row).take())?;
        Ok(size.unsigned_abs())
    }
}

fn group(row: &Row) -> Result<GroupRow, StoreError> {
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

fn not_a_figure() -> StoreError {
    StoreError::Defect("a mean of numbers is none".to_owned())
}

fn columns_of(minute: Timestamp, totals: &[(ProjectId, Totals)]) -> Params {
    fn column<T>(totals: &[(ProjectId, Totals)], value: impl Fn(&Totals) -> T) -> Vec<T> {
        totals.iter().map(|(_, totals)| value(totals)).collect()
    }
    let projects: Vec<String> = totals.iter().map(|(project, _)| project.to_string()).collect();
    params![
        At(minute.as_micros()),
        projects,
        column(totals, Totals::total),
        column(totals, |totals| totals.status(Status::Completed)),
        column(totals, |totals| totals.status(Status::Failed)),
        column(totals, |totals| totals.status(Status::Running)),
        column(totals, Totals::average_duration),
        column(totals, Totals::success_rate),
        column(totals, |totals| totals.sums.tokens),
        column(totals, |totals| totals.sums.cost_nanos),
    ]
}

fn point(project: &ProjectId, row: &Row) -> Result<MetricsPoint, StoreError> {
    let reader = Reader { table: "mission_metrics", row: project.as_str() };
    let mut c = Columns::of(row);
    Ok(MetricsPoint {
        at: at(c.time()?),
        total: c.take()?,
        completed: c.take()?,
        failed: c.take()?,
        running: c.take()?,
        average_duration: c.take()?,
        success_rate: c.take()?,
        tokens: c.take()?,
        cost: reader.need("total_cost_nanos", Money::from_nanos(c.take()?))?,
    })
}
