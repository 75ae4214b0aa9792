//! SQLite does what every store does.
#![cfg(feature = "sqlite")]

#[path = "subjects/sqlite.rs"]
mod subject;

use std::sync::Arc;

use mission_control_conformance::run_all;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_behaves_as_every_store_does() -> anyhow::Result<()> {
    run_all(Arc::new(subject::OnSqlite::new()?)).await
}
