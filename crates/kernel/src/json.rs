//! JSON that passes through without being read.

use std::fmt;
use std::sync::Arc;

use crate::Invalid;

/// The largest metadata, input or result: 256 KiB. Bodies are hostile, and 1 MiB of small objects
/// is 87 MiB as a parsed tree.
pub const MAX_JSON_BYTES: usize = 256 * 1024;

/// One JSON value as text: the domains carry it, only the rim looks inside.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Wraps text that a JSON parser has accepted.
    ///
    /// # Errors
    /// `too_large` beyond [`MAX_JSON_BYTES`].
    pub fn from_checked(text: &str) -> Result<Self, Invalid> {
        if text.len() > MAX_JSON_BYTES {
            return Err(Invalid::too_large(text.len(), MAX_JSON_BYTES));
        }
        Ok(Self(text.into()))
    }

    /// Wraps text that a store gives back. It was within [`MAX_JSON_BYTES`] when it came in; a store
    /// may lay it out wider.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// `{}`.
    #[must_use]
    pub fn empty_object() -> Self {
        Self("{}".into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
