//! The embeddable facade of Mission Control.
//!
//! [`MissionControl`] is every use-case over the ports: [`Stores`] (the domains' stores and the
//! [`Journal`]), made with [`MissionControl::builder`]. It keeps the counters in memory (the
//! projection, folded from the journal), hands the journal to any number of [`Feed`]s, serves the
//! agents that wait for missions, and sweeps up what time makes due.
//!
//! [`Worker`] performs missions: it claims from a [`WorkSource`] (the mission control of the same
//! process is one: [`LocalSource`]) and runs what it gets with your [`Executor`]s.

mod analytics;
mod barrier;
mod builder;
mod bulk;
mod commands;
mod executor;
mod feed;
mod fleet;
mod health;
mod history;
mod journal;
mod json;
mod logged;
mod mission_control;
mod pace;
mod previews;
mod projection;
mod queries;
mod queues;
mod retention;
mod schedules;
#[cfg(test)]
mod scripted;
mod stores;
mod sweeps;
mod tail;
mod telemetry;
mod templates;
mod worker;
mod workflow;

pub use analytics::{
    Analysis, Figure, Group, Grouping, MOST_ANALYSED, MOST_GROUPS, MOST_MEASURED, Measured,
};
pub use builder::{Builder, DEFAULT_AGEING};
pub use bulk::{Asker, Choice, Fate, Previewed};
pub use executor::{Done, Executor, Report, Reporter, Work};
pub use feed::{Feed, Gone};
pub use fleet::{
    AgentView, Beat, Claimed, ClaimedMission, DEFAULT_LEASE, Handover, Heard, LARGEST_CLAIM,
    LONGEST_LEASE, LONGEST_WAIT, MOST_HANDED_OVER, SHORTEST_LEASE, Want,
};
pub use health::Readiness;
pub use history::{History, MetricsPoint};
pub use journal::{
    Completion, Epoch, Journal, JournalEntry, Minute, Removal, Sequenced, Slice, Snapshot,
};
pub use logged::Logged;
pub use mission_control::MissionControl;
pub use previews::{MOST_PREVIEWED, PREVIEW_KEPT, Preview, Previews};
pub use queries::{Listing, RUNNING_SHOWN, Shown, TOTAL_LIMIT};
pub use queues::{KINDS_SHOWN, QueueOverview};
pub use retention::{
    DEFAULT_JOURNAL_KEPT, DEFAULT_LOGS_KEPT, DEFAULT_METRICS_KEPT, DEFAULT_MISSIONS_KEPT,
    DEFAULT_RECEIPTS_KEPT, Keep, Perishable, Retention, Walk,
};
pub use schedules::{FIRED_WITHIN, SchedulePage, ScheduleRefusal, TickPage, Ticked};
pub use stores::Stores;
pub use sweeps::{FollowUps, Followed};
pub use telemetry::Telemetry;
pub use templates::{
    Fault, MAX_PARAMETERS_BYTES, MAX_SCHEMA_BYTES, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES,
    TemplateLaunch, TemplatePage, TemplateRefusal,
};
pub use worker::{
    Answer, Ask, Assignment, Badge, Crew, LocalSource, SourceError, Staffing, Tally, WorkReport,
    WorkSource, Worker, WorkerBuilder,
};
pub use workflow::{Launch, LaunchRefusal, MAX_RUN_BYTES};

pub use mission_control_agents as agents;
pub use mission_control_identity as identity;
pub use mission_control_kernel as kernel;
pub use mission_control_missions as missions;
pub use mission_control_missions::LogLevel;
pub use mission_control_workflows as workflows;
