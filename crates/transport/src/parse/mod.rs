//! From what the wire brings to the words of the domains.
//!
//! Nothing here asks anybody anything. What does not fit is a [`Problem`](crate::http::Problem)
//! that names every field that is wrong, not the first alone.

mod action;
mod agent;
mod analytics;
mod bulk;
mod fields;
mod list;
mod log;
mod merge_patch;
mod mission;
mod patch;
mod period;
mod queue;
mod report;
mod run;
mod schedule;
mod template;
mod token;
mod user;
mod workflow;

pub(crate) use action::{cancel, complete, discard, fail, hold, progress, start};
pub(crate) use agent::{
    LEASE_SECONDS, LONGEST_CALL_SECONDS, MOST_KINDS, beats, registration, wait, want,
};
pub(crate) use analytics::{ANALYTICS_PARAMETERS, analytics};
pub(crate) use bulk::{Asked, bulk};
pub(crate) use fields::Fields;
pub(crate) use list::{EXPORT_PARAMETERS, LIST_PARAMETERS, export, invalid_cursor, list_query};
pub(crate) use log::{LEVELS, level, log_lines};
pub(crate) use merge_patch::merged;
pub(crate) use mission::{
    LONGEST_ATTEMPT_SECONDS, LONGEST_WAIT_SECONDS, MOST_WAITS, Maker, SHORTEST_ATTEMPT_SECONDS,
    new_mission, new_missions,
};
pub(crate) use patch::edit;
pub(crate) use period::{MOST_POINTS, PERIOD_PARAMETERS, Period, period};
pub(crate) use queue::{LARGEST_LIMIT, kinds, queue_limits};
pub(crate) use report::report;
pub(crate) use run::{LAST_VERSION, RUN_PARAMETERS, cancel_run, launch, run_query};
pub(crate) use schedule::schedule;
pub(crate) use template::{template, template_launch};
pub(crate) use token::{LONGEST_LIFE, SHORTEST_LIFE, wanted_token};
pub(crate) use user::{Newcomer, member, newcomer, user_edit};
pub(crate) use workflow::definition;
