//! Lines of output.

use serde::Deserialize;

use crate::{Body, Lease, List, Time};

/// The most lines of one request: some screens, and one statement.
pub const MAX_LOG_LINES: usize = 1_000;

/// `POST …/logs`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppendLogs {
    /// Needed on a leased mission.
    pub lease_id: Option<Lease>,
    /// 1 to [`MAX_LOG_LINES`], oldest first.
    pub lines: List<NewLogLine, 1, MAX_LOG_LINES>,
}

impl Body for AppendLogs {}

/// One line.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLogLine {
    /// When it was written.
    pub at: Time,
    /// debug, info, warn or error.
    pub level: String,
    /// Without its line break.
    pub text: String,
}
