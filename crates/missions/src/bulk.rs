//! One thing asked of many missions, and how each was seen when it was chosen.

use mission_control_kernel::{MissionId, Revision, closed_words};

use crate::command::{Command, Edit};
use crate::mission::{Mission, Phase};
use crate::words::{Priority, Status};

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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bulk {
    /// Call them off.
    Cancel,
    /// Begin anew after a failure or a cancellation.
    Retry,
    /// Take them out of the dead letter.
    Discard,
    /// Make them this urgent; only while pending.
    Priority(Priority),
    /// Let them go on.
    Approve,
}

impl Bulk {
    /// The word and what it needs together; none when one of them lacks the other.
    #[must_use]
    pub const fn of(verb: BulkVerb, priority: Option<Priority>) -> Option<Self> {
        match (verb, priority) {
            (BulkVerb::Cancel, None) => Some(Self::Cancel),
            (BulkVerb::Retry, None) => Some(Self::Retry),
            (BulkVerb::Discard, None) => Some(Self::Discard),
            (BulkVerb::Priority, Some(priority)) => Some(Self::Priority(priority)),
            (BulkVerb::Approve, None) => Some(Self::Approve),
            (BulkVerb::Priority, None)
            | (
                BulkVerb::Cancel | BulkVerb::Retry | BulkVerb::Discard | BulkVerb::Approve,
                Some(_),
            ) => None,
        }
    }

    /// The word, and the priority that goes with it: what [`Self::of`] takes.
    #[must_use]
    pub const fn words(self) -> (BulkVerb, Option<Priority>) {
        match self {
            Self::Cancel => (BulkVerb::Cancel, None),
            Self::Retry => (BulkVerb::Retry, None),
            Self::Discard => (BulkVerb::Discard, None),
            Self::Priority(priority) => (BulkVerb::Priority, Some(priority)),
            Self::Approve => (BulkVerb::Approve, None),
        }
    }

    /// What is asked of each of them.
    #[must_use]
    pub fn command(self) -> Command {
        match self {
            Self::Cancel => Command::Cancel { reason: None, children: false },
            Self::Retry => Command::Retry,
            Self::Discard => Command::Discard,
            Self::Priority(priority) => {
                Command::Edit(Edit { priority: Some(priority), ..Edit::default() })
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
    fn a_priority_goes_with_its_word_alone() {
        for verb in BulkVerb::ALL.iter().copied() {
            let needs = verb == BulkVerb::Priority;
            assert_eq!(Bulk::of(verb, None).is_some(), !needs, "{verb}");
            assert_eq!(Bulk::of(verb, Some(Priority::High)).is_some(), needs, "{verb}");
            let bulk = Bulk::of(verb, needs.then_some(Priority::Low)).unwrap();
            assert_eq!(Bulk::of(bulk.words().0, bulk.words().1), Some(bulk));
        }
    }
}
