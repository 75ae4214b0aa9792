//! PostgreSQL does what every store does.
#![cfg(feature = "postgres")]

#[path = "subjects/postgres.rs"]
mod subject;

use std::sync::Arc;

use mission_control_conformance::run_all;

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_behaves_as_every_store_does() -> anyhow::Result<()> {
    run_all(Arc::new(subject::OnPostgres::start().await?)).await
}
