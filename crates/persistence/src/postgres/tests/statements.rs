//! Statements of our own keep to indexes, prepared on empty tables as well as on large ones.

use std::fs;
use std::path::Path;

use super::explained::Plan;
use super::plenty::Database;

const WRITER_SETUP: &str = include_str!("../../../sql/postgres/writer_setup.sql");
const SEQUENCER_SETUP: &str = include_str!("../../../sql/postgres/sequencer_setup.sql");
pub(super) const READER_SETUP: &str = include_str!("../../../sql/postgres/reader_setup.sql");

/// What the committer and the claimer ask.
const WRITER: [&str; 40] = [
    "mission_columns lock_missions",
    "mission_columns take_ready",
    "claimants",
    "count_key",
    "count_kind",
    "delete_leases",
    "delete_ready",
    "drop_receipts",
    "edit_missions",
    "existing_missions",
    "fill_receipts",
    "find_receipts",
    "have_lanes",
    "held_by",
    "insert_attempts",
    "insert_dependencies",
    "insert_follow_ups",
    "insert_journal",
    "insert_leases",
    "insert_missions",
    "insert_ready",
    "insert_runs",
    "intern_lanes",
    "lane_directory",
    "lane_heads",
    "lock_claimants",
    "lock_leases",
    "lock_runs",
    "newest_asks",
    "next_rank",
    "past_attempts",
    "renew_leases",
    "running_by_fairness",
    "running_by_key",
    "running_by_kind",
    "take_receipts",
    "update_missions",
    "update_progress",
    "update_runs",
    "active_agents",
];

/// What the sequencer asks.
const SEQUENCER: [&str; 2] = ["number_batches", "numbered_head"];

/// What readers ask about missions and the journal; lists have tests of their own.
const READER: [&str; 27] = [
    "read_journal",
    "mission_columns missions_by_id",
    "mission_columns descendants",
    "due",
    "index_texts",
    "lane_fronts",
    "lane_up_to",
    "last_completions",
    "open_children_of",
    "results_of",
    "run",
    "run_members",
    "run_tallies",
    "runs",
    "runs_of_workflow",
    "tree_progress",
    "append_logs",
    "templates_of",
    "schedules_of",
    "due_schedules",
    "undone_ticks",
    "ticks_of",
    "made_ticks",
    "lane_depths",
    "count_blocked",
    "dead_failures",
    "dead_samples",
];

/// What the check of the counters and retention ask.
const UPKEEP: [&str; 13] = [
    "slice_end",
    "slice_cells",
    "slice_kinds",
    "slice_standings",
    "history",
    "analyse",
    "measure",
    "store_size",
    "remove_journal",
    "remove_logs",
    "remove_receipts",
    "remove_metrics",
    "remove_previews",
];

/// What removes old missions and empty lanes.
const LEAVING: [&str; 16] = [
    "old_missions",
    "below_roots",
    "lock_leaving",
    "still_needed",
    "tree_needed",
    "remove_lines_of",
    "hold_agents_of",
    "remove_attempts",
    "remove_edges",
    "remove_texts",
    "remove_missions",
    "runs_of",
    "remove_runs",
    "look_at_lanes",
    "remove_lanes",
    "ready_without_lane",
];

/// Tables that grow with use. The others hold what runs, what was set and who is there: they are
/// read whole.
const LARGE: [&str; 14] = [
    "missions",
    "agents",
    "leases",
    "ready",
    "lanes",
    "journal_default",
    "journal_batches",
    "journal_order",
    "attempts",
    "receipts",
    "dependencies",
    "runs",
    "mission_search",
    "schedule_ticks",
];

/// A statement of ours, from the files whose names these are.
pub(super) fn statement(names: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/postgres");
    let file = |name: &str| fs::read_to_string(folder.join(format!("{name}.sql"))).unwrap();
    names.split(' ').map(file).collect()
}

/// A session of the pool in which plans fit all parameters: those of the tests, which are nothing, have
/// nothing to be looked for.
fn whatever_is_asked() -> String {
    format!("{READER_SETUP}\nSET plan_cache_mode = force_generic_plan")
}

/// Asserts that none of these statements reads a large table from end to end.
pub(super) async fn keep_to_indexes(
    database: &Database,
    setup: &str,
    names: &[&str],
    large: &[&str],
) {
    let session = database.session().await;
    session.batch_execute(setup).await.unwrap();
    for name in names {
        let plan = Plan::generic(&session, &statement(name)).await;
        for table in large {
            assert!(!plan.reads_whole(table), "{name} reads the whole of {table}: {plan}");
        }
    }
}

#[tokio::test]
async fn what_was_prepared_on_empty_tables_walks_indexes_when_they_have_grown() {
    let empty = Database::empty("prepared").await;
    keep_to_indexes(&empty, WRITER_SETUP, &WRITER, &LARGE).await;
    keep_to_indexes(&empty, SEQUENCER_SETUP, &SEQUENCER, &LARGE).await;
    keep_to_indexes(&empty, READER_SETUP, &READER, &LARGE).await;
    keep_to_indexes(&empty, &whatever_is_asked(), &LEAVING, &LARGE).await;
}

#[tokio::test]
async fn what_is_prepared_on_large_tables_walks_indexes() {
    let plenty = Database::plenty().await;
    keep_to_indexes(&plenty, WRITER_SETUP, &WRITER, &LARGE).await;
    keep_to_indexes(&plenty, SEQUENCER_SETUP, &SEQUENCER, &LARGE).await;
    keep_to_indexes(&plenty, READER_SETUP, &READER, &LARGE).await;
    keep_to_indexes(&plenty, READER_SETUP, &UPKEEP, &["missions", "journal_order"]).await;
    keep_to_indexes(&plenty, &whatever_is_asked(), &LEAVING, &LARGE).await;
}

#[tokio::test]
async fn the_last_of_a_tree_or_a_run_is_found_at_once() {
    let plenty = Database::plenty().await;
    let session = plenty.session().await;
    session.batch_execute(&whatever_is_asked()).await.unwrap();
    for (name, indexes) in [
        ("old_missions", &["missions_of_tree"][..]),
        ("still_needed", &["missions_of_tree", "missions_of_run", "dependencies_pkey"]),
        ("tree_needed", &["missions_by_root", "missions_of_run", "dependencies_pkey"]),
    ] {
        let plan = Plan::generic(&session, &statement(name)).await.to_string();
        for index in indexes {
            assert!(plan.contains(index), "{name} does not use {index}: {plan}");
        }
        assert!(!plan.contains("hashed"), "{name} gathers a whole table: {plan}");
    }
}
