//! Whether the server can be used.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::Time;

/// `GET /api/health`: open to everybody, so it says nothing else.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Health {
    /// When this was said.
    pub timestamp: Time,
    /// Whether missions can be read and written.
    pub mission_tracker: bool,
    /// Whether the server watches itself.
    pub production_monitor: bool,
    /// Since the server began, in seconds.
    pub uptime: f64,
}

impl Serialize for Health {
    /// `status` follows `mission_tracker`: without missions nothing else is of use.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let status = if self.mission_tracker { "healthy" } else { "unhealthy" };
        let mut object = serializer.serialize_struct("Health", 5)?;
        object.serialize_field("status", status)?;
        object.serialize_field("timestamp", &self.timestamp)?;
        object.serialize_field("mission_tracker", &self.mission_tracker)?;
        object.serialize_field("production_monitor", &self.production_monitor)?;
        object.serialize_field("uptime", &self.uptime)?;
        object.end()
    }
}
