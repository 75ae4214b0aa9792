//! Bodies that come in.
//!
//! Words that a domain owns (titles, priorities, kinds) are text here and are parsed by whoever
//! takes a body into that domain. An optional member is `None` when it is left out or `null`.

mod action;
mod agent;
mod bulk;
mod live;
mod log;
mod mission;
mod patch;
mod project;
mod queue;
mod report;
mod roles;
mod run;
mod schedule;
mod session;
mod template;
mod token;
mod user;
mod workflow;

pub use action::{Cancel, Complete, Empty, Fail, Progress, Reason, Snooze, Start};
pub use agent::{
    Claim, Heartbeat, MAX_RUNNING, READ_ONLY_AGENT_FIELDS, RegisterAgent, RunningMission,
};
pub use bulk::{Bulk, BulkFilter, MAX_BULK_IDS};
pub use live::{LiveRequest, LiveVerb};
pub use log::{AppendLogs, MAX_LOG_LINES, NewLogLine};
pub use mission::{BatchCreate, CreateMission, MAX_BATCH, READ_ONLY_MISSION_FIELDS};
pub use patch::PatchMission;
pub use project::{CreateProject, PutMember};
pub use queue::SetQueue;
pub use report::{MAX_REPORTS, Report, ReportKind, Reports};
pub use roles::{MAX_ROLES, Roles};
pub use run::{CancelRun, LaunchRun, READ_ONLY_RUN_FIELDS};
pub use schedule::{CreateSchedule, PutSchedule, READ_ONLY_SCHEDULE_FIELDS};
pub use session::{ChangePassword, SignIn, SignOut};
pub use template::{
    CreateTemplate, LaunchTemplate, MAX_TEMPLATE_METRICS, MissionPlan, PutTemplate,
    READ_ONLY_TEMPLATE_FIELDS, TemplateMetric,
};
pub use token::{CreateToken, READ_ONLY_TOKEN_FIELDS};
pub use user::{CreateUser, PatchUser, READ_ONLY_USER_FIELDS};
pub use workflow::{CreateWorkflow, MAX_STEPS, READ_ONLY_WORKFLOW_FIELDS, WorkflowStep};

use mission_control_kernel::Money;

use crate::{Cost, Whole};

/// What a body says about tokens and money: running totals of the attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// All tokens.
    pub tokens_used: Option<Whole>,
    /// Tokens read by the model.
    pub tokens_in: Option<Whole>,
    /// Tokens written by the model.
    pub tokens_out: Option<Whole>,
    /// What they cost.
    pub cost: Option<Money>,
}

impl Usage {
    fn of(
        tokens_used: Option<Whole>,
        tokens_in: Option<Whole>,
        tokens_out: Option<Whole>,
        cost: Option<Cost>,
    ) -> Self {
        Self { tokens_used, tokens_in, tokens_out, cost: cost.map(|cost| cost.0) }
    }
}
