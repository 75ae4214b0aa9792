//! The life of a mission, its gates and its queue, as pure code.
//!
//! [`decide`] is the whole life: a mission and a command in, what changes out. [`gates`] say why a
//! pending mission may not start; [`queue`] puts those that may into lanes, chooses from them and
//! explains the choice. [`MissionStore`] is what a store must do for all of this to be durable.
//!
//! No runtime, no encoding, no driver: time and chance are arguments.

pub mod dependency;
pub mod gates;
pub mod queue;

mod actor;
mod bulk;
mod change;
mod command;
mod dead_letter;
mod failure;
mod fingerprint;
mod life;
mod list;
mod metrics;
mod mission;
mod new;
mod request;
mod run;
mod store;
mod words;

pub use actor::{Actor, Reason, Why};
pub use bulk::{Bulk, BulkVerb, BulkWords, Chosen, Seen};
pub use change::{
    AttemptChange, AttemptOutcome, Change, Decision, Delta, Entry, EventKind, FollowUp,
};
pub use command::{Command, Edit, Refusal, Standing};
pub use dead_letter::{
    DeadLetter, FAILURES_COUNTED, FAILURES_COUNTED_IN_ALL, FAILURES_LOOKED_AT, FAILURES_NAMED,
    FAILURES_SAMPLED, FailureGroup, NEWEST_LOOKED_AT, WORDS_NAMED,
};
pub use failure::{MAX_SNOOZES, wait_after};
pub use fingerprint::Fingerprint;
pub use life::{decide, holds};
pub use list::{ListPage, ListQuery, Place as ListPlace, SearchText, Sort, SortKey};
pub use metrics::{KindCounts, Totals};
pub use mission::{
    Attempt, DEFAULT_ATTEMPTS, Dependency, Driver, Ended, MAX_ATTEMPTS, MAX_DEPENDENCIES,
    MAX_DEPTH, MAX_LABELS, Mission, Output, Phase, Place, Spec, Step,
};
pub use new::NewMission;
pub use request::{Action, KeptAnswer, Once, Outcome, Receipt, Rendered, Request, Verdict};
pub use run::{NewRun, Run, RunCommand, RunTask, Task};
pub use store::{
    AttemptRecord, ClaimRequest, ClaimingAgent, Claims, Due, Finding, FollowUpTask, Found,
    HeldLease, KeptFollowUp, LogLevel, LogLine, MissionEvent, MissionStore, QueueView, Renewal,
};
pub use words::{
    Backoff, Complexity, Description, ErrorText, Failure, FailureClass, FailureReport, Kind, Label,
    Priority, Progress, ProgressMessage, QueueKey, ShortName, Status, Title, Usage, UsageReport,
};
