//! The store that the settings name.

use std::sync::Arc;

use mission_control::{Stores, Telemetry};
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use mission_control_runtime::{DataFolder, Settings};

use crate::ServerError;

/// The SQLite database in the data folder.
const DATABASE_FILE: &str = "mission-control.db";

/// Opens and migrates it.
pub(crate) async fn open(
    settings: &Settings,
    folder: &DataFolder,
    telemetry: Arc<dyn Telemetry>,
) -> Result<Stores, ServerError> {
    let options = Options { telemetry, ..Options::default() };
    if let Some(dsn) = &settings.postgres_dsn {
        return Ok(Stores::of(Postgres::connect(dsn.expose(), options).await?));
    }
    let path = folder.path().join(DATABASE_FILE);
    Ok(Stores::of(Sqlite::open(&path, Durability::Full, options)?))
}
