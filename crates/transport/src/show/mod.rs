//! From the words of the domains to the shapes of the wire.

mod agent;
mod event;
mod explain;
mod history;
mod metrics;
mod mission;

pub(crate) use agent::agent;
pub(crate) use event::{event, mission_event};
pub(crate) use explain::{explain, links};
pub(crate) use history::{attempt, log_line};
pub(crate) use metrics::metrics;
pub(crate) use mission::{mission, shown};
