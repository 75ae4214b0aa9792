//! What a browser signs in with, and how people keep their door.

use std::fmt;

use mission_control_kernel::Secret;
use serde::{Deserialize, Deserializer};

use crate::Body;

/// `POST /api/login`: a name and its password, a token, or the code of a link.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The name that a person signs in with.
    pub user: Option<String>,
    /// Their password.
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<Secret>,
    /// A token.
    #[serde(default, deserialize_with = "secret")]
    pub token: Option<Secret>,
    /// The code of a link.
    #[serde(default, deserialize_with = "secret")]
    pub code: Option<Secret>,
}

impl Body for SignIn {}

impl fmt::Debug for SignIn {
    /// Hides all of it: people type a password where a name belongs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// `POST /api/logout`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOut {
    /// Whether every session of the same person ends, not this one alone.
    pub everywhere: Option<bool>,
}

impl Body for SignOut {
    const MAY_BE_EMPTY: bool = true;
}

/// `POST /api/me/password`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The one that they have; none where there is none yet.
    #[serde(default, deserialize_with = "secret")]
    pub current_password: Option<Secret>,
    /// The one that they are to have.
    #[serde(deserialize_with = "needed_secret")]
    pub new_password: Secret,
}

impl Body for ChangePassword {}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

fn needed_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
