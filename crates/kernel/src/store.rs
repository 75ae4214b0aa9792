//! How a store fails, whichever it is.

/// Why a store could not answer. What it was asked to write has either not happened, or, where it
/// says `OutcomeUnknown`, may have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away or too slow; ask again.
    #[error("storage is away: {0}")]
    Unavailable(String),
    /// What was to be changed is held by someone else for too long; ask again.
    #[error("storage is busy: {0}")]
    Busy(String),
    /// The connection was lost while the answer was under way: it may have happened or not.
    #[error("storage was lost before it confirmed; the change may have been made")]
    OutcomeUnknown,
    /// A row that is no value of the domain: nothing is guessed.
    #[error("corrupt row: {table}.{column} of {row}")]
    Corrupt {
        /// In which table.
        table: &'static str,
        /// In which column.
        column: &'static str,
        /// Which row, by its key.
        row: String,
    },
    /// A defect of ours or of the schema.
    #[error("storage refused a statement: {0}")]
    Defect(String),
}
