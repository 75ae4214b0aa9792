//! What an agent can do and a mission needs.

use std::collections::BTreeSet;
use std::fmt;

use crate::{Invalid, Text};

/// The most capabilities of one agent or mission; a lane is keyed by the whole set.
pub const MAX_CAPABILITIES: usize = 32;

/// One ability, 1–64 characters, compared as written.
pub type Capability = Text<1, 64>;

/// A set of abilities, sorted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Capabilities(BTreeSet<Capability>);

impl Capabilities {
    /// From any number of abilities, repeats folded.
    ///
    /// # Errors
    /// `too_many` beyond 32.
    pub fn new(items: impl IntoIterator<Item = Capability>) -> Result<Self, Invalid> {
        let set: BTreeSet<Capability> = items.into_iter().collect();
        if set.len() > MAX_CAPABILITIES {
            return Err(Invalid::too_many(set.len(), MAX_CAPABILITIES));
        }
        Ok(Self(set))
    }

    /// Whether every one of `needed` is here.
    #[must_use]
    pub fn cover(&self, needed: &Self) -> bool {
        needed.0.is_subset(&self.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Capability> {
        self.0.iter()
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}
