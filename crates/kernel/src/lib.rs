//! The words that more than one domain speaks: typed ids, time, money, bounded text.
//!
//! Nothing here knows a runtime, an encoding or a driver. Time and chance come in through
//! [`Clock`] and [`Ids`], so that every rule above can be tested by moving an argument.

mod capabilities;
mod clock;
mod ids;
mod json;
mod money;
mod secret;
mod store;
mod text;
mod time;
mod words;

pub use capabilities::{Capabilities, Capability, MAX_CAPABILITIES};
pub use clock::{Chance, Clock, Ids, ManualClock, SeededIds, SystemClock, SystemIds};
pub use ids::{AgentId, LeaseId, MissionId, ProjectId, Revision, RunId, Scope};
pub use json::{JsonText, MAX_JSON_BYTES};
pub use money::Money;
pub use secret::Secret;
pub use store::StoreError;
pub use text::{Excess, Invalid, Text};
pub use time::Timestamp;
