//! One thing asked of many missions, and how each was seen when it was chosen.

use mission_control_kernel::{MissionId, Revision, closed_words};

use crate::command::{Command, Edit};
use crate::mission::{Mission, Phase};
use crate::words::{ErrorText, Priority, Status};

closed_words! {
    /// What can be asked of many missions at once.
    BulkVerb, "invalid_action", "must be cancel, retry, discard, priority or approve",
    {
        /// Call them off.
        Cancel = "cancel",
        /// Begin anew after a failure or a cancellation.
        Retry = "retry",
        /// Take them out of the dead letter.
        Discard = "discard",
        /// Change how urgent they are.
        Priority = "priority",
        /// Let them go on.
        Approve = "approve",
    }
}

/// What is asked of many missions at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bulk {
    /// Call them off.
    Cancel {
        /// Why.
        reason: Option<ErrorText>,
    },
    /// Begin anew after a failure or a cancellation.
    Retry,
    /// Take them out of the dead letter.
    Discard {
        /// Why.
        reason: Option<ErrorText>,
    },
    /// Make them this urgent; only while pending.
    Priority(Priority),
    /// Let them go on.
    Approve,
}

/// What is asked of many missions at once, in the words of whoever asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BulkWords {
    /// What.
    pub verb: BulkVerb,
    /// The new priority.
    pub priority: Option<Priority>,
    /// Why.
    pub reason: Option<ErrorText>,
}

impl BulkVerb {
    /// Whether a reason may go with it.
    #[must_use]
    pub const fn takes_reason(self) -> bool {
        matches!(self, Self::Cancel | Self::Discard)
    }
}

impl Bulk {
    /// What the words mean; none when one of them lacks another, or does not go with it.
    #[must_use]
    pub fn of(words: BulkWords) -> Option<Self> {
        let BulkWords { verb, priority, reason } = words;
        match (verb, priority, reason) {
            (BulkVerb::Cancel, None, reason) => Some(Self::Cancel { reason }),
            (BulkVerb::Retry, None, None) => Some(Self::Retry),
            (BulkVerb::Discard, None, reason) => Some(Self::Discard { reason }),
            (BulkVerb::Priority, Some(priority), None) => Some(Self::Priority(priority)),
            (BulkVerb::Approve, None, None) => Some(Self::Approve),
            (
                BulkVerb::Cancel
                | BulkVerb::Retry
                | BulkVerb::Discard
                | BulkVerb::Priority
                | BulkVerb::Approve,
                ..,
            ) => None,
        }
    }

    /// The words for it: what [`Self::of`] takes.
    #[must_use]
    pub fn words(&self) -> BulkWords {
        let (verb, priority, reason) = match self {
            Self::Cancel { reason } => (BulkVerb::Cancel, None, reason.clone()),
            Self::Retry => (BulkVerb::Retry, None, None),
            Self::Discard { reason } => (BulkVerb::Discard, None, reason.clone()),
            Self::Priority(priority) => (BulkVerb::Priority, Some(*priority), None),
            Self::Approve => (BulkVerb::Approve, None, None),
        };
        BulkWords { verb, priority, reason }
    }

    /// What is asked of each of them.
    #[must_use]
    pub fn command(&self) -> Command {
        match self {
            Self::Cancel { reason } => Command::Cancel { reason: reason.clone(), children: false },
            Self::Retry => Command::Retry,
            Self::Discard { reason } => Command::Discard { reason: reason.clone() },
            Self::Priority(priority) => {
                Command::Edit(Edit { priority: Some(*priority), ..Edit::default() })
            }
            Self::Approve => Command::Approve,
        }
    }
}

/// How a mission was seen: the same for as long as nothing has happened to it but progress, and
/// never again once something has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Where it stood.
    pub status: Status,
    /// How often a person had edited it.
    pub revision: Revision,
    /// While it ran, the fence of its attempt, which no other attempt has; else its version, which
    /// every change of it raises.
    pub moves: i64,
}

impl Seen {
    /// How a mission looks now.
    #[must_use]
    pub const fn of(mission: &Mission) -> Self {
        let moves = match mission.phase {
            Phase::Running(_) => mission.lease_id.number(),
            Phase::Pending { .. }
            | Phase::Completed(_)
            | Phase::Failed { .. }
            | Phase::Cancelled { .. } => mission.version,
        };
        Self { status: mission.status(), revision: mission.revision, moves }
    }
}

/// A mission that was chosen, and how it was seen then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// Which one.
    pub mission: MissionId,
    /// How it was seen.
    pub seen: Seen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_and_a_reason_go_with_their_words_alone() {
        let why = || Some(ErrorText::cleaned("the tide came in"));
        for verb in BulkVerb::ALL.iter().copied() {
            let needs = verb == BulkVerb::Priority;
            for (priority, reason) in [
                (None, None),
                (Some(Priority::High), None),
                (None, why()),
                (Some(Priority::Low), why()),
            ] {
                let fits = priority.is_some() == needs && (reason.is_none() || verb.takes_reason());
                let words = BulkWords { verb, priority, reason };
                let bulk = Bulk::of(words.clone());
                assert_eq!(bulk.is_some(), fits, "{words:?}");
                assert_eq!(bulk.map(|bulk| bulk.words()), fits.then_some(words));
            }
        }
    }
}
