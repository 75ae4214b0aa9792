//! How long the wait grows between attempts.

use std::fmt;

use mission_control_kernel::Invalid;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::decode::refuse;

/// `"exponential"`, `"none"`, or a list of seconds, one for each attempt in turn.
#[derive(Clone, PartialEq, Debug)]
pub enum Backoff {
    /// Doubled each time, with jitter.
    Exponential,
    /// At once.
    None,
    /// These seconds in turn, not yet looked at.
    Fixed(Vec<f64>),
}

impl Serialize for Backoff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exponential => serializer.serialize_str("exponential"),
            Self::None => serializer.serialize_str("none"),
            Self::Fixed(seconds) => seconds.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Backoff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BackoffVisitor)
    }
}

struct BackoffVisitor;

impl<'de> Visitor<'de> for BackoffVisitor {
    type Value = Backoff;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"exponential\", \"none\" or an array of seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Backoff, E> {
        match text {
            "exponential" => Ok(Backoff::Exponential),
            "none" => Ok(Backoff::None),
            _ => Err(refuse(Invalid::new(
                "invalid_backoff",
                "must be \"exponential\", \"none\" or an array of seconds",
            ))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seconds: A) -> Result<Backoff, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seconds)).map(Backoff::Fixed)
    }
}
