//! Ids that cannot be taken for one another.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use uuid::Uuid;

use crate::{Invalid, Text, Timestamp};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $code:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            /// Lower-case, hyphenated.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let refused = Invalid::new($code, "must be a lower-case hyphenated UUID");
                if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(refused);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| refused)
            }
        }
    };
}

uuid_id! {
    /// One mission: a UUIDv7, so that ids rise with time and land side by side in an index.
    MissionId, "invalid_mission_id"
}
impl MissionId {
    /// The instant that a UUIDv7 carries, to the millisecond; the epoch for any other UUID.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        let Some(at) = self.0.get_timestamp() else { return Timestamp::MIN };
        let (seconds, nanos) = at.to_unix();
        Timestamp::MIN.plus(Duration::new(seconds, nanos))
    }
}

uuid_id! {
    /// One agent, in its project.
    AgentId, "invalid_agent_id"
}
uuid_id! {
    /// One run of a workflow.
    RunId, "invalid_run_id"
}

/// The fence of every worker call on a mission: raised by each start and claim, never reset.
///
/// An attempt number is no fence, since snooze, release, take back and retry use it again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LeaseId(i64);

impl LeaseId {
    /// Before the first start or claim.
    pub const NONE: Self = Self(0);

    /// From its number; negative ones become [`Self::NONE`].
    #[must_use]
    pub const fn new(number: i64) -> Self {
        if number < 0 { Self::NONE } else { Self(number) }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The fence of the next start or claim.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for LeaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How often the members that a person edits have changed; the `ETag` of a mission.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Revision(i64);

impl Revision {
    /// A new mission's.
    pub const FIRST: Self = Self(1);

    /// From its number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// After one more edit.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A project's name: 1–64 of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(Text<1, 64>);

impl ProjectId {
    /// The project that exists from the start.
    #[must_use]
    pub fn default_project() -> Self {
        Self(Text::parse("default").expect("a literal within its bounds"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for ProjectId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new(
            "invalid_project",
            "must be 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit",
        );
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let good = text.bytes().next().is_some_and(word)
            && text.bytes().all(|byte| word(byte) || byte == b'-' || byte == b'_');
        if !good {
            return Err(refused);
        }
        Text::parse(text).map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The projects that a question may see; what lies outside is answered as if it did not exist.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    /// Every project: the process itself (sweeps, projection), never a request.
    All,
    /// These alone.
    Projects(Vec<ProjectId>),
}

impl Scope {
    /// One project.
    #[must_use]
    pub fn one(project: ProjectId) -> Self {
        Self::Projects(vec![project])
    }

    /// Whether `project` may be seen.
    #[must_use]
    pub fn sees(&self, project: &ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Projects(projects) => projects.contains(project),
        }
    }
}
