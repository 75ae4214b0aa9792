//! Whoever comes in is found by indexes, however many there are.

use super::explained::Plan;
use super::plenty::Database;
use super::statements::{READER_SETUP, keep_to_indexes, statement};

/// What is asked about people, sessions and tokens; the revision is one row.
const ASKED: [&str; 31] = [
    "by_session",
    "by_token",
    "note_sessions_used",
    "note_tokens_used",
    "users",
    "user",
    "room_for_user",
    "insert_user",
    "judged_users",
    "update_user",
    "delete_memberships",
    "insert_memberships",
    "lock_user",
    "insert_session",
    "end_oldest_sessions",
    "end_session",
    "end_sessions",
    "sessions_of",
    "remove_sessions",
    "tokens_of",
    "tokens_of_all",
    "lock_owner",
    "count_tokens",
    "insert_token",
    "revoke_token",
    "revoke_tokens",
    "remove_tokens",
    "room_for_project",
    "take_receipts",
    "find_receipts",
    "fill_receipts",
];

/// Tables that they may not read whole.
const TABLES: [&str; 6] =
    ["users", "memberships", "login_sessions", "tokens", "projects", "receipts"];

/// Projects of each person in the large directory.
const MEMBERSHIPS: i64 = 20;

#[tokio::test]
async fn what_was_prepared_on_an_empty_directory_walks_indexes_when_it_has_grown() {
    let empty = Database::empty("nobody").await;
    keep_to_indexes(&empty, READER_SETUP, &ASKED, &TABLES).await;
}

#[tokio::test]
async fn a_request_looks_at_one_session_one_token_and_one_person_among_many() {
    let database = Database::empty("everybody").await;
    let session = database.session().await;
    for part in include_str!("sql/fill_identity.sql").split("\n\n") {
        session.batch_execute(part).await.unwrap();
    }
    keep_to_indexes(&database, READER_SETUP, &ASKED, &TABLES).await;
    session.batch_execute(READER_SETUP).await.unwrap();
    // Of the sessions there every second one is of a person, the others of tokens.
    for (name, n, expected) in [
        ("by_session", 100, [1, 0, 1]),
        ("by_session", 101, [1, 1, 1]),
        ("by_token", 100, [0, 1, 1]),
    ] {
        let row = session.query_one(include_str!("sql/digest_of.sql"), &[&n]).await.unwrap();
        let digest: Vec<u8> = row.get(0);
        let plan = Plan::carried_out(&session, &statement(name), &[&digest]).await;
        let looked_at = ["login_sessions", "tokens", "users"].map(|table| plan.looked_at(table));
        assert_eq!(looked_at, expected, "{name} {n}: {plan}");
        assert_eq!(plan.looked_at("memberships"), MEMBERSHIPS, "{name} {n}: {plan}");
    }
}
