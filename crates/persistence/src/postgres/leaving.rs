//! Old missions leave: look, choose, lock, look again, remove and count, in one transaction.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use deadpool_postgres::{Client, Transaction};
use mission_control::Walk;
use mission_control_kernel::{MissionId, StoreError, Timestamp};
use tokio_postgres::Row;

use super::committer::Context;
use super::link::refs;
use super::load::{Columns, sql};
use super::values::{At, Params, commit_error, params, store_error};
use super::write;
use crate::leaving::{
    ASKED_OF_A_TREE, Chooser, LeftRow, Looked, StandingRow, Step, entries, ids_after,
};

/// How many trees are looked into at a time: most are small, and each may be as large as a step.
const TREES: usize = 25;

/// One step.
pub(super) async fn step(
    mut client: Client,
    context: &Context,
    age: Duration,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Walk<MissionId>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let work = Work { transaction, now: context.clock.now(), before: At(0) };
    let work = Work { before: At(work.now.minus(age).as_micros()), ..work };
    if !work.has_turn().await? {
        work.end().await?;
        return Ok(Walk { removed: 0, reached: after, done: true });
    }
    let mut step = work.choose(age, after, limit).await?;
    if !step.trees.is_empty() {
        work.leave_out_the_needed(&mut step).await?;
    }
    let ids = step.ids();
    if ids.is_empty() {
        work.end().await?;
        return Ok(step.walk);
    }
    let lines: i64 =
        work.number(sql!("remove_lines_of"), &params![ids.clone(), limit_of(limit)]).await?;
    if lines >= limit_of(limit) {
        work.commit().await?;
        return Ok(Walk { removed: lines.unsigned_abs(), reached: after, done: false });
    }
    let gone = ids.len() as u64;
    work.remove(ids).await?;
    work.commit().await?;
    context.signals.journal_grew();
    Ok(Walk { removed: gone + lines.unsigned_abs(), ..step.walk })
}

fn limit_of(limit: u32) -> i64 {
    i64::from(limit.max(1))
}

/// A step under way.
struct Work<'a> {
    transaction: Transaction<'a>,
    now: Timestamp,
    /// What ended before is old.
    before: At,
}

