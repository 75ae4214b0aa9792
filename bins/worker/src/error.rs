//! Why a worker does not start, each in a sentence that says what to do.

use mission_control::kernel::{Invalid, StoreError};
use mission_control_executors::ProfileError;
use mission_control_persistence::postgres;
use mission_control_runtime::DataFolderError;

/// Why a worker could not start.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is nothing to take missions from.
    #[error(
        "a worker of its own needs POSTGRES_DSN, the database of its servers; SQLite belongs to one \
         process: there, run the server alone, which has a worker inside"
    )]
    NoSharedStore,
    /// The instance runs already.
    #[error(
        "another worker already runs as the instance {0:?} on this data folder; stop it, or give \
         this one another --instance"
    )]
    InstanceTaken(String),
    /// More workers than anybody starts on purpose.
    #[error(
        "{0} workers already run on this data folder; raise --worker-concurrency instead of \
         starting more"
    )]
    TooMany(usize),
    /// Host and instance make no name for an agent.
    #[error("{name:?} cannot be an agent's name, which {reason}; choose another --instance")]
    Name {
        /// What it would be.
        name: String,
        /// Why not.
        reason: Invalid,
    },
    /// The data folder or what it keeps cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The PostgreSQL database cannot be used.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// The store failed while it was read for the first time.
    #[error("the store could not be read: {0}")]
    Store(#[from] StoreError),
    /// The profile file cannot be used.
    #[error(transparent)]
    Profiles(#[from] ProfileError),
}
