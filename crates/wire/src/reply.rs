//! Bodies that go out.
//!
//! A shape borrows its texts from the domain value it shows and owns nothing but lists. Members of
//! the seeds come first and in the seeds' order, ours follow.

mod agent;
mod analytics;
mod bulk;
mod explain;
mod health;
mod history;
mod identity;
mod me;
mod metrics;
mod mission;
mod problem;
mod queue;
mod run;
mod schedule;
mod sent;
mod system;
mod template;
mod worker;
mod workflow;

pub use agent::{Agent, AgentList, AgentReply};
pub use analytics::{AnalyticsFigure, AnalyticsGroup, AnalyticsReply};
pub use bulk::{Breakdown, BulkOutcome, BulkPreview, BulkReply};
pub use explain::{Blocker, Explain, Gate, Position};
pub use health::Health;
pub use history::{Actor, Attempt, AttemptList, Event, EventList, LogLine, LogList, Removed};
pub use identity::{
    ApiToken, Member, MemberList, MemberReply, Project, ProjectList, ProjectReply, TokenCreated,
    TokenList, User, UserList, UserReply,
};
pub use me::{Me, Session, SessionList};
pub use metrics::{Metrics, MetricsHistory, MetricsPoint, MetricsReply};
pub use mission::Mission;
pub use problem::{FieldProblem, Problem};
pub use queue::{DeadLetterReply, FailureGroup, ProjectQueue, Queue, QueueReply, Waiting};
pub use run::{Run, RunCounts, RunLaunched, RunList, RunReply, RunStep};
pub use schedule::{Pause, Schedule, ScheduleList, ScheduleReply, Tick, TickList};
pub use sent::{ActionReply, BatchCreated, Created, Deed, MissionList, MissionReply, RunningReply};
pub use system::{Api, Pool, Sockets, System};
pub use template::{MissionPlan, Template, TemplateList, TemplateMetric, TemplateReply};
pub use worker::{
    ClaimReply, Claimed, Dependencies, DependencyReply, HeartbeatReply, Omitted, RenewedLease,
    ReportOutcome, ReportReply,
};
pub use workflow::{Workflow, WorkflowList, WorkflowReply, WorkflowStep};
