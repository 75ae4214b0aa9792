//! Counting everything at one instant, and keeping what was counted.

use std::collections::BTreeMap;
use std::time::Duration;

use deadpool_postgres::{Client, Transaction};
use mission_control::agents::Standing;
use mission_control::{Completion, Minute, Slice, Snapshot};
use mission_control_kernel::{Clock, MissionId, Money, ProjectId, StoreError, Timestamp};
use mission_control_missions::{Delta, KindCounts, Status, Totals};
use tokio_postgres::{IsolationLevel, Row};

use super::batch::parse_id;
use super::link::refs;
use super::load::{Columns, sql};
use super::pool::Pool;
use super::sequencer::Sequencer;
use super::values::{At, Params, params, store_error};
use crate::row::{BEHIND_ALL_IDS, Reader, at, checkpoint_from_text, checkpoint_to_text};

/// How far back throughput looks.
const HOUR: Duration = Duration::from_secs(3_600);

/// An instant of the database, and the place that belongs to it.
struct Instant<'a> {
    transaction: Transaction<'a>,
    seq: i64,
}

impl<'a> Instant<'a> {
    /// Batches that are committed but not numbered would be counted now and folded later: none when
    /// there are any.
    async fn at_rest(
        client: &'a mut Client,
        sequencer: &Sequencer,
    ) -> Result<Option<Self>, StoreError> {
        let (high, gaps) = sequencer.unresolved().await;
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(|error| store_error(&error))?;
        let patiently = transaction.batch_execute(sql!("count_whole_tables"));
        patiently.await.map_err(|error| store_error(&error))?;
        let mut instant = Self { transaction, seq: 0 };
        let head = instant.query(sql!("numbered_head"), &params![high, gaps]).await?;
        let row = head.first().ok_or_else(|| StoreError::Defect("no head".to_owned()))?;
        let mut columns = Columns::of(row);
        let (seq, unnumbered): (i64, bool) = (columns.take()?, columns.take()?);
        instant.seq = seq;
        Ok((!unnumbered).then_some(instant))
    }

    async fn query(&self, sql: &str, params: &Params) -> Result<Vec<Row>, StoreError> {
        let rows = self.transaction.query(sql, &refs(params)).await;
        rows.map_err(|error| store_error(&error))
    }
}

/// Counts everything at one instant; none while batches are being numbered.
pub(super) async fn aggregate(
    pool: &Pool,
    sequencer: &Sequencer,
    clock: &dyn Clock,
) -> Result<Option<Snapshot>, StoreError> {
    let mut client = pool.client().await?;
    let Some(instant) = Instant::at_rest(&mut client, sequencer).await? else { return Ok(None) };
    let mut snapshot = Snapshot { seq: instant.seq, ..Snapshot::default() };
    let none = Vec::new();
    totals(&instant.query(sql!("count_cells"), &none).await?, &mut snapshot.totals)?;
    kinds(&instant.query(sql!("count_kinds"), &none).await?, &mut snapshot)?;
    removed(&instant, &mut snapshot).await?;
    standings(&instant.query(sql!("count_standings"), &none).await?, &mut snapshot)?;
    running(&instant.query(sql!("count_running"), &none).await?, &mut snapshot)?;
    let since = At(clock.now().minus(HOUR).as_micros());
    minutes(&instant.query(sql!("count_minutes"), &params![since]).await?, &mut snapshot)?;
    completions(&instant.query(sql!("last_completions"), &none).await?, &mut snapshot)?;
    Ok(Some(snapshot))
}

