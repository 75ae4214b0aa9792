//! What can be asked of a mission, and what is answered when it cannot be done.

use std::time::Duration;

use mission_control_kernel::{AgentId, JsonText, LeaseId, MissionId, Revision, Timestamp};

use crate::words::{
    Description, ErrorText, FailureReport, Label, Priority, Progress, ProgressMessage, ShortName,
    Status, Title, UsageReport,
};

/// One thing asked of one mission.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Begin an attempt that is driven from outside.
    Start {
        /// The kind of agent.
        agent_type: Option<ShortName>,
        /// The model.
        model_used: Option<ShortName>,
    },
    /// Begin an attempt under a lease; only the queue says this.
    Claim {
        /// Who takes it.
        agent: AgentId,
        /// What kind of agent that is.
        agent_type: ShortName,
        /// How long it may stay silent.
        length: Duration,
    },
    /// Say how far the attempt is.
    Progress {
        /// The lease, when there is one.
        lease: Option<LeaseId>,
        /// How far; none leaves it.
        progress: Option<Progress>,
        /// In words; none leaves it.
        message: Option<ProgressMessage>,
        /// What there is so far; none leaves it.
        result: Option<JsonText>,
        /// Tokens and cost.
        usage: UsageReport,
    },
    /// Extend the lease.
    Heartbeat {
        /// Which one.
        lease: LeaseId,
    },
    /// End the attempt well.
    Complete {
        /// The lease, when there is one.
        lease: Option<LeaseId>,
        /// What came out of it; none keeps what progress gave.
        result: Option<JsonText>,
        /// Final tokens and cost.
        usage: UsageReport,
    },
    /// End the attempt badly.
    Fail {
        /// The lease, when there is one.
        lease: Option<LeaseId>,
        /// How.
        report: FailureReport,
        /// Final tokens and cost.
        usage: UsageReport,
    },
    /// Wait without using up the attempt.
    Snooze {
        /// Which lease.
        lease: LeaseId,
        /// Until when.
        until: Timestamp,
    },
    /// Give the attempt back unused.
    Release {
        /// Which lease.
        lease: LeaseId,
    },
    /// End someone's lease; the attempt is not used up.
    TakeBack,
    /// The lease is over.
    Lose {
        /// The lease that was seen to be over.
        lease: LeaseId,
    },
    /// The attempt has run for too long.
    TimeOut {
        /// The attempt that was seen to.
        lease: LeaseId,
    },
    /// It has waited for too long.
    Expire,
    /// Call it off.
    Cancel {
        /// Why.
        reason: Option<ErrorText>,
        /// Whether everything below it goes too.
        children: bool,
    },
    /// Begin anew after a failure or a cancellation.
    Retry,
    /// Put a failed mission aside.
    Discard {
        /// Why.
        reason: Option<ErrorText>,
    },
    /// Let it wait for an approval.
    Hold {
        /// Why.
        reason: Option<ErrorText>,
    },
    /// Let it go on.
    Approve,
    /// Stay out of the queue, because its run is paused.
    Pause,
    /// Go back into the queue, because its run is not paused any more.
    Resume,
    /// Change what a person may change.
    Edit(Edit),
    /// Take note of how a dependency stands.
    Settle {
        /// Which dependency.
        dependency: MissionId,
        /// How it stands.
        standing: Standing,
    },
}

/// How a dependency stands, seen from what depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not over yet.
    Open,
    /// Completed, or failed for good where its step says `continue`.
    Satisfied,
    /// Failed otherwise, or cancelled.
    Broken,
}

/// An edit; absent members stay as they are.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Edit {
    /// The revision that the editor has seen; none for whichever is current.
    pub if_match: Option<Revision>,
    /// A new title.
    pub title: Option<Title>,
    /// A new description.
    pub description: Option<Description>,
    /// New metadata, whole.
    pub metadata: Option<JsonText>,
    /// New labels, whole.
    pub labels: Option<Vec<Label>>,
    /// A new priority; only while pending.
    pub priority: Option<Priority>,
}

