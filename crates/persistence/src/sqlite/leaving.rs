//! Old missions leave: look, choose, remove and count, under the writer.

use std::collections::HashSet;
use std::time::Duration;

use mission_control::Walk;
use mission_control_kernel::MissionId;
use rusqlite::{Connection, Params, Row};

use super::fault::{Fault, exactly_one};
use super::load::Columns;
use super::sql;
use super::write::entry;
use super::writer::Tx;
use crate::leaving::{
    ASKED_OF_A_TREE, Chooser, LeftRow, Looked, StandingRow, Step, entries, ids_after,
};

/// One step.
pub(super) fn step(
    tx: &mut Tx<'_>,
    age: Duration,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Walk<MissionId>, Fault> {
    let before = tx.now.minus(age);
    let until = ids_after(before);
    let mut step = choose(tx.connection, before.as_micros(), &until, after, limit.max(1))?;
    let list = (json(&step.concerned()), before.as_micros());
    let mut needed: HashSet<String> =
        rows(tx.connection, sql!("still_needed"), list, |row| row.get(0))?.into_iter().collect();
    if let Some(root) = step.begun() {
        let asked = (root, before.as_micros(), ASKED_OF_A_TREE);
        let found = rows(tx.connection, sql!("tree_needed"), asked, |_| Ok(()))?;
        needed.extend(found.first().map(|()| root.to_owned()));
    }
    step.keep(|tree| needed.contains(&tree.root))?;
    let ids = step.ids();
    if ids.is_empty() {
        return Ok(step.walk);
    }
    let list = json(&ids);
    let mut statement = tx.connection.prepare_cached(sql!("remove_lines_of"))?;
    let lines = statement.execute((&list, limit.max(1)))? as u64;
    if lines >= u64::from(limit.max(1)) {
        return Ok(Walk { removed: lines, reached: after, done: false });
    }
    remove(tx, &list, ids.len())?;
    Ok(Walk { removed: lines + ids.len() as u64, ..step.walk })
}

fn choose(
    connection: &Connection,
    before: i64,
    until: &str,
    after: Option<MissionId>,
    limit: u32,
) -> Result<Step, Fault> {
    let behind = after.map(|id| id.to_string()).unwrap_or_default();
    let asked = (behind, until, before, limit);
    let looked = rows(connection, sql!("old_missions"), asked, looked)?;
    let more = looked.len() >= limit as usize;
    let mut chooser = Chooser::new(limit, after);
    for one in &looked {
        let below = match one.over && one.has_children {
            true => {
                let newest = (&one.id, limit);
                rows(connection, sql!("below_root"), newest, |row| Ok((row.get(0)?, row.get(1)?)))?
            }
            false => Vec::new(),
        };
        chooser.consider(one, below);
        if chooser.is_full() {
            break;
        }
    }
    Ok(chooser.chosen(more)?)
}

fn remove(tx: &mut Tx<'_>, list: &str, count: usize) -> Result<(), Fault> {
    let connection = tx.connection;
    let standings = rows(connection, sql!("leaving_standings"), [list], standing)?;
    for row in &standings {
        let added = (&row.agent, row.completed, row.failed);
        let rows = connection.prepare_cached(sql!("add_standing"))?.execute(added)?;
        exactly_one(rows, "the standing of an agent")?;
    }
    let left = rows(connection, sql!("leaving_totals"), [list], left)?;
    for row in &left {
        let rows = connection.prepare_cached(sql!("add_totals"))?.execute((
            &row.project,
            &row.status,
            &row.priority,
            row.missions,
            row.tokens,
            row.cost_nanos,
            row.duration_us,
            row.timed,
        ))?;
        exactly_one(rows, "a row of the totals")?;
    }
    let runs: Vec<String> = rows(connection, sql!("runs_of"), [list], |row| row.get(0))?;
    for sql in [
        sql!("remove_attempts"),
        sql!("remove_edges_to"),
        sql!("remove_edges_from"),
        sql!("remove_texts"),
        sql!("remove_search_rows"),
    ] {
        connection.prepare_cached(sql)?.execute([list])?;
    }
    let gone = connection.prepare_cached(sql!("remove_missions"))?.execute([list])?;
    if gone != count {
        return Err(Fault::defect("not all missions that leave are there"));
    }
    connection.prepare_cached(sql!("remove_runs"))?.execute([json(&runs)])?;
    for row in entries(tx.now, left, &standings)? {
        entry(tx, &row)?;
    }
    Ok(())
}

fn json(ids: &[String]) -> String {
    serde_json::to_string(ids).expect("a list of strings is always JSON")
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params, read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn looked(row: &Row<'_>) -> rusqlite::Result<Looked> {
    let mut c = Columns::of(row);
    Ok(Looked { id: c.take()?, over: c.take()?, has_children: c.take()?, rows: c.take()? })
}

fn standing(row: &Row<'_>) -> rusqlite::Result<StandingRow> {
    let mut c = Columns::of(row);
    Ok(StandingRow {
        project: c.take()?,
        agent: c.take()?,
        completed: c.take()?,
        failed: c.take()?,
    })
}

fn left(row: &Row<'_>) -> rusqlite::Result<LeftRow> {
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
