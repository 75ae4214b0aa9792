//! From the words of the domains to the shapes of the wire.

mod agent;
mod analytics;
mod bulk;
mod event;
mod explain;
mod history;
mod identity;
mod metrics;
mod mission;
mod queue;
mod run;
mod schedule;
mod system;
mod template;
mod workflow;

pub(crate) use agent::agent;
pub(crate) use analytics::group;
pub(crate) use bulk::breakdown;
pub(crate) use event::{event, mission_event};
pub(crate) use explain::{explain, links};
pub(crate) use history::{attempt, log_line};
pub(crate) use identity::{api_token, member, project, user};
pub(crate) use metrics::{metrics, metrics_point};
pub(crate) use mission::{mission, shown};
pub(crate) use queue::{failure_group, project_queue, queue};
pub(crate) use run::{run, run_of, whole_run};
pub(crate) use schedule::{schedule, tick};
pub(crate) use system::{Facts, Process, system};
pub(crate) use template::template;
pub(crate) use workflow::{workflow, workflow_summary};
