//! Who asks, and why: what the journal keeps of it.

use mission_control_kernel::{AgentId, Text};

use crate::words::{ErrorText, Failure, FailureClass, ShortName};

/// Why something happened, as a journal entry keeps it: the first 500 characters. Entries are read
/// by every replica and kept in memory by the feeds, and a page shows one line of each; the whole
/// text of an error is the attempt's.
pub type Reason = Text<0, 500>;

/// Who asked for a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    /// Someone with a credential of their own, by name.
    Principal(ShortName),
    /// An agent, about what it runs.
    Agent(AgentId),
    /// Nobody: time has made it due, or it follows from another change.
    System,
}

/// Why something was done, in the words of whoever did it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Why {
    /// What kind of failure, where it is one; `cancelled` for what was called off.
    pub failure: Option<FailureClass>,
    /// In words, which may be none.
    pub reason: Reason,
}

impl Why {
    /// A reason that somebody has given for what is no failure.
    #[must_use]
    pub fn given(reason: &ErrorText) -> Self {
        Self { failure: None, reason: Reason::cleaned(reason.as_str()) }
    }
}

impl From<&Failure> for Why {
    fn from(failure: &Failure) -> Self {
        Self { failure: Some(failure.class), reason: Reason::cleaned(failure.message.as_str()) }
    }
}
