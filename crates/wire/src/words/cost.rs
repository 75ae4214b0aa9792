//! Dollars that never pass through a float.

use mission_control_kernel::Money;
use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::decode::refuse;

/// US dollars as an exact JSON number: `0.15`, `3`, `0.000000001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cost(pub Money);

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == Money::ZERO {
            return serializer.serialize_u64(0);
        }
        let digits = RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?;
        digits.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let found = match raw.as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => return raw.parse().map(Self).map_err(refuse),
            Some(b'"') => Unexpected::Str(""),
            Some(b'[') => Unexpected::Seq,
            Some(b'{') => Unexpected::Map,
            Some(b't' | b'f') => Unexpected::Bool(raw == "true"),
            _ => Unexpected::Unit,
        };
        Err(D::Error::invalid_type(found, &"a number of dollars"))
    }
}
