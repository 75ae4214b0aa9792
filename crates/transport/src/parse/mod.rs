//! From what the wire brings to the words of the domains.
//!
//! Nothing here asks anybody anything. What does not fit is a [`Problem`](crate::http::Problem)
//! that names every field that is wrong, not the first alone.

mod action;
mod agent;
mod fields;
mod list;
mod log;
mod merge_patch;
mod mission;
mod patch;
mod report;

pub(crate) use action::{cancel, complete, fail, progress, start};
pub(crate) use agent::{beats, registration, wait, want};
pub(crate) use fields::Fields;
pub(crate) use list::{LIST_PARAMETERS, invalid_cursor, list_query};
pub(crate) use log::{level, log_lines};
pub(crate) use merge_patch::merged;
pub(crate) use mission::{Maker, new_mission, new_missions};
pub(crate) use patch::edit;
pub(crate) use report::report;
