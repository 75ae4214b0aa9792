//! Roles by project.

use std::fmt;

use mission_control_kernel::Invalid;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::decode::refuse;

/// The most projects of which one body speaks: as many as there may be.
pub const MAX_ROLES: usize = 1_000;

/// `{"<project>": "<role>" | null}`, each project once, in the order in which they were sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roles(pub Vec<(String, Option<String>)>);

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RolesVisitor)
    }
}

struct RolesVisitor;

impl<'de> Visitor<'de> for RolesVisitor {
    type Value = Roles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Roles, A::Error> {
        let mut roles: Vec<(String, Option<String>)> = Vec::new();
        while let Some(project) = map.next_key::<String>()? {
            if roles.iter().any(|(known, _)| *known == project) {
                return Err(refuse(Invalid::new("duplicate_key", "names a project twice")));
            }
            if roles.len() == MAX_ROLES {
                map.next_value::<IgnoredAny>()?;
                return Err(refuse(Invalid::too_many(roles.len() + 1, MAX_ROLES)));
            }
            let role = map.next_value()?;
            roles.push((project, role));
        }
        Ok(Roles(roles))
    }
}