impl Command {
    /// The word for this command in errors and in the table of the life.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Claim { .. } => "claim",
            Self::Progress { .. } => "progress",
            Self::Heartbeat { .. } => "heartbeat",
            Self::Complete { .. } => "complete",
            Self::Fail { .. } => "fail",
            Self::Snooze { .. } => "snooze",
            Self::Release { .. } => "release",
            Self::TakeBack => "take back",
            Self::Lose { .. } => "lose",
            Self::TimeOut { .. } => "time out",
            Self::Expire => "expire",
            Self::Cancel { .. } => "cancel",
            Self::Retry => "retry",
            Self::Discard { .. } => "discard",
            Self::Hold { .. } => "hold",
            Self::Approve => "approve",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Edit(_) => "edit",
            Self::Settle { .. } => "settle",
        }
    }

    /// The lease that it names.
    #[must_use]
    pub const fn lease(&self) -> Option<LeaseId> {
        match self {
            Self::Progress { lease, .. }
            | Self::Complete { lease, .. }
            | Self::Fail { lease, .. } => *lease,
            Self::Heartbeat { lease }
            | Self::Snooze { lease, .. }
            | Self::Release { lease }
            | Self::Lose { lease }
            | Self::TimeOut { lease } => Some(*lease),
            Self::Start { .. }
            | Self::Claim { .. }
            | Self::TakeBack
            | Self::Expire
            | Self::Cancel { .. }
            | Self::Retry
            | Self::Discard { .. }
            | Self::Hold { .. }
            | Self::Approve
            | Self::Pause
            | Self::Resume
            | Self::Edit(_)
            | Self::Settle { .. } => None,
        }
    }
}

/// Why a command was not carried out; nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such mission where the asker may look.
    #[error("there is no such mission")]
    NotFound,
    /// There is no such run where the asker may look.
    #[error("there is no such run")]
    UnknownRun,
    /// The life has no such arrow.
    #[error("a {status} mission cannot {command}")]
    InvalidTransition {
        /// What was asked.
        command: &'static str,
        /// Where the mission stood.
        status: Status,
    },
    /// It may not start yet.
    #[error("the mission is not ready: {}", gates.join(", "))]
    NotReady {
        /// What keeps it.
        gates: Vec<&'static str>,
    },
    /// The lease that was named is not the current one.
    #[error("the lease is over or belongs to another attempt; stop working on this mission")]
    LeaseLost,
    /// A leased mission takes worker writes only with its lease id.
    #[error("this mission is leased to an agent; name its lease_id")]
    LeaseRequired,
    /// There is no lease.
    #[error("this mission is driven from outside and has no lease")]
    NotLeased,
    /// The editor has not seen the current revision.
    #[error("the mission was edited meanwhile and is at revision {current}; read it again", current = current.number())]
    Stale {
        /// The current revision.
        current: Revision,
    },
    /// It is no longer as it was when it was chosen.
    #[error("the mission has changed since it was chosen and is {status} now; choose anew")]
    Changed {
        /// Where it stands.
        status: Status,
    },
    /// A parent must be pending or running.
    #[error("the parent {parent} is already over")]
    ParentFinished {
        /// Which parent.
        parent: MissionId,
    },
    /// The parent is not there.
    #[error("there is no mission {parent} to be the parent")]
    UnknownParent {
        /// Which parent.
        parent: MissionId,
    },
    /// The tree would be too deep.
    #[error("the tree would be deeper than 16")]
    TreeTooDeep,
    /// A dependency is not there.
    #[error("there is no mission {dependency} to depend on")]
    UnknownDependency {
        /// Which one.
        dependency: MissionId,
    },
    /// A dependency has already failed or was cancelled.
    #[error("the dependency {dependency} has already failed or was cancelled")]
    DependencyFailed {
        /// Which one.
        dependency: MissionId,
    },
    /// A dependency keeps it from ever running.
    #[error(
        "the dependency {dependency} has failed, was cancelled or is gone; retry that one first"
    )]
    DependencyBroken {
        /// Which one.
        dependency: MissionId,
    },
    /// The same key came with another request before.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// Someone else holds the mission's row for too long.
    #[error("the mission is busy; try again")]
    Busy,
}
