//! The dead letter, by what failed.

use mission_control_kernel::{MissionId, Timestamp};

use crate::fingerprint::Fingerprint;
use crate::queue::Many;
use crate::words::{ErrorText, FailureClass, Kind, ShortName};

/// Different failures that one look at a dead letter tells apart, a probe each: some milliseconds.
/// With more of them those of the newest [`NEWEST_LOOKED_AT`] missions are shown and a part of the
/// others.
pub const FAILURES_LOOKED_AT: u32 = 2_000;

/// The newest missions of a dead letter, whose failures are shown whatever else there is.
pub const NEWEST_LOOKED_AT: u32 = 2_000;

/// Missions of one failure are counted this far: whoever looks at more of them need not know how
/// many.
pub const FAILURES_COUNTED: u32 = 10_000;

/// Missions of all failures that are shown are counted this far, each as far as every other: some
/// tenths of a second.
pub const FAILURES_COUNTED_IN_ALL: u32 = 500_000;

/// Kinds and kinds of agent are told of so many missions of a failure, the newest.
pub const FAILURES_SAMPLED: u32 = 200;

/// How many missions of a failure are named.
pub const FAILURES_NAMED: usize = 5;

/// How many kinds, and kinds of agent, are named: a line of a page.
pub const WORDS_NAMED: usize = 10;

/// Missions of a dead letter that failed alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureGroup {
    /// What they have in common.
    pub fingerprint: Fingerprint,
    /// Its class.
    pub class: FailureClass,
    /// The message of the newest one.
    pub sample: ErrorText,
    /// How many there are.
    pub count: Many,
    /// Kinds of the newest, at most [`WORDS_NAMED`], sorted.
    pub kinds: Vec<Kind>,
    /// Kinds of agent that performed the newest, at most [`WORDS_NAMED`], sorted.
    pub agent_types: Vec<ShortName>,
    /// When the first of them failed.
    pub first_failed_at: Timestamp,
    /// When the last of them failed.
    pub last_failed_at: Timestamp,
    /// The newest, at most [`FAILURES_NAMED`].
    pub missions: Vec<MissionId>,
}

/// What is in a dead letter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeadLetter {
    /// What failed, the one that failed last first.
    pub groups: Vec<FailureGroup>,
    /// Whether there may be more of them than are shown.
    pub more: bool,
}
