use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::Home;
use crate::sqlite::search::teach;

/// Tables that grow with use, and what they are called in statements. `queues` and `follow_ups` hold
/// what was set and what is under way: they are read whole.
const LARGE: &[&str] = &[
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
    "lanes",
    "lane",
    "search_rows",
    "member",
    "other",
    "d",
    "dependant",
    "runs",
    "workflows",
    "w",
    "k",
    "schedule_ticks",
    "schedules",
    "templates",
];

/// What is asked of them.
const QUESTIONS: &[&str] = &[
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
    "slice_kinds",
    "lane_depth",
    "count_blocked",
    "dead_failures",
    "dead_newest",
    "dead_span",
    "count_dead",
    "dead_sample",
    "slice_standings",
    "remove_logs",
    "analyse",
    "remove_receipts",
    "remove_previews",
    "find_preview",
    "due_expiries",
    "dependants",
    "open_children",
    "result",
    "results_of",
    "run",
    "runs",
    "runs_of_workflow",
    "run_tallies",
    "run_members",
    "newest_ask",
    "runs_of",
    "remove_runs",
    "update_run",
    "count_workflows",
    "workflow",
    "workflows",
    "descendants",
    "tree_progress",
    "lane_front",
    "lane_heads",
    "projects_seen",
    "old_missions",
    "below_root",
    "still_needed",
    "tree_needed",
    "remove_lines_of",
    "leaving_standings",
    "leaving_totals",
    "remove_attempts",
    "remove_edges_to",
    "remove_edges_from",
    "remove_texts",
    "remove_search_rows",
    "remove_missions",
    "look_at_lanes",
    "snapshot_completions",
    "measure",
    "templates_of",
    "schedules_of",
    "due_schedules",
    "undone_ticks",
    "ticks_of",
    "made_ticks",
    "remove_ticks",
];

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
    for name in QUESTIONS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sql/sqlite/{name}.sql"));
        let plan = plan(&connection, &fs::read_to_string(path).unwrap());
        for line in &plan {
            let scanned = LARGE.iter().any(|table| *line == format!("SCAN {table}"));
            assert!(!scanned, "{name} reads a whole table: {plan:?}");
        }
    }
}

#[test]
fn whoever_comes_in_is_found_by_indexes() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    teach(&connection).unwrap();
    for name in [
        "by_session",
        "by_token",
        "note_session_used",
        "note_token_used",
        "users",
        "user",
        "update_user",
        "delete_memberships",
        "end_oldest_sessions",
        "end_session",
        "end_sessions",
        "sessions_of",
        "remove_sessions",
        "tokens_of",
        "tokens_of_all",
        "owner_disabled",
        "count_tokens",
        "revoke_token",
        "revoke_tokens",
        "remove_tokens",
        "projects",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sql/sqlite/{name}.sql"));
        let plan = plan(&connection, &fs::read_to_string(path).unwrap());
        for line in &plan {
            let walks = !line.starts_with("SCAN ") || line.contains(" USING ");
            // What a query inside has found is read whole.
            let inside = ["mine", "(subquery"].iter().any(|name| line.contains(name));
            assert!(walks || inside, "{name} reads a whole table: {plan:?}");
        }
    }
}

#[test]
fn the_last_of_a_tree_or_a_run_is_found_at_once() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    for (name, indexes) in [
        ("old_missions", &["missions_of_tree (root_id=? AND <expr>>?)"][..]),
        (
            "still_needed",
            &[
                "missions_of_tree (root_id=? AND <expr>>?)",
                "missions_of_run (run_id=? AND <expr>>?)",
            ],
        ),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sql/sqlite/{name}.sql"));
        let plan = plan(&connection, &fs::read_to_string(path).unwrap());
        for index in indexes {
            assert!(plan.iter().any(|line| line.ends_with(index)), "{name}: {plan:#?}");
        }
    }
}

/// Results are large: each is read once, whatever is asked of it, and none is put aside.
#[test]
fn results_are_measured_row_by_row() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/sqlite/measure.sql");
    let plan = plan(&connection, &fs::read_to_string(path).unwrap());
    let walk =
        ["SCAN ended", "SEARCH m USING INDEX sqlite_autoindex_missions_1 (id=?)", "SCAN pair"];
    assert!(plan.windows(walk.len()).any(|lines| lines == walk), "{plan:#?}");
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
