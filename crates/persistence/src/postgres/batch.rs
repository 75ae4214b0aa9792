//! One batch: lock, fold, write, commit.

use std::time::Duration;

use mission_control_kernel::{MissionId, StoreError, Timestamp};
use mission_control_missions::queue::LaneKey;
use mission_control_missions::{Refusal, Rendered, Request, Verdict};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::committer::Context;
use super::directory::FLOOR_SLACK;
use super::link::{FLIGHT_WITHIN, Link, WRITER_SETUP};
use super::load::{Columns, mission_sql, sql};
use super::opened::open;
use super::receipts::{self, Kept};
use super::standings::standings;
use super::values::{Params, params, store_error};
use super::write;
use crate::batch::{Fold, Needs, Runs, Writes};

/// What became of one request of a batch.
pub(super) enum Fate {
    /// Carried out, refused, or answered before.
    Verdict(Verdict),
    /// A mission that it needs is held by someone else.
    Locked,
}

/// Why a batch did not end; nothing of it has happened, unless it is `Unknown`.
pub(super) enum Stop {
    /// The store refused a statement.
    Refused(StoreError),
    /// There is no connection to be had.
    Away(StoreError),
    /// A lane that this process remembered was removed: nothing of its mission is lost, and whoever
    /// asks for the lane again is given another number.
    LanesGone,
    /// The connection was lost, and with it the transaction.
    Aborted,
    /// The connection was lost, and nobody can say whether the transaction was committed.
    Unknown,
}

pub(super) const STATEMENTS: &[&str] = &[
    sql!("transaction_id"),
    mission_sql!("lock_missions"),
    sql!("existing_missions"),
    sql!("lock_leases"),
    sql!("past_attempts"),
    sql!("lock_runs"),
    sql!("newest_asks"),
    sql!("take_receipts"),
    sql!("find_receipts"),
    sql!("fill_receipts"),
    sql!("drop_receipts"),
    sql!("hold_lanes"),
];

/// How long a lost commit is asked after before it counts as unknown.
const ASK_AFTER_COMMIT: Duration = Duration::from_secs(3);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// A statement and its parameters.
pub(super) type Call = (&'static str, Params);

/// When a batch makes sure that no lane of its is removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lanes {
    /// With its writes. A lane that was removed before has it fail, which next to never happens.
    Late,
    /// Before it looks its lanes up: it cannot fail because of them.
    Held,
}

/// Carries out requests in one transaction, each with its own fate.
pub(super) async fn carry_out(
    link: &mut Link,
    context: &Context,
    requests: &[&Request],
    lanes: Lanes,
) -> Result<Vec<Fate>, Stop> {
    let needs: Vec<Needs> = requests.iter().map(|request| Needs::of(&request.action)).collect();
    let opened = open(link, context, requests, &needs, lanes).await?;
    if lanes == Lanes::Held {
        // What is learnt from here on stays true until the end of the batch.
        context.lanes.forget();
    }
    let now = context.clock.now();
    let chance = &*context.chance;
    let standings = standings(link, &opened.missions, &needs).await?;
    let mut fold = Fold::over(opened.missions, opened.past, now, &chance).knowing(standings);
    fold = fold.with_runs(Runs::over(opened.runs, opened.waiting));
    let mut fates = Vec::with_capacity(requests.len());
    let mut kept = Vec::new();
    for ((request, needs), receipt) in requests.iter().zip(&needs).zip(opened.receipts) {
        fates.push(match receipt {
            Kept::Waits => Fate::Locked,
            Kept::Before(rendered) => Fate::Verdict(Verdict::Replayed(rendered)),
            Kept::Other => Fate::Verdict(Verdict::Refused(Refusal::KeyReused)),
            Kept::None | Kept::Taken => {
                if needs.missions.iter().any(|id| opened.locked_away.contains(id)) {
                    kept.push((*request, None));
                    Fate::Locked
                } else {
                    let (verdict, rendered) = act(&mut fold, request);
                    kept.push((*request, rendered));
                    Fate::Verdict(verdict)
                }
            }
        });
    }
    let mut calls = receipts::fill(&kept);
    let writes = fold.into_writes();
    let opens_work = opens_work(&writes);
    let oldest_known = now.minus(FLOOR_SLACK).as_micros();
    let opens_old_work = writes.ready_inserts.iter().any(|key| key.rank < oldest_known);
    let journalled = !writes.entries.is_empty();
    match self::calls(context, writes, now).await {
        Ok(written) => calls.extend(written),
        Err(stop) => {
            rollback(link).await;
            return Err(stop);
        }
    }
    commit(link, context, opened.begun, calls).await?;
    if opens_old_work {
        context.signals.old_work_arrived();
    }
    // What others are to be told is said before the sequencer, which tells them, is nudged.
    if opens_work {
        context.signals.work_arrived();
    } else if journalled {
        context.signals.journal_grew();
    }
    Ok(fates)
}

fn act(fold: &mut Fold<'_>, request: &Request) -> (Verdict, Option<Rendered>) {
    match fold.act(&request.action, &request.by) {
        Ok(outcome) => {
            let rendered = request.receipt.as_ref().map(|receipt| (receipt.render)(&outcome));
            (Verdict::Done(outcome, rendered.clone()), rendered)
        }
        Err(refusal) => (Verdict::Refused(refusal), None),
    }
}

