//! Who asks.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, ProjectId, Text};

use crate::{AgentScope, Grants, Role, SecretDigest, TokenId};

/// What the id of a token begins with, as a principal; [`TokenId::principal_id`] writes it.
pub(crate) const TOKEN: &str = "token:";
/// What the id begins with under which the administrator of the settings owns what they make.
const SETTINGS: &str = "settings:";
/// How many bytes of the digest of their token it names: no two tokens have the same 128 bits.
const SETTINGS_BYTES: usize = 16;

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

    /// The administrator of the settings as the owner of what they make: `settings:` and the begin of
    /// the digest of the token that they came in with. With another token they are another owner.
    #[must_use]
    pub fn of_settings(token: &SecretDigest) -> Self {
        let begin = token.as_bytes().iter().take(SETTINGS_BYTES);
        let digits: String = begin.map(|byte| format!("{byte:02x}")).collect();
        format!("{SETTINGS}{digits}").parse().expect("41 characters are an id")
    }

    /// Whether this is such an owner, who is in no record: the id of a person holds no colon.
    #[must_use]
    pub fn is_of_settings(&self) -> bool {
        self.as_str().starts_with(SETTINGS)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_of_the_settings_is_an_owner_of_its_own() {
        let [one, other] =
            [1, 2].map(|byte| PrincipalId::of_settings(&SecretDigest::new([byte; 32])));
        assert_eq!(one.as_str(), "settings:01010101010101010101010101010101");
        assert!(one != other && one.is_of_settings() && one.token().is_none());
        for id in ["admin", "settings", "token:00000000000000000000000000000001"] {
            assert!(!id.parse::<PrincipalId>().unwrap().is_of_settings(), "{id}");
        }
    }
}
