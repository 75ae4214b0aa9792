use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::Home;
use crate::sqlite::search::teach;

#[test]
fn every_statement_fits_the_schema() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    teach(&connection).unwrap();
    let mut prepared = 0;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/sqlite")).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let sql = fs::read_to_string(&path).unwrap();
        let fits = if path.ends_with("reader_setup.sql") || path.ends_with("writer_setup.sql") {
            Connection::open_in_memory().unwrap().execute_batch(&sql)
        } else {
            connection.prepare(&sql).map(drop)
        };
        fits.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        prepared += 1;
    }
    assert!(prepared > 50, "only {prepared} statements were found");
}

#[test]
fn questions_of_the_queue_and_the_trees_walk_indexes() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    teach(&connection).unwrap();
    // `queues` and `follow_ups` hold what was set and what is under way: they are read whole.
    let large = [
        "missions",
        "ready",
        "leases",
        "agents",
        "journal",
        "mission_logs",
        "attempts",
        "dependencies",
        "previews",
        "m",
    ];
    for name in [
        "load_mission",
        "ready_front",
        "lane_front_until",
        "lane_up_to",
        "next_rank",
        "claimants",
        "running_by_kind",
        "running_by_key",
        "running_by_fairness",
        "read_journal",
        "events",
        "journal_instant",
        "attempts",
        "past_attempt",
        "find_receipt",
        "logs",
        "remove_journal",
        "slice_end",
        "slice_totals",
        "slice_standings",
        "remove_logs",
        "analyse",
        "remove_receipts",
        "remove_previews",
        "find_preview",
        "due_expiries",
        "dependants",
        "open_children",
        "descendants",
        "tree_progress",
        "lane_front",
        "lane_heads",
        "projects_seen",
        "snapshot_completions",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sql/sqlite/{name}.sql"));
        let plan = plan(&connection, &fs::read_to_string(path).unwrap());
        for line in &plan {
            let scanned = large.iter().any(|table| *line == format!("SCAN {table}"));
            assert!(!scanned, "{name} reads a whole table: {plan:?}");
        }
    }
}

/// The lines of EXPLAIN QUERY PLAN.
pub(in crate::sqlite) fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get(3).unwrap());
    }
    lines
}
