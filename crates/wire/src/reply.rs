//! Bodies that go out.
//!
//! A shape borrows its texts from the domain value it shows and owns nothing but lists. Members of
//! the seeds come first and in the seeds' order, ours follow.

mod agent;
mod explain;
mod health;
mod history;
mod metrics;
mod mission;
mod problem;
mod sent;
mod worker;

pub use agent::{Agent, AgentList, AgentReply};
pub use explain::{Blocker, Explain, Gate, Position};
pub use health::Health;
pub use history::{Attempt, AttemptList, Event, EventList, LogLine, LogList};
pub use metrics::{Metrics, MetricsReply};
pub use mission::Mission;
pub use problem::{FieldProblem, Problem};
pub use sent::{ActionReply, BatchCreated, Created, Deed, MissionList, MissionReply, RunningReply};
pub use worker::{
    ClaimReply, Claimed, Dependencies, HeartbeatReply, RenewedLease, ReportOutcome, ReportReply,
};
