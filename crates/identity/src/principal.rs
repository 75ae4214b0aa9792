//! Who asks.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, ProjectId, Text};

use crate::{AgentScope, Grants, Role, TokenId};

/// What the id of a token begins with, as a principal; [`TokenId::principal_id`] writes it.
pub(crate) const TOKEN: &str = "token:";

/// A principal's name for people, 1–100 characters.
pub type PrincipalName = Text<1, 100>;

/// A principal's lasting id, 1–64 characters; what `created_by` and the audit log keep.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(Text<1, 64>);

impl PrincipalId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The token that acts under this id; `None` for a person, whose id holds no colon.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        self.as_str().strip_prefix(TOKEN)?.parse().ok()
    }
}

impl FromStr for PrincipalId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Text::parse(text).map(Self).map_err(|_| {
            Invalid::new("invalid_principal_id", "must be 1 to 64 characters without controls")
        })
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Someone or something whose credential was found good: a person, a worker, a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// Lasting id.
    pub id: PrincipalId,
    /// Name for people.
    pub name: PrincipalName,
    /// What it may do, and where.
    pub grants: Grants,
    /// The project that is meant when a request names none.
    pub default_project: ProjectId,
    /// The one agent as which it may act; `None` for any that its role allows.
    pub agent: Option<AgentScope>,
}

impl Principal {
    /// What the record says of what they did: their lasting id, since the maker of a token chooses
    /// its name.
    #[must_use]
    pub fn signature(&self) -> PrincipalName {
        Text::parse(self.id.as_str()).expect("an id is shorter than a name may be")
    }

    /// The administrator of the whole process, whom the first start makes.
    #[must_use]
    pub fn administrator() -> Self {
        Self {
            id: "admin".parse().expect("a literal within its bounds"),
            name: Text::parse("Administrator").expect("a literal within its bounds"),
            grants: Grants::everywhere(Role::Admin),
            default_project: ProjectId::default_project(),
            agent: None,
        }
    }
}
