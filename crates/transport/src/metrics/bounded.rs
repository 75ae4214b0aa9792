//! Names that operators choose, as labels: so many of them and no more.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How many names of one sort are told apart: a dashboard shows no more, and each costs a series.
const NAMES: usize = 100;

/// What the names beyond are called.
const OTHER: &str = "other";

/// Names that were seen, the first [`NAMES`] of them.
#[derive(Debug, Default)]
pub(super) struct Bounded(RwLock<HashMap<String, Arc<str>>>);

impl Bounded {
    /// The label for a name.
    pub(super) fn label(&self, name: &str) -> Arc<str> {
        if let Some(label) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(label);
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES && !names.contains_key(name) {
            return OTHER.into();
        }
        Arc::clone(names.entry(name.to_owned()).or_insert_with(|| name.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_bound_are_one() {
        let names = Bounded::default();
        let labels: Vec<_> = (0..150).map(|n| names.label(&format!("kind-{n}"))).collect();
        assert_eq!(&*labels[99], "kind-99");
        assert!(labels[100..].iter().all(|label| &**label == OTHER));
        assert_eq!(&*names.label("kind-7"), "kind-7");
    }
}
