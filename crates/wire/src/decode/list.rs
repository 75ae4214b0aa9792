//! A list of objects with a bound.

use std::fmt;
use std::marker::PhantomData;

use mission_control_kernel::Invalid;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::object::ObjectSeed;
use super::refuse;

/// `MIN` to `MAX` objects; what is too many is counted and not kept.
#[derive(Clone, PartialEq, Debug)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    /// The entries, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The entries, in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<'de, T, const MIN: usize, const MAX: usize> Deserialize<'de> for List<T, MIN, MAX>
where
    T: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const MIN: usize, const MAX: usize>(PhantomData<T>);

impl<'de, T, const MIN: usize, const MAX: usize> Visitor<'de> for ListVisitor<T, MIN, MAX>
where
    T: Deserialize<'de>,
{
    type Value = List<T, MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MAX {
            match seq.next_element_seed(ObjectSeed(PhantomData))? {
                Some(entry) => entries.push(entry),
                None => return at_least::<T, MIN, MAX, A::Error>(entries),
            }
        }
        let mut found = MAX;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found > MAX { Err(refuse(Invalid::too_many(found, MAX))) } else { Ok(List(entries)) }
    }
}

fn at_least<T, const MIN: usize, const MAX: usize, E: de::Error>(
    entries: Vec<T>,
) -> Result<List<T, MIN, MAX>, E> {
    if entries.len() < MIN {
        return Err(refuse(Invalid::new("too_few", "must not be empty")));
    }
    Ok(List(entries))
}
