//! Why a step inside the adapter failed, and what callers are told.

use mission_control_kernel::StoreError;
use rusqlite::ErrorCode;

/// A failure of SQLite, or one that is told in the port's words already.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    /// A statement that did not do what the schema and this program promise.
    pub(super) fn defect(what: &str) -> Self {
        Self::Store(StoreError::Defect(what.to_owned()))
    }

    /// Whether everything would fail now, whoever asks: there is no culprit to look for.
    pub(super) fn is_outage(&self) -> bool {
        matches!(StoreError::from(self), StoreError::Unavailable(_) | StoreError::Busy(_))
    }
}

impl From<&Fault> for StoreError {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Store(error) => error.clone(),
            Fault::Sql(error) => told(error),
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::from(&fault)
    }
}

/// Fails unless exactly one row was written: the count is part of what a statement promises.
pub(super) fn exactly_one(rows: usize, what: &str) -> Result<(), Fault> {
    match rows {
        1 => Ok(()),
        rows => Err(Fault::defect(&format!("{what} touched {rows} rows, not one"))),
    }
}

fn told(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy(error.to_string())
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase,
        ) => StoreError::Unavailable(error.to_string()),
        Some(_) | None => StoreError::Defect(error.to_string()),
    }
}
