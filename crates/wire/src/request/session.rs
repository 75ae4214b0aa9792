//! What a browser signs in with.

use serde::Deserialize;

use crate::Body;

/// `POST /api/login`: one of the two.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// A token.
    pub token: Option<String>,
    /// The code of a link.
    pub code: Option<String>,
}

impl Body for SignIn {}

impl std::fmt::Debug for SignIn {
    /// Hides both.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(…)")
    }
}
