//! SQLite and PostgreSQL behind the ports, mirrored file for file, and every SQL statement.
//!
//! What both have in common is no SQL: `row` turns rows into missions and back, `batch` folds
//! what waits into what must be written, `leaving` chooses which old missions go together. An adapter loads and locks, folds, writes, and answers.

mod batch;
mod leaving;
mod migrate;
mod options;
mod row;

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use migrate::MigrationError;
pub use options::Options;