impl Work<'_> {
    async fn query(&self, sql: &'static str, params: &Params) -> Result<Vec<Row>, StoreError> {
        let statement = self.transaction.prepare_cached(sql).await;
        let statement = statement.map_err(|error| store_error(&error))?;
        let rows = self.transaction.query(&statement, &refs(params)).await;
        rows.map_err(|error| store_error(&error))
    }

    async fn number(&self, sql: &'static str, params: &Params) -> Result<i64, StoreError> {
        let rows = self.query(sql, params).await?;
        rows.first().map_or(Ok(0), |row| Columns::of(row).take())
    }

    async fn has_turn(&self) -> Result<bool, StoreError> {
        let rows = self.query(sql!("turn_to_remove"), &Params::new()).await?;
        rows.first().map_or(Ok(false), |row| Columns::of(row).take())
    }

    async fn choose(
        &self,
        age: Duration,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Step, StoreError> {
        let behind = after.map(|id| id.to_string()).unwrap_or_default();
        let until = ids_after(self.now.minus(age));
        let parameters = params![behind, until, self.before, limit_of(limit)];
        let rows = self.query(sql!("old_missions"), &parameters).await?;
        let looked = rows.iter().map(looked).collect::<Result<Vec<_>, _>>()?;
        let more = looked.len() >= limit.max(1) as usize;
        let mut chooser = Chooser::new(limit, after);
        let with_trees: Vec<&Looked> =
            looked.iter().filter(|one| one.over && one.has_children).collect();
        let mut groups = with_trees.chunks(TREES);
        let mut below: HashMap<String, Vec<(String, i64)>> = HashMap::new();
        let mut known: HashSet<&str> = HashSet::new();
        for one in &looked {
            if one.over && one.has_children && !known.contains(one.id.as_str()) {
                let group = groups.next().unwrap_or_default();
                known.extend(group.iter().map(|one| one.id.as_str()));
                below = self.below(group, limit).await?;
            }
            chooser.consider(one, below.remove(&one.id).unwrap_or_default());
            if chooser.is_full() {
                break;
            }
        }
        chooser.chosen(more)
    }

    async fn below(
        &self,
        roots: &[&Looked],
        limit: u32,
    ) -> Result<HashMap<String, Vec<(String, i64)>>, StoreError> {
        let ids: Vec<String> = roots.iter().map(|one| one.id.clone()).collect();
        let mut below: HashMap<String, Vec<(String, i64)>> = HashMap::new();
        for row in &self.query(sql!("below_roots"), &params![ids, limit_of(limit)]).await? {
            let mut columns = Columns::of(row);
            let root: String = columns.take()?;
            below.entry(root).or_default().push((columns.take()?, columns.take()?));
        }
        Ok(below)
    }

    /// Locks what was chosen and looks again: whoever had it locked, or refers to it by now, keeps
    /// its whole tree.
    async fn leave_out_the_needed(&self, step: &mut Step) -> Result<(), StoreError> {
        let concerned = step.concerned();
        let rows = self.query(sql!("lock_leaving"), &params![concerned.clone()]).await?;
        let locked: HashSet<String> = texts(&rows)?;
        let rows = self.query(sql!("still_needed"), &params![concerned, self.before]).await?;
        let mut needed: HashSet<String> = texts(&rows)?;
        if let Some(root) = step.begun() {
            let asked = params![root.to_owned(), self.before, ASKED_OF_A_TREE];
            let found = self.query(sql!("tree_needed"), &asked).await?;
            needed.extend(found.first().map(|_| root.to_owned()));
        }
        step.keep(|tree| {
            let mut all = tree.ids.iter().chain([&tree.root]);
            needed.contains(&tree.root) || all.any(|id| !locked.contains(id))
        })
    }

    async fn remove(&self, ids: Vec<String>) -> Result<(), StoreError> {
        let ids = params![ids];
        self.query(sql!("hold_agents_of"), &ids).await?;
        let rows = self.query(sql!("remove_attempts"), &ids).await?;
        let standings = rows.iter().map(standing).collect::<Result<Vec<_>, _>>()?;
        self.query(sql!("remove_edges"), &ids).await?;
        self.query(sql!("remove_texts"), &ids).await?;
        let runs: Vec<String> =
            texts(&self.query(sql!("runs_of"), &ids).await?)?.into_iter().collect();
        let rows = self.query(sql!("remove_missions"), &ids).await?;
        let left = rows.iter().map(left).collect::<Result<Vec<_>, _>>()?;
        let told = entries(self.now, left, &standings)?;
        self.query(sql!("remove_runs"), &params![runs]).await?;
        self.query(sql!("insert_journal"), &write::journal(told, self.now.as_micros())).await?;
        Ok(())
    }

    /// Gives the turn back before the next step asks for it, maybe on another connection.
    async fn end(self) -> Result<(), StoreError> {
        self.transaction.rollback().await.map_err(|error| store_error(&error))
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(|error| commit_error(&error))
    }
}

fn texts(rows: &[Row]) -> Result<HashSet<String>, StoreError> {
    rows.iter().map(|row| Columns::of(row).take()).collect()
}

fn looked(row: &Row) -> Result<Looked, StoreError> {
    let mut c = Columns::of(row);
    Ok(Looked { id: c.take()?, over: c.take()?, has_children: c.take()?, rows: c.take()? })
}

fn standing(row: &Row) -> Result<StandingRow, StoreError> {
    let mut c = Columns::of(row);
    Ok(StandingRow {
        project: c.take()?,
        agent: c.take()?,
        completed: c.take()?,
        failed: c.take()?,
    })
}

fn left(row: &Row) -> Result<LeftRow, StoreError> {
    let mut c = Columns::of(row);
    Ok(LeftRow {
        project: c.take()?,
        status: c.take()?,
        priority: c.take()?,
        missions: c.take()?,
        tokens: c.take()?,
        cost_nanos: c.take()?,
        duration_us: c.take()?,
        timed: c.take()?,
        span: (c.take()?, c.take()?),
    })
}
