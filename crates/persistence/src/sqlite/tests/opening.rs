use std::fs;

use mission_control::Journal as _;
use rusqlite::Connection;

use super::Home;
use crate::MigrationError;
use crate::sqlite::OpenError;
use crate::sqlite::open::MIGRATIONS;

#[tokio::test]
async fn a_second_server_is_refused_and_told_which_file_is_in_use() {
    let home = Home::new();
    let refused = home.open().unwrap_err();
    assert!(matches!(&refused, OpenError::InUse { path } if *path == home.path()), "{refused}");
    assert!(refused.to_string().contains("mission-control.db is in use by another server"));
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_close_and_the_log_is_empty() {
    let mut home = Home::new();
    let made = home.make(home.draft("sound the bay")).await;
    let epoch = home.store().epoch().await.unwrap();
    home.close();
    let log = home.path().with_extension("db-wal");
    assert_eq!(fs::metadata(&log).map_or(0, |log| log.len()), 0, "the log went into the file");
    home.store = Some(home.open().unwrap());
    assert_eq!(home.find(made.id).await, Some(made));
    assert_eq!(home.store().epoch().await.unwrap(), epoch);
    assert_eq!(home.store().head().await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let home = Home::new();
    let made = home.make(home.draft("sound the bay")).await;
    // A kill leaves the file and its log as they are now.
    let grave = tempfile::tempdir().unwrap();
    let path = grave.path().join("mission-control.db");
    for suffix in ["", "-wal"] {
        let name = |path: &std::path::Path| format!("{}{suffix}", path.display());
        fs::copy(name(&home.path()), name(&path)).unwrap();
    }
    let found = {
        let store = home.open_at(&path).unwrap();
        let missions: &dyn mission_control_missions::MissionStore = &*store;
        missions.mission(&mission_control_kernel::Scope::All, made.id).await.unwrap()
    };
    assert_eq!(found, Some(made));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let mut home = Home::new();
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    connection
        .execute("INSERT INTO schema_migrations VALUES (9999, '9999_later', 'x', 0)", ())
        .unwrap();
    drop(connection);
    let refused = home.open().unwrap_err();
    let OpenError::Schema { source: MigrationError::Newer { found, .. }, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(*found, 9999);
    assert!(refused.to_string().contains("start a newer version"), "{refused}");
}

#[tokio::test]
async fn two_stores_have_two_identities() {
    let (one, other) = (Home::new(), Home::new());
    let (one, other) = (one.store().epoch().await.unwrap(), other.store().epoch().await.unwrap());
    assert_ne!(one.store, other.store);
    assert_eq!((one.store.len(), one.number), (32, 1));
}

#[test]
fn what_failed_before_there_were_fingerprints_is_told_apart_by_class() {
    const FINGERPRINTS: i64 = 7;
    let connection = Connection::open_in_memory().unwrap();
    let apply = |wanted: fn(i64) -> bool| {
        for migration in MIGRATIONS.iter().filter(|migration| wanted(migration.number)) {
            connection.execute_batch(migration.sql).unwrap();
        }
    };
    apply(|number| number < FINGERPRINTS);
    connection.execute_batch(include_str!("sql/failed_before.sql")).unwrap();
    apply(|number| number == FINGERPRINTS);
    let mut statement =
        connection.prepare("SELECT id, fingerprint FROM missions ORDER BY id").unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let found: Vec<(String, Option<String>)> = rows.collect::<Result<_, _>>().unwrap();
    let told = |id: &str, word: Option<&str>| (id.to_owned(), word.map(str::to_owned));
    assert_eq!(found, [told("a", Some("0-timed_out")), told("b", Some("0-lost")), told("c", None)]);
}
