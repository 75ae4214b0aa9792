//! Statements of our own keep to indexes, prepared on empty tables as well as on large ones.

use std::fs;
use std::path::Path;

use super::explained::Plan;
use super::plenty::Database;

const WRITER_SETUP: &str = include_str!("../../../sql/postgres/writer_setup.sql");
const SEQUENCER_SETUP: &str = include_str!("../../../sql/postgres/sequencer_setup.sql");
const READER_SETUP: &str = include_str!("../../../sql/postgres/reader_setup.sql");

/// What the committer and the claimer ask.
const WRITER: [&str; 34] = [
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
    "held_by",
    "insert_attempts",
    "insert_dependencies",
    "insert_follow_ups",
    "insert_journal",
    "insert_leases",
    "insert_missions",
    "insert_ready",
    "lane_directory",
    "lane_heads",
    "lock_claimants",
    "lock_leases",
    "next_rank",
    "past_attempts",
    "renew_leases",
    "running_by_fairness",
    "running_by_key",
    "running_by_kind",
    "take_receipts",
    "update_missions",
    "update_progress",
    "active_agents",
];

/// What the sequencer asks.
const SEQUENCER: [&str; 2] = ["number_batches", "numbered_head"];

/// What readers ask about missions and the journal; lists have tests of their own.
const READER: [&str; 11] = [
    "read_journal",
    "mission_columns missions_by_id",
    "mission_columns descendants",
    "due",
    "index_texts",
    "lane_fronts",
    "lane_up_to",
    "last_completions",
    "open_children_of",
    "tree_progress",
    "append_logs",
];

/// What the check of the counters and retention ask.
const UPKEEP: [&str; 11] = [
    "slice_end",
    "slice_cells",
    "slice_standings",
    "history",
    "analyse",
    "store_size",
    "remove_journal",
    "remove_logs",
    "remove_receipts",
    "remove_metrics",
    "remove_previews",
];

/// Tables that grow with use. The others hold what runs, what was set and who is there: they are
/// read whole.
const LARGE: [&str; 12] = [
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
    "mission_search",
];

/// A statement of ours, from the files whose names these are.
fn statement(names: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/postgres");
    let file = |name: &str| fs::read_to_string(folder.join(format!("{name}.sql"))).unwrap();
    names.split(' ').map(file).collect()
}

/// Asserts that none of these statements reads a large table from end to end.
async fn keep_to_indexes(database: &Database, setup: &str, names: &[&str], large: &[&str]) {
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
}

#[tokio::test]
async fn what_is_prepared_on_large_tables_walks_indexes() {
    let plenty = Database::plenty().await;
    keep_to_indexes(&plenty, WRITER_SETUP, &WRITER, &LARGE).await;
    keep_to_indexes(&plenty, SEQUENCER_SETUP, &SEQUENCER, &LARGE).await;
    keep_to_indexes(&plenty, READER_SETUP, &READER, &LARGE).await;
    keep_to_indexes(&plenty, READER_SETUP, &UPKEEP, &["missions", "journal_order"]).await;
}