/// The statements that write a batch of the instant `now`, with the numbers of its lanes.
pub(super) async fn calls(
    context: &Context,
    writes: Writes,
    now: Timestamp,
) -> Result<Vec<Call>, Stop> {
    let lanes = context.lanes.intern(lanes_of(&writes)).await.map_err(Stop::Away)?;
    write::calls(writes, &lanes, now.as_micros()).map_err(Stop::Refused)
}

/// The lanes whose numbers the writes of a batch need.
fn lanes_of(writes: &Writes) -> impl Iterator<Item = &LaneKey> {
    let moved = writes.ready_deletes.iter().chain(&writes.ready_inserts);
    moved.chain(writes.tickets.iter().flatten()).map(|key| &key.lane)
}

/// Whether a claim may find more after these writes than before.
fn opens_work(writes: &Writes) -> bool {
    !writes.ready_inserts.is_empty()
        || writes
            .leases
            .iter()
            .any(|lease| matches!(lease, crate::batch::LeaseWrite::Delete { .. }))
}

pub(super) fn parse_id(text: &str) -> Result<MissionId, StoreError> {
    crate::row::Reader { table: "missions", row: text }.parse("id", text)
}

/// Flight 2: the writes and the commit, sent together.
pub(super) async fn commit(
    link: &mut Link,
    context: &Context,
    begun: Begun,
    writes: Vec<Call>,
) -> Result<(), Stop> {
    let mut calls: Vec<Call> = Vec::with_capacity(writes.len() + 3);
    if begun == Begun::No {
        if writes.is_empty() {
            return Ok(());
        }
        calls.extend([("BEGIN", Vec::new()), (sql!("transaction_id"), Vec::new())]);
    }
    calls.extend(writes);
    calls.push(("COMMIT", Vec::new()));
    let mut answers = Vec::with_capacity(calls.len());
    let flown = tokio::time::timeout(FLIGHT_WITHIN, link.flight(&calls, &mut answers)).await;
    match flown {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) if error.as_db_error().is_some() && !link.is_closed() => {
            rollback(link).await;
            let failed = calls.get(answers.len()).map(|(sql, _)| *sql);
            if failed == Some(sql!("have_lanes"))
                && error.code() == Some(&SqlState::DIVISION_BY_ZERO)
            {
                return Err(Stop::LanesGone);
            }
            Err(Stop::Refused(store_error(&error)))
        }
        Ok(Err(_)) | Err(_) => {
            let transaction = match begun {
                Begun::Yes(transaction) => Some(transaction),
                Begun::No => answers.get(1).and_then(|rows| transaction_id(rows).ok()),
            };
            ask_after(context, transaction).await
        }
    }
}

/// Whether a transaction has begun on the connection, and its id.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Begun {
    /// Its writes will begin it.
    #[default]
    No,
    /// It has, under this id.
    Yes(String),
}

pub(super) fn transaction_id(rows: &[Row]) -> Result<String, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Defect("no transaction id".to_owned()))?;
    Columns::of(row).take()
}

/// The connection was lost before the commit was confirmed: PostgreSQL remembers how it ended. Where
/// not even the transaction's id has arrived nobody can be asked, though all of it may have been
/// carried out.
async fn ask_after(context: &Context, transaction: Option<String>) -> Result<(), Stop> {
    let Some(transaction) = transaction else { return Err(Stop::Unknown) };
    let until = Instant::now() + ASK_AFTER_COMMIT;
    // Not even one question goes on for longer: all other requests wait behind this one.
    while let Ok(status) = timeout_at(until, status_of(context, &transaction)).await {
        match status.as_deref() {
            Ok("committed") => return Ok(()),
            Ok("aborted") => return Err(Stop::Aborted),
            Ok(_) | Err(_) => tokio::time::sleep(ASK_AGAIN).await,
        }
    }
    Err(Stop::Unknown)
}

async fn status_of(context: &Context, transaction: &str) -> Result<String, StoreError> {
    let mut link = Link::connect(&context.config, WRITER_SETUP).await?;
    let rows = link
        .query(sql!("transaction_status"), &params![transaction.to_owned()])
        .await
        .map_err(|error| store_error(&error))?;
    let row = rows.first().ok_or_else(|| StoreError::Defect("no status".to_owned()))?;
    Ok(Columns::of(row).take::<Option<String>>()?.unwrap_or_default())
}

/// A flight whose transaction has not been asked to commit: if it does not arrive, nothing happened.
pub(super) async fn fly(link: &mut Link, calls: &[Call]) -> Result<Vec<Vec<Row>>, Stop> {
    let mut answers = Vec::with_capacity(calls.len());
    match tokio::time::timeout(FLIGHT_WITHIN, link.flight(calls, &mut answers)).await {
        Ok(Ok(())) => Ok(answers),
        Ok(Err(error)) if error.as_db_error().is_some() && !link.is_closed() => {
            rollback(link).await;
            Err(Stop::Refused(store_error(&error)))
        }
        Ok(Err(_)) => Err(Stop::Aborted),
        Err(_) => Err(Stop::Away(StoreError::Unavailable("PostgreSQL does not answer".to_owned()))),
    }
}

pub(super) async fn rollback(link: &mut Link) {
    // Where even this fails the connection is gone, and the transaction with it.
    let _ = tokio::time::timeout(FLIGHT_WITHIN, link.client.batch_execute("ROLLBACK")).await;
}
