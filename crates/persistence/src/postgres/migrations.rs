//! The schema, brought up to date under a lock before anything else.

use mission_control_kernel::StoreError;
use tokio_postgres::Client;

use super::load::sql;
use super::values::store_error;
use crate::migrate::{Applied, Migration, MigrationError, checksum, migrations, pending};

const MIGRATIONS: &[Migration] = migrations!("postgres": 1 "0001_spine", 2 "0002_search", 3 "0003_totals", 4 "0004_identity", 5 "0005_workflows", 6 "0006_templates", 7 "0007_dead_letter");

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The connection string is not one.
    #[error(
        "POSTGRES_DSN is not a connection string: {0}; write postgresql://user:password@host:5432/database"
    )]
    Dsn(String),
    /// The database does not answer, or refuses us.
    #[error("PostgreSQL cannot be opened: {0}; check POSTGRES_DSN and that the server runs")]
    Unreachable(StoreError),
    /// The schema is not one that we can work with.
    #[error(transparent)]
    Schema(#[from] MigrationError),
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Unreachable(error)
    }
}

/// Applies what is missing, in one transaction; another process waits meanwhile and then finds
/// nothing missing.
pub(super) async fn migrate(client: &Client, store_id: &str) -> Result<(), OpenError> {
    let run =
        async |sql: &str| client.batch_execute(sql).await.map_err(|error| store_error(&error));
    run(sql!("begin_migrating")).await?;
    let rows = client
        .query(sql!("applied_migrations"), &[])
        .await
        .map_err(|error| OpenError::Unreachable(store_error(&error)))?;
    let applied: Vec<Applied> =
        rows.iter().map(|row| Applied { number: row.get(0), checksum: row.get(1) }).collect();
    let missing = match pending(MIGRATIONS, &applied) {
        Ok(missing) => missing,
        Err(error) => {
            run("ROLLBACK").await?;
            return Err(error.into());
        }
    };
    for migration in missing {
        run(migration.sql).await?;
        client
            .execute(
                sql!("note_migration"),
                &[&migration.number, &migration.name, &checksum(migration.sql)],
            )
            .await
            .map_err(|error| store_error(&error))?;
    }
    client.execute(sql!("make_store"), &[&store_id]).await.map_err(|error| store_error(&error))?;
    client
        .execute(sql!("make_project"), &[&"default"])
        .await
        .map_err(|error| store_error(&error))?;
    run("COMMIT").await?;
    Ok(())
}