/// Counts some missions at one instant; none while batches are being numbered.
pub(super) async fn slice(
    pool: &Pool,
    sequencer: &Sequencer,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Option<Slice>, StoreError> {
    let mut client = pool.client().await?;
    let Some(instant) = Instant::at_rest(&mut client, sequencer).await? else { return Ok(None) };
    let is_first = after.is_none();
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let others = i64::from(limit) - 1;
    let end = instant.query(sql!("slice_end"), &params![after.clone(), others]).await?;
    let last: Option<String> = end.first().map(|row| Columns::of(row).take()).transpose()?;
    let until = last.clone().unwrap_or_else(|| BEHIND_ALL_IDS.to_owned());
    let span = params![after, until];
    let mut counted = Snapshot { seq: instant.seq, ..Snapshot::default() };
    totals(&instant.query(sql!("slice_cells"), &span).await?, &mut counted.totals)?;
    kinds(&instant.query(sql!("slice_kinds"), &span).await?, &mut counted)?;
    if is_first {
        removed(&instant, &mut counted).await?;
    }
    standings(&instant.query(sql!("slice_standings"), &span).await?, &mut counted)?;
    running(&instant.query(sql!("slice_running"), &span).await?, &mut counted)?;
    Ok(Some(Slice { counted, last: last.map(|id| parse_id(&id)).transpose()? }))
}

/// Counts what retention has removed.
async fn removed(instant: &Instant<'_>, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let none = Vec::new();
    totals(&instant.query(sql!("removed_totals"), &none).await?, &mut snapshot.removed)?;
    standings(&instant.query(sql!("removed_standings"), &none).await?, snapshot)
}

fn totals(rows: &[Row], all: &mut BTreeMap<ProjectId, Totals>) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "missions", row: "" };
        let project = reader.parse("project_id", c.take()?)?;
        let cell = (reader.parse("status", c.take()?)?, reader.parse("priority", c.take()?)?);
        let totals = all.entry(project).or_default();
        *totals.cells.entry(cell).or_default() += c.take::<i64>()?;
        totals.sums = totals.sums.plus(Delta {
            tokens: c.take()?,
            cost_nanos: c.take()?,
            duration_micros: c.take()?,
            timed: c.take()?,
            dead_letter: c.take()?,
            held: c.take()?,
        });
    }
    Ok(())
}

fn kinds(rows: &[Row], snapshot: &mut Snapshot) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "missions", row: "" };
        let project = reader.parse("project_id", c.take()?)?;
        let kind = reader.parse("kind", c.take()?)?;
        let (status, priority): (Status, _) =
            (reader.parse("status", c.take()?)?, reader.parse("priority", c.take()?)?);
        let counts: &mut KindCounts =
            snapshot.kinds.entry(project).or_default().entry(kind).or_default();
        counts.count(status, priority, c.take()?);
        counts.held += c.take::<i64>()?;
    }
    Ok(())
}

fn standings(rows: &[Row], snapshot: &mut Snapshot) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "attempts", row: "" };
        let agent = reader.parse("agent_id", c.take()?)?;
        let completed: u64 = reader.count("outcome", c.take()?)?;
        let failed: u64 = reader.count("outcome", c.take()?)?;
        let sum: &mut Standing = snapshot.standings.entry(agent).or_default();
        sum.completed += completed;
        sum.failed += failed;
    }
    Ok(())
}

fn running(rows: &[Row], snapshot: &mut Snapshot) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "leases", row: "" };
        let agent = reader.parse("agent_id", c.take()?)?;
        snapshot.running.insert(agent, reader.count("agent_id", c.take()?)?);
    }
    Ok(())
}

fn minutes(rows: &[Row], snapshot: &mut Snapshot) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "missions", row: "" };
        let project = reader.parse("project_id", c.take()?)?;
        let minute: Timestamp = at(c.take()?);
        let sums = Minute {
            completed: reader.count("status", c.take()?)?,
            failed: reader.count("status", c.take()?)?,
            duration: Duration::from_micros(reader.count("duration", c.take()?)?),
            timed: reader.count("duration", c.take()?)?,
            tokens: reader.count("tokens_used", c.take()?)?,
            cost: reader.need("cost_nanos", Money::from_nanos(c.take()?))?,
        };
        snapshot.minutes.insert((project, minute), sums);
    }
    Ok(())
}

fn completions(rows: &[Row], snapshot: &mut Snapshot) -> Result<(), StoreError> {
    for row in rows {
        let mut c = Columns::of(row);
        let reader = Reader { table: "missions", row: "" };
        let project = reader.parse("project_id", c.take()?)?;
        let completion = Completion {
            mission: reader.parse("id", c.take()?)?,
            at: at(c.time()?),
            agent: reader.parse_some("agent_id", c.take()?)?,
            status: reader.parse("status", c.take()?)?,
            duration: Duration::from_micros(reader.count("duration", c.take()?)?),
        };
        snapshot.completions.entry(project).or_default().push(completion);
    }
    Ok(())
}

pub(super) async fn checkpoint(pool: &Pool) -> Result<Option<Snapshot>, StoreError> {
    let rows = pool.query(sql!("read_checkpoint"), &Vec::new()).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    let seq = columns.take()?;
    match checkpoint_from_text(seq, columns.take()?) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) => {
            tracing::warn!(%error, "the saved projection cannot be read; everything is counted anew");
            Ok(None)
        }
    }
}

/// Two replicas may save at once; the further one stays.
pub(super) async fn save(
    pool: &Pool,
    clock: &dyn Clock,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    let saved_at = At(clock.now().as_micros());
    let parameters = params![snapshot.seq, saved_at, checkpoint_to_text(snapshot)];
    pool.write(sql!("save_checkpoint"), &parameters).await.map(|_| ())
}
