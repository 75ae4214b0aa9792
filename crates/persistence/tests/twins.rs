//! SQLite and PostgreSQL tell one story.
#![cfg(all(feature = "sqlite", feature = "postgres"))]

#[path = "subjects/postgres.rs"]
mod on_postgres;
#[path = "subjects/sqlite.rs"]
mod on_sqlite;

use std::sync::Arc;

use mission_control_conformance::twins;

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_answer_alike() -> anyhow::Result<()> {
    let sqlite = Arc::new(on_sqlite::OnSqlite::new()?);
    twins::run(sqlite, Arc::new(on_postgres::OnPostgres::start().await?)).await
}
