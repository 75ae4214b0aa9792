//! From shapes to bytes.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::reply::Mission;

/// A stored value was no JSON, so that nothing whole could be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write JSON: {0}")]
pub struct EncodeError(#[from] serde_json::Error);

/// Room for a mission with short texts, so that the buffer seldom grows twice.
const USUAL_MISSION_BYTES: usize = 1_536;

/// Appends one mission to `out`.
///
/// # Errors
/// [`EncodeError`] when its metadata, input or result is not JSON; `out` then ends in half a
/// mission.
pub fn write_mission(mission: &Mission<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.reserve(USUAL_MISSION_BYTES);
    Ok(serde_json::to_writer(out, mission)?)
}

/// One shape as compact JSON.
///
/// # Errors
/// [`EncodeError`] when a stored value in it is not JSON.
pub fn to_bytes<T: Serialize>(shape: &T) -> Result<Vec<u8>, EncodeError> {
    Ok(serde_json::to_vec(shape)?)
}

/// A shape that has been written once and is shared by every frame that carries it.
#[derive(Clone, Debug)]
pub struct Encoded(Arc<RawValue>);

impl Encoded {
    /// Writes `shape`.
    ///
    /// # Errors
    /// [`EncodeError`] when a stored value in it is not JSON.
    pub fn new<T: Serialize>(shape: &T) -> Result<Self, EncodeError> {
        Ok(Self(serde_json::value::to_raw_value(shape)?.into()))
    }

    /// Its compact JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
