//! Single values that have a form of their own on the wire.

mod backoff;
mod cost;
mod whole;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use mission_control_kernel::{Invalid, JsonText, LeaseId, Timestamp};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::decode::refuse;

pub use backoff::Backoff;
pub use cost::Cost;
pub use whole::Whole;

/// A word of the kernel that travels as a string: `Word<MissionId>`, `Word<AgentId>`.
///
/// Reading one refuses with the word's own code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Word<T>(pub T);

/// An instant as an RFC 3339 string in UTC: `2026-01-31T08:30:00.000000Z`.
pub type Time = Word<Timestamp>;

impl<T: fmt::Display> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err = Invalid>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: FromStr<Err = Invalid>> Visitor<'_> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<T>, E> {
        text.parse().map(Word).map_err(refuse)
    }
}

/// A lease's fence as a number from 0, where 0 stands before the first start or claim.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lease(pub LeaseId);

impl Serialize for Lease {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.number())
    }
}

impl<'de> Deserialize<'de> for Lease {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        match i64::try_from(number) {
            Ok(number) => Ok(Self(LeaseId::new(number))),
            Err(_) => Err(refuse(Invalid::new("out_of_range", "is larger than any lease id"))),
        }
    }
}

/// Stored JSON, written as it is.
///
/// Writing fails when the text is no JSON after all, so that a corrupt row never breaks a reply in
/// a way that a client would have to guess at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Json<'a>(pub &'a JsonText);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.0.as_str()).map_err(|error| {
            S::Error::custom(format_args!("a stored value is not valid JSON: {error}"))
        })?;
        raw.serialize(serializer)
    }
}
